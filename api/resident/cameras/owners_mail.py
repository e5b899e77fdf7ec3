"""In which divisions a resident is written to: where a camera of theirs is to be asked about by mail."""

from __future__ import annotations

from api.resident.desk import Desk
from storage.atlas import versions
from storage.db import RESIDENT
from storage.identity.cameras import mail as camera_mail
from storage.identity.clips import authorship
from storage.identity.vault import ResidentId


def keep_up(desk: Desk, asking: ResidentId) -> None:
    """Makes it so after a camera of theirs changed. Twice is once."""
    with desk.stores.vault.write(by=RESIDENT) as tx:
        authorship.wait_turn(tx, asking)
        blocks = camera_mail.blocks_of(tx.connection, asking)
        with desk.stores.record.read() as conn:
            known = [versions.known_block(conn, block) for block in blocks]
        camera_mail.put(tx, desk.stores.vault, asking, {block.division.id for block in known if block})
