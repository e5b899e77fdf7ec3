"""Recovery codes: each opens the door once in place of a second factor, for who has lost their phone."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select

from storage.db import Tx
from storage.kit import ids
from storage.kit.ids import StaffId
from storage.schema import recovery_codes

COUNT = 8
LENGTH = 20  # 100 random bits: stored as a digest, and nobody finds them by trying


def draw(tx: Tx, staff_id: StaffId) -> list[str]:
    """New codes, shown once; those from before are worthless from now on."""
    codes = [ids.new_secret()[:LENGTH] for _ in range(COUNT)]
    tx.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    rows = [{"staff_id": staff_id, "code_digest": ids.digest(code)} for code in codes]
    tx.execute(insert(recovery_codes).values(rows))
    tx.audit("staff.draw_recovery_codes", staff_id)
    return codes


def use(tx: Tx, staff_id: StaffId, code: str) -> bool:
    """Whether this is one of the member's codes, used up by that; blanks and case do not matter."""
    plain = "".join(code.split()).replace("-", "").lower()
    mine = (recovery_codes.c.staff_id == staff_id, recovery_codes.c.code_digest == ids.digest(plain))
    used = tx.execute(delete(recovery_codes).where(*mine)).rowcount == 1
    if used:
        tx.audit("staff.use_recovery_code", staff_id)
    return used


def left(conn: Connection, staff_id: StaffId) -> int:
    """How many of a member's codes are good yet."""
    query = select(func.count()).where(recovery_codes.c.staff_id == staff_id)
    return int(conn.execute(query).scalar_one())
