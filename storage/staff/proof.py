"""How a staff member proves to be one: password (argon2id), second factor (TOTP), and a limit on tries.

The password is checked outside any transaction: it takes a tenth of a second, and a writer would hold up the record.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, select, update

from storage.db import Tx
from storage.kit import ids
from storage.kit.clock import MINUTE, SECOND
from storage.kit.errors import TooOften
from storage.kit.ids import StaffId
from storage.schema import log_in_tries, staff_members
from storage.upserts import ensure

TRIES, WINDOW_MS = 10, 15 * MINUTE  # by name: ten guesses in a quarter of an hour lead nowhere
EVERYBODY = ""  # all names together, under one that nobody can give
ALL_TRIES, ALL_WINDOW_MS = 120, MINUTE  # more than a police force needs, too few for guessing name after name
STEP_MS = 30 * SECOND  # TOTP's own
DRIFT_STEPS = 1  # how far a phone's clock may be off, each way
_hasher = PasswordHasher()
_hashing = threading.BoundedSemaphore(2)  # 64 MiB each: many who try at once must not fill the memory
WAIT_SECONDS = 0.25  # for one's turn: who waits keeps a thread from every other endpoint
BUSY_SECONDS = 2


@dataclass(frozen=True)
class Account:
    """What is on record for a name at the door."""

    id: StaffId
    password_hash: str
    second_factor: str | None


def set_password(tx: Tx, staff_id: StaffId, password: str) -> None:
    """Gives a member a password, in place of any other."""
    with _hashing:
        password_hash = _hasher.hash(password)
    tx.execute(update(staff_members).where(staff_members.c.id == staff_id).values(password_hash=password_hash))
    tx.audit("staff.set_password", staff_id)


def hashed(password: str) -> str:
    """The form in which a password is kept: takes a tenth of a second, so outside any transaction. Raises TooOften."""
    with _turn():
        return _hasher.hash(password)


def admit(tx: Tx, staff_id: StaffId, password_hash: str, second_factor: str, step: int) -> None:
    """Gives a new member what they will log in with; `step` is of the code that proved it, which is used."""
    proof = {"password_hash": password_hash, "second_factor": second_factor, "second_factor_step": step}
    tx.execute(update(staff_members).where(staff_members.c.id == staff_id).values(**proof))
    tx.audit("staff.set_second_factor", staff_id)


def propose_second_factor(tx: Tx, staff_id: StaffId) -> str:
    """Draws a key that takes the place of the member's second factor once they show a code of it; base32."""
    key = pyotp.random_base32()
    tx.execute(update(staff_members).where(staff_members.c.id == staff_id).values(second_factor_next=key))
    tx.audit("staff.propose_second_factor", staff_id)
    return key


def take_second_factor(tx: Tx, staff_id: StaffId, code: str) -> bool:
    """Whether the code is of the key that was drawn last, which from now on is the member's only one."""
    mine = staff_members.c.id == staff_id
    key = tx.connection.execute(select(staff_members.c.second_factor_next).where(mine)).scalar_one()
    step = None if key is None else step_of(key, code, tx.now())
    if step is None:
        return False
    of_this_key = update(staff_members).where(mine, staff_members.c.second_factor_next == key)
    fresh = {"second_factor": key, "second_factor_step": step, "second_factor_next": None}
    taken = tx.execute(of_this_key.values(**fresh)).rowcount == 1
    tx.audit("staff.set_second_factor", staff_id)
    return taken


def set_second_factor(tx: Tx, staff_id: StaffId) -> str:
    """Draws a new TOTP key, base32, shown once for the member's phone."""
    key = pyotp.random_base32()
    changed = update(staff_members).where(staff_members.c.id == staff_id)
    tx.execute(changed.values(second_factor=key, second_factor_step=0))
    tx.audit("staff.set_second_factor", staff_id)
    return key


def count_try(tx: Tx, name: str) -> None:
    """Counts one more try for `name`, known or not; raises TooOften beyond its limit or that of all names."""
    _count(tx, EVERYBODY, ALL_TRIES, ALL_WINDOW_MS)  # first: its row puts all who try in line
    tx.execute(delete(log_in_tries).where(log_in_tries.c.window_start <= tx.now() - WINDOW_MS))
    _count(tx, name, TRIES, WINDOW_MS)


def forget_tries(tx: Tx, name: str) -> None:
    """Starts counting anew, after a log-in."""
    tx.execute(delete(log_in_tries).where(log_in_tries.c.name_digest == ids.digest(name)))


def account(conn: Connection, name: str) -> Account | None:
    """The account a name and password could open; None where there is none."""
    query = select(staff_members).where(staff_members.c.name == name, ~staff_members.c.ended)
    row = conn.execute(query.where(staff_members.c.password_hash.is_not(None))).one_or_none()
    return None if row is None else Account(row.id, row.password_hash, row.second_factor)


def is_password(found: Account | None, password: str) -> bool:
    """Whether the password opens the account; takes as long where there is none.

    Raises TooOften where too many are being checked at this moment.
    """
    with _turn():
        try:
            return _hasher.verify(found.password_hash if found else _nobody(), password) and found is not None
        except (VerificationError, InvalidHashError):
            return False


def use_code(tx: Tx, found: Account, code: str) -> bool:
    """Whether the code is good now; a code, and every earlier one, works once."""
    if found.second_factor is None:
        return False
    step = step_of(found.second_factor, code, tx.now())
    if step is None:
        return False
    unused = update(staff_members).where(staff_members.c.id == found.id, staff_members.c.second_factor_step < step)
    used = tx.execute(unused.values(second_factor_step=step)).rowcount == 1
    tx.audit("staff.use_code" if used else "staff.code_refused", found.id)
    return used


def step_of(key: str, code: str, at: int) -> int | None:
    """The time step whose code of this key it is, about `at` (milliseconds since 1970); None: of none. Pure."""
    now, totp = at // STEP_MS, pyotp.TOTP(key)
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if pyotp.utils.strings_equal(totp.at(step * STEP_MS // SECOND), code):
            return step
    return None


def _count(tx: Tx, name: str, limit: int, window_ms: int) -> None:
    now, of_name = tx.now(), log_in_tries.c.name_digest == ids.digest(name)
    tx.execute(ensure(log_in_tries).values(name_digest=ids.digest(name), window_start=now, tries=0))
    row = tx.connection.execute(select(log_in_tries).where(of_name)).one()
    if row.window_start <= now - window_ms:
        tx.execute(update(log_in_tries).where(of_name).values(window_start=now, tries=1))
    elif row.tries >= limit:
        wait = (row.window_start + window_ms - now) // SECOND + 1
        raise TooOften("There were too many tries. Please wait.", retry_after=wait)
    else:
        tx.execute(update(log_in_tries).where(of_name).values(tries=log_in_tries.c.tries + 1))


@contextmanager
def _turn() -> Iterator[None]:
    if not _hashing.acquire(timeout=WAIT_SECONDS):
        raise TooOften("Too many are logging in at this moment. Please wait.", retry_after=BUSY_SECONDS)
    try:
        yield
    finally:
        _hashing.release()


@cache
def _nobody() -> str:
    return _hasher.hash(ids.new_secret())
