"""Where the mail to owners of cameras goes: to all of a division who wish to be asked by mail, or to nobody.

The airlock, which sends it, reads a division's addresses: neither whose they are nor which camera brought them.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

from storage.db import Tx
from storage.identity.cameras.cameras import Ask, CameraState
from storage.identity.residents import residents
from storage.identity.schema import camera_mail, cameras
from storage.identity.vault import ResidentId, Vault
from storage.kit import ids
from storage.kit.ids import BlockId, DivisionId

LEAST = 12  # the k of the blocks: a mail to fewer would be a mail to somebody


def blocks_of(conn: Connection, resident_id: ResidentId) -> set[BlockId]:
    """Where the resident has cameras about which they wish to be asked by mail."""
    stands = (cameras.c.state == CameraState.ACTIVE) & cameras.c.retired_at.is_(None) & (cameras.c.ask == Ask.MAIL)
    query = select(cameras.c.block_id).where(cameras.c.resident_id == resident_id, stands)
    return {BlockId(found) for found in conn.execute(query).scalars()}


def put(tx: Tx, vault: Vault, resident_id: ResidentId, divisions: Collection[DivisionId]) -> None:
    """From here on the resident is of those who are written to in these divisions, and in no other. Twice is once."""
    mine = camera_mail.c.resident_id == resident_id
    before = set(tx.connection.execute(select(camera_mail.c.division_id).where(mine)).scalars())
    tx.execute(delete(camera_mail).where(mine, camera_mail.c.division_id.not_in(divisions)))
    new = sorted(set(divisions) - before)
    if new:
        resident = residents.one(tx.connection, vault, resident_id)
        assert resident is not None, "somebody logged in"
        mail = resident.mail.encode()
        drawn = [(ids.new_id(), division) for division in new]
        rows = [
            {"id": key, "division_id": at, "mail_sealed": vault.seal(f"camera_mail:{key}", mail)} for key, at in drawn
        ]
        tx.execute(insert(camera_mail), [{**row, "resident_id": resident_id} for row in rows])


def of(conn: Connection, resident_id: ResidentId) -> list[DivisionId]:
    """The divisions of which this resident gets the mail."""
    query = select(camera_mail.c.division_id).where(camera_mail.c.resident_id == resident_id)
    return [DivisionId(division) for division in conn.execute(query).scalars()]


def addresses(conn: Connection, vault: Vault, division: DivisionId) -> list[str]:
    """Whom the mail goes to, in no order that says anything; nobody where they are fewer than LEAST.

    Raises SealBrokenError.
    """
    query = select(camera_mail.c.id, camera_mail.c.mail_sealed).where(camera_mail.c.division_id == division)
    rows = conn.execute(query.order_by(camera_mail.c.id)).all()
    if len(rows) < LEAST:
        return []
    return [vault.unseal(f"camera_mail:{row.id}", row.mail_sealed).decode() for row in rows]
