"""How much is enough for one shift."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from storage.db import OPERATOR, Database
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import StaffId
from storage.moderation import shifts
from storage.moderation.shifts import Limit, Shift
from storage.schema import openings
from tests import builders


@pytest.fixture
def moderators(record: Database) -> list[StaffId]:
    """Two of them; the first has opened three things, one of them nine hours ago and one yesterday morning."""
    ann, ben = builders.a_moderator(record, "ann"), builders.a_moderator(record, "ben")
    with record.write(by=OPERATOR) as tx:
        for _ in range(3):
            shifts.note(tx, ann)
        rows = tx.connection.execute(openings.select()).all()
        for row, ago in zip(rows, (0, 9 * HOUR, DAY + HOUR), strict=True):
            tx.execute(openings.update().where(openings.c.id == row.id).values(at=openings.c.at - ago))
    return [ann, ben]


def test_what_was_opened_in_the_last_hours_counts(record: Database, moderators: list[StaffId]) -> None:
    """Each moderator's own, and nothing of before; what is a day old is forgotten."""
    ann, ben = moderators
    with record.read() as conn:
        found = {hours: shifts.of_all(conn, moderators, Limit(5, hours)) for hours in (8, 10)}
    with record.write(by=OPERATOR) as tx:
        forgotten = [shifts.forget(tx), shifts.forget(tx)]

    assert {hours: (of[ann].opened, of[ben].opened) for hours, of in found.items()} == {8: (1, 0), 10: (2, 0)}
    assert forgotten == [1, 0]


def test_a_rest_ends_when_the_oldest_that_counts_is_long_ago(record: Database, moderators: list[StaffId]) -> None:
    """Then there is room for one more; without a limit nobody rests."""
    ann, _ = moderators
    with record.read() as conn:
        full, free, without = (shifts.of(conn, ann, Limit(most, 10)) for most in (2, 3, 0))
        oldest = sorted(row.at for row in conn.execute(openings.select()))[1]

    assert full == Shift(2, oldest + 10 * HOUR)
    assert (free.rests_until, without.rests_until) == (None, None)


@given(at=st.lists(st.integers(0, 10**6)), most=st.integers(1, 20))
def test_after_the_rest_fewer_than_the_limit_count(at: list[int], most: int) -> None:
    """Whatever was opened when: at the end of the rest one more may be."""
    newest_first, limit = sorted(at, reverse=True), Limit(most, 1)
    until = shifts._rest(newest_first, limit)

    assert (until is None) == (len(at) < most)
    assert until is None or sum(one > until - limit.window for one in at) < most
