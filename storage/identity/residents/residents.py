"""Residents: a sealed mail address and a home block. No name, no address, no coordinate."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from storage.db import Tx
from storage.identity.schema import residents
from storage.identity.vault import ResidentId, Vault
from storage.kit import clock, ids
from storage.kit.errors import Conflict, NotLoggedIn, Refused
from storage.kit.ids import BlockId
from storage.upserts import insert_new

MAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}")
WINDOW = 30 * clock.DAY
HOME_CHANGES = 2  # in a window: a home that moves at will would be a probe (ARCHITECTURE section 9)
CAMERA_MOVES = 3  # the first block, and two more: who registers everywhere would be asked about everything


@dataclass(frozen=True)
class Resident:
    """One resident."""

    id: ResidentId
    mail: str
    home: BlockId | None
    moved: tuple[int, ...] = ()  # when the home changed, and
    cameras_moved: tuple[int, ...] = ()  # when a camera came to a new block


def mail_lookup(vault: Vault, mail: str) -> str:
    """The keyed hash under which a mail address is found; raises Refused for what is no address."""
    plain = mail.strip().lower()
    if not MAIL.fullmatch(plain):
        raise Refused("That is not a mail address.", fields={"email": "That is not a mail address."})
    return vault.keyed("mail", plain).hex()


def find(conn: Connection, vault: Vault, mail: str) -> ResidentId | None:
    """The resident with this mail address."""
    here = residents.c.mail_lookup == mail_lookup(vault, mail)
    found = conn.execute(select(residents.c.id).where(here)).scalar_one_or_none()
    return None if found is None else ResidentId(found)


def find_or_make(tx: Tx, vault: Vault, mail: str) -> ResidentId:
    """The resident with this mail address, made if there is none: by one alone of several who log in at once."""
    resident_id = ResidentId(ids.new_id())
    tx.execute(
        insert_new(residents).values(
            id=resident_id,
            mail_lookup=mail_lookup(vault, mail),
            mail_sealed=vault.seal(f"residents:{resident_id}", mail.strip().encode()),
            home_changes="[]",
        )
    )
    found = find(tx.connection, vault, mail)
    return found or find_or_make(tx, vault, mail)  # who was there left between the two statements


def one(conn: Connection, vault: Vault, resident_id: ResidentId) -> Resident | None:
    """The resident, mail unsealed: for that resident's own eyes."""
    row = conn.execute(select(residents).where(residents.c.id == resident_id)).one_or_none()
    if row is None:
        return None
    mail = vault.unseal(f"residents:{resident_id}", row.mail_sealed).decode()
    moved, cameras_moved = (tuple(json.loads(times)) for times in (row.home_changes, row.camera_moves))
    return Resident(resident_id, mail, row.home_block, moved, cameras_moved)


def home_of(conn: Connection, resident_id: ResidentId) -> BlockId | None:
    """The resident's home block, if they chose one."""
    found = conn.execute(select(residents.c.home_block).where(residents.c.id == resident_id)).scalar_one_or_none()
    return None if found is None else BlockId(found)


def move(tx: Tx, resident_id: ResidentId, home: BlockId) -> None:
    """Sets the home block: the first choice is free, then twice in 30 days; raises Conflict beyond that."""
    mine = select(residents).where(residents.c.id == resident_id).with_for_update()
    row = tx.connection.execute(mine).one_or_none()
    if row is None:  # they left a moment ago
        raise NotLoggedIn("Log in to see this.")
    if row.home_block == home:
        return
    now = tx.now()
    changes = _within(row.home_changes, now)
    if len(changes) >= HOME_CHANGES:
        raise Conflict("Your home block can change twice in 30 days, and it has.", code="home_changed_too_often")
    if row.home_block is not None:
        changes.append(now)
    moved = {"home_block": home, "home_changes": json.dumps(changes)}
    tx.execute(update(residents).where(residents.c.id == resident_id).values(**moved))


def erase(tx: Tx, resident_id: ResidentId) -> None:
    """Erases a resident, of whom nothing else may be left (`leaving.py`)."""
    tx.execute(delete(residents).where(residents.c.id == resident_id))


def count_camera_move(tx: Tx, resident_id: ResidentId) -> None:
    """Counts that a camera comes to a block where they had none; raises Conflict beyond three in 30 days."""
    mine = residents.c.id == resident_id
    told = tx.connection.execute(select(residents.c.camera_moves).where(mine).with_for_update()).scalar_one()
    moves = _within(told, tx.now())
    if len(moves) >= CAMERA_MOVES:
        told = "Your cameras can come to three new blocks in 30 days, and they have."
        raise Conflict(told, code="cameras_moved_too_often")
    tx.execute(update(residents).where(mine).values(camera_moves=json.dumps([*moves, tx.now()])))


def _within(times: str, now: int) -> list[int]:
    return [at for at in json.loads(times) if now - at < WINDOW]
