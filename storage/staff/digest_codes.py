"""Codes that prove that a mailbox is its owner's: mailed to it, good once, for half an hour and five tries.

A code is bound to member and mailbox by its hash, so the row says of no mailbox, and one that is changed needs another.
"""

from __future__ import annotations

import hmac

from sqlalchemy import delete, select, update

from storage.db import Tx
from storage.kit import clock, ids
from storage.kit.errors import TooOften
from storage.kit.ids import StaffId
from storage.schema import digest_codes
from storage.upserts import ensure

DIGITS, TRIES, LIFE = (
    6,
    5,
    30 * clock.MINUTE,
)  # as a resident's (storage/identity/residents/logins.py); a desk is left now and then
MOST, WINDOW = 5, clock.HOUR  # codes of one member: nobody fills a colleague's mailbox with them


def draw(tx: Tx, member: StaffId, mailbox: str) -> str:
    """A code for this mailbox; an earlier one of this member is worthless from now on. Raises TooOften."""
    now, mine = tx.now(), digest_codes.c.staff_id == member
    nothing = {"code_hash": "", "ends_at": now, "tries_left": 0, "window_start": now, "drawn": 0}
    tx.execute(ensure(digest_codes).values(staff_id=member, **nothing))
    row = tx.connection.execute(select(digest_codes).where(mine)).one()
    start, drawn = (row.window_start, row.drawn) if now - row.window_start < WINDOW else (now, 0)
    if drawn >= MOST:
        waits = (start + WINDOW - now) // clock.SECOND + 1
        raise TooOften("Too many codes were sent. Wait a little and try again.", retry_after=waits)
    code = ids.new_digits(DIGITS)
    fresh = {"code_hash": _hash(member, mailbox, code), "ends_at": now + LIFE, "tries_left": TRIES}
    tx.execute(update(digest_codes).where(mine).values(**fresh, window_start=start, drawn=drawn + 1))
    return code


def redeem(tx: Tx, member: StaffId, mailbox: str, code: str) -> bool:
    """Whether this is the code that went to the mailbox, used up by that; a wrong one costs a try."""
    mine = digest_codes.c.staff_id == member
    row = tx.connection.execute(select(digest_codes).where(mine).with_for_update()).one_or_none()
    if row is None or row.ends_at <= tx.now() or row.tries_left < 1:
        return False
    right = hmac.compare_digest(row.code_hash, _hash(member, mailbox, code))
    tx.execute(update(digest_codes).where(mine).values(tries_left=0 if right else row.tries_left - 1))
    return right


def forget(tx: Tx) -> int:
    """Deletes what nothing is counted by any more; answers of how many members."""
    return tx.execute(delete(digest_codes).where(digest_codes.c.window_start < tx.now() - WINDOW)).rowcount


def _hash(member: StaffId, mailbox: str, code: str) -> str:
    # Six digits are found by trying them all. Whoever reads this row could; its use is that a backup or a log cannot.
    return ids.digest(f"{member} {mailbox} {code}")
