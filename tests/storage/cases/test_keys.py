"""Contacts are sealed to a case, and the staff program alone opens them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.cases import keys as case_keys
from storage.cases.keys import SealBrokenError, StaffKey
from storage.db import OPERATOR, Database
from storage.kit.ids import CaseId
from storage.schema import case_keys as table
from tests.storage.footage.asked import a_case

KEY = StaffKey(bytes(range(32)))


def _made(record: Database, *numbers: str) -> list[CaseId]:
    cases = [a_case(record, number) for number in numbers]
    with record.write(by=OPERATOR) as tx:
        for case in cases:
            case_keys.make(tx, case, KEY)
        tx.audit("test", "")
    return cases


@pytest.mark.usefixtures("city")
def test_a_contact_opens_for_its_case_and_request_under_the_staff_key_alone(record: Database) -> None:
    """Not for another case, another request, another key, or where a byte was changed."""
    case, other = _made(record, "CR-1", "CR-2")
    with record.read() as conn:
        public = case_keys.public_of(conn, case)
        assert public is not None
        sealed = case_keys.seal(public, "r1", b"555-0100")

        assert case_keys.unseal(conn, KEY, case, "r1", sealed) == b"555-0100"
        assert len({len(case_keys.seal(public, "r1", bytes([97]) * many)) for many in (3, 120, 480)}) == 1
        for key, where, about, told in (
            (StaffKey(bytes(32)), case, "r1", sealed),
            (KEY, other, "r1", sealed),
            (KEY, CaseId("none"), "r1", sealed),
            (KEY, case, "r2", sealed),
            (KEY, case, "r1", sealed[:-1] + bytes([sealed[-1] ^ 1])),
            (KEY, case, "r1", b"short"),
        ):
            with pytest.raises(SealBrokenError):
                case_keys.unseal(conn, key, where, about, told)


@pytest.mark.usefixtures("city")
def test_a_case_keeps_its_pair(record: Database) -> None:
    """Asking again draws no other; the same contact is other bytes each time, and the key is in no repr."""
    (case,) = _made(record, "CR-1")
    with record.read() as conn:
        before = conn.execute(select(table)).one()
    with record.write(by=OPERATOR) as tx:
        case_keys.make(tx, case, KEY)
        tx.audit("test", "")

    with record.read() as conn:
        assert conn.execute(select(table)).one() == before
    assert case_keys.seal(before.public_key, "r", b"x") != case_keys.seal(before.public_key, "r", b"x")
    assert before.public_key not in before.private_key_sealed
    assert "bytes" not in repr(KEY) and "\\x01" not in repr(KEY)


@pytest.mark.usefixtures("city")
def test_a_case_in_which_nothing_was_asked_has_none(record: Database) -> None:
    """Nothing can be sealed to it."""
    case = a_case(record, "CR-1")

    with record.read() as conn:
        assert case_keys.public_of(conn, case) is None
