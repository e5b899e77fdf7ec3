"""Codes mailed to a mailbox: good once, for a while, for a few tries, and for that mailbox alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from storage.db import CHORES, OPERATOR, Database
from storage.kit.errors import TooOften
from storage.kit.ids import StaffId
from storage.schema import digest_codes as rows
from storage.staff import digest_codes, staff

MAILBOX = "ana@police.invalid"


@pytest.fixture
def ana(record: Database) -> StaffId:
    """A member of staff."""
    with record.write(by=OPERATOR) as tx:
        return staff.make(tx, "ana")


def draw(record: Database, member: StaffId, mailbox: str = MAILBOX) -> str:
    """A code is mailed."""
    with record.write(by=OPERATOR) as tx:
        return digest_codes.draw(tx, member, mailbox)


def redeem(record: Database, member: StaffId, code: str, mailbox: str = MAILBOX) -> bool:
    """A code comes back."""
    with record.write(by=OPERATOR) as tx:
        return digest_codes.redeem(tx, member, mailbox, code)


def other_than(code: str) -> str:
    """A guess that is wrong."""
    return str((int(code) + 1) % 10**6).zfill(6)


def test_a_code_is_good_once_and_for_its_mailbox(record: Database, ana: StaffId) -> None:
    """Not before it was drawn, not for another one, not a second time."""
    assert not redeem(record, ana, "000000")
    code = draw(record, ana)

    assert not redeem(record, ana, code, "bo@police.invalid")
    assert redeem(record, ana, code)
    assert not redeem(record, ana, code)


def test_the_newest_counts(record: Database, ana: StaffId) -> None:
    """An earlier one is worthless."""
    first, second = draw(record, ana), draw(record, ana)

    assert first == second or not redeem(record, ana, first)
    assert redeem(record, ana, second)


def test_five_guesses_use_it_up(record: Database, ana: StaffId) -> None:
    """Then the right one is wrong too."""
    code = draw(record, ana)
    for _ in range(digest_codes.TRIES):
        assert not redeem(record, ana, other_than(code))

    assert not redeem(record, ana, code)


def test_it_is_good_for_half_an_hour(record: Database, ana: StaffId) -> None:
    """And stands nowhere on the record but hashed."""
    code = draw(record, ana)
    with record.write(by=OPERATOR) as tx:
        row = tx.connection.execute(select(rows)).one()
        assert row.ends_at - tx.now() <= digest_codes.LIFE
        assert code not in (row.code_hash, str(row.staff_id))
        tx.execute(update(rows).values(ends_at=tx.now()))

    assert not redeem(record, ana, code)


def test_five_are_sent_in_an_hour(record: Database, ana: StaffId) -> None:
    """By one member, to whichever mailboxes; an hour later it may go on, and nothing is kept of those before."""
    for number in range(digest_codes.MOST):
        draw(record, ana, f"{number}@police.invalid")
    with pytest.raises(TooOften) as refused:
        draw(record, ana)
    assert 0 < refused.value.retry_after <= 3600

    with record.write(by=CHORES) as tx:
        assert digest_codes.forget(tx) == 0
        tx.execute(update(rows).values(window_start=tx.now() - digest_codes.WINDOW - 1))
    draw(record, ana)
    with record.write(by=CHORES) as tx:
        tx.execute(update(rows).values(window_start=tx.now() - digest_codes.WINDOW - 1))
        assert digest_codes.forget(tx) == 1
