"""Codes that open the door once, for who has lost their phone."""

from __future__ import annotations

import pytest

from storage.db import OPERATOR, Database
from storage.kit.ids import StaffId
from storage.staff import recovery_codes, staff
from storage.staff.recovery_codes import COUNT, LENGTH
from tests import builders


@pytest.fixture
def ana(record: Database) -> StaffId:
    """Who draws some."""
    with record.write(by=OPERATOR) as tx:
        return staff.make(tx, "ana")


def draw(record: Database, member: StaffId) -> list[str]:
    """New ones."""
    with record.write(by=OPERATOR) as tx:
        return recovery_codes.draw(tx, member)


def use(record: Database, member: StaffId, code: str) -> bool:
    """Whether it opens."""
    with record.write(by=OPERATOR) as tx:
        return recovery_codes.use(tx, member, code)


def left(record: Database, member: StaffId) -> int:
    """How many are good."""
    with record.read() as conn:
        return recovery_codes.left(conn, member)


def test_each_code_opens_once_however_it_is_typed(record: Database, ana: StaffId) -> None:
    """Blanks, dashes and case do not matter; what was used is used."""
    codes = draw(record, ana)
    typed = f" {codes[0][:10].upper()}-{codes[0][10:]} "

    assert {len(code) for code in codes} == {LENGTH}
    assert len(set(codes)) == left(record, ana) == COUNT
    assert [use(record, ana, typed), use(record, ana, codes[0])] == [True, False]
    assert left(record, ana) == COUNT - 1


def test_a_code_is_its_members_alone_and_no_earlier_one_is_any(record: Database, ana: StaffId) -> None:
    """Neither for somebody else, nor once new ones were drawn; and no code stands on the record."""
    with record.write(by=OPERATOR) as tx:
        ben = staff.make(tx, "ben")
    old = draw(record, ana)

    assert not use(record, ben, old[0])
    new = draw(record, ana)

    assert [use(record, ana, old[0]), use(record, ana, new[0])] == [False, True]
    assert not any(code.encode() in builders.all_rows(record) for code in new)
