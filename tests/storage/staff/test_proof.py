"""Passwords, codes and tries of the staff."""

from __future__ import annotations

import pyotp
import pytest

from storage.db import OPERATOR, Actor, Database
from storage.kit import ids
from storage.kit.errors import TooOften
from storage.kit.ids import StaffId
from storage.schema import log_in_tries, staff_members
from storage.staff import proof as staff_proof, staff
from storage.staff.proof import ALL_TRIES, ALL_WINDOW_MS, BUSY_SECONDS, STEP_MS, TRIES, WINDOW_MS, Account

DOOR = Actor("door")


@pytest.fixture
def member(record: Database) -> StaffId:
    """Ana, with a password."""
    with record.write(by=OPERATOR) as tx:
        found = staff.make(tx, "ana")
        staff_proof.set_password(tx, found, "a long password")
    return found


def account(record: Database, name: str = "ana") -> Account | None:
    """What is on record for the name."""
    with record.read() as conn:
        return staff_proof.account(conn, name)


def test_a_password_opens_its_account_alone(record: Database, member: StaffId) -> None:
    """Neither another password nor another name does."""
    found = account(record)

    assert staff_proof.is_password(found, "a long password")
    assert not staff_proof.is_password(found, "another password")
    assert not staff_proof.is_password(account(record, "nobody"), "a long password")


def test_passwords_are_kept_as_argon2id(record: Database, member: StaffId) -> None:
    """The record holds no password."""
    found = account(record)

    assert found is not None
    assert found.password_hash.startswith("$argon2id$")


def test_an_account_without_password_or_ended_is_none(record: Database, member: StaffId) -> None:
    """Neither can be logged in to."""
    with record.write(by=OPERATOR) as tx:
        staff.make(tx, "only by token")
        staff.end(tx, member)

    assert account(record) is None
    assert account(record, "only by token") is None


def test_a_hash_that_is_none_opens_nothing(member: StaffId) -> None:
    """A broken row refuses, and is no fault."""
    assert not staff_proof.is_password(Account(member, "not a hash", None), "a long password")


def test_a_code_works_once_and_so_does_every_earlier_one(record: Database, member: StaffId) -> None:
    """Whoever looked over a shoulder has nothing."""
    with record.write(by=OPERATOR) as tx:
        totp = pyotp.TOTP(staff_proof.set_second_factor(tx, member))
        step = tx.now() // STEP_MS
        tx.execute(staff_members.update().values(second_factor_step=step - 2))
    found = account(record)
    assert found is not None
    now, before = totp.at(step * 30), totp.at((step - 1) * 30)

    def use(code: str) -> bool:
        with record.write(by=OPERATOR) as tx:
            return staff_proof.use_code(tx, found, code)

    assert not use("000000" if now != "000000" else "111111")
    assert use(now)
    assert not use(now)
    assert not use(before)


def test_an_account_without_second_factor_takes_no_code(record: Database, member: StaffId) -> None:
    """There is nothing it could be checked against."""
    found = account(record)
    assert found is not None

    with record.write(by=OPERATOR) as tx:
        assert not staff_proof.use_code(tx, found, "123456")


def test_tries_are_limited_by_name(record: Database) -> None:
    """Known or not; another name is not held up; and the wait is told."""

    def attempt(name: str) -> None:
        with record.write(by=DOOR) as tx:
            staff_proof.count_try(tx, name)

    for _ in range(TRIES):
        attempt("ana")

    with pytest.raises(TooOften) as refused:
        attempt("ana")
    assert 0 < refused.value.retry_after <= WINDOW_MS // 1000 + 1
    attempt("bo")


def test_tries_are_limited_over_all_names(record: Database) -> None:
    """Guessing name after name ends soon; a minute later there are tries again."""
    with record.write(by=DOOR) as tx:
        for number in range(ALL_TRIES):
            staff_proof.count_try(tx, f"name {number}")

        with pytest.raises(TooOften) as refused:
            staff_proof.count_try(tx, "one more")
        assert 0 < refused.value.retry_after <= ALL_WINDOW_MS // 1000 + 1
        tx.execute(log_in_tries.update().values(window_start=tx.now() - ALL_WINDOW_MS))
        staff_proof.count_try(tx, "one more")


def test_who_cannot_be_checked_soon_is_told_to_come_back(record: Database, member: StaffId) -> None:
    """Instead of waiting in a thread that others need; afterwards all is as before."""
    found = account(record)

    with staff_proof._hashing, staff_proof._hashing, pytest.raises(TooOften) as refused:
        staff_proof.is_password(found, "a long password")

    assert refused.value.retry_after == BUSY_SECONDS
    assert staff_proof.is_password(found, "a long password")


@pytest.mark.parametrize("by", ["a log-in", "a quarter of an hour"])
def test_counting_starts_anew(record: Database, by: str) -> None:
    """After a log-in, and when the window is over, there are as many tries as before."""
    with record.write(by=DOOR) as tx:
        for _ in range(TRIES):
            staff_proof.count_try(tx, "ana")

        if by == "a log-in":
            staff_proof.forget_tries(tx, "ana")
        else:
            tx.execute(log_in_tries.update().values(window_start=tx.now() - WINDOW_MS))

        staff_proof.count_try(tx, "bo")  # clears away what is over
        of_bo = log_in_tries.select().where(log_in_tries.c.name_digest == ids.digest("bo"))
        assert tx.connection.execute(of_bo).one().tries == 1
        assert len(tx.connection.execute(log_in_tries.select()).all()) == 2  # and that of all names
        staff_proof.count_try(tx, "ana")
