"""The mail to owners of cameras who wish to be asked by mail: once a day at most, to all of a division or to nobody.

It says the same to each of them, whatever was asked, in whose block, and whether in theirs: whoever reads somebody's
mail learns that something was asked in a division, and nothing of whom. Nobody's act sends it at any moment of theirs.
"""

from __future__ import annotations

from pathlib import Path

from storage.db import AIRLOCK, database_now
from storage.identity.cameras import inbox, mail as camera_mail
from storage.identity.vault import Vault
from storage.kit import log
from storage.kit.clock import DAY, HOUR
from workers.airlock import mailroom

AT = 16 * HOUR  # UTC: nine to noon in the cities of this country


def write_to_owners(vault: Vault, folder: Path) -> None:
    """One round: counts what was asked before the day's moment. Killed half-way, some get none: nobody gets two."""
    with vault.read() as conn:
        moment = (database_now(conn) - AT) // DAY * DAY + AT
        due = inbox.is_unmailed(conn, before=moment)
    if not due:
        return
    with vault.write(by=AIRLOCK) as tx:
        divisions = inbox.take_unmailed(tx, before=moment)
        groups = [camera_mail.addresses(tx.connection, vault, division) for division in divisions]
    for to in (one for group in groups for one in group):
        mailroom.send_asked(folder, to)
    log.event("owners_written_to")
