"""Desks that nobody touches, locked by the chores."""

from __future__ import annotations

import pytest

from storage import feed_log
from storage.db import OPERATOR, Database
from storage.kit import ids
from storage.kit.clock import HOUR, MINUTE
from storage.schema import desks as rows
from storage.staff import desks, staff
from tests import builders
from workers.locking import lock_idle_desks

pytestmark = pytest.mark.usefixtures("city")


def test_a_desk_left_alone_is_locked_once_under_the_chores_own_role(record: Database) -> None:
    """And told to the feed by one line, so that its sockets end; where nothing is idle nothing is written."""
    with record.write(by=OPERATOR) as tx:
        token = staff.log_in(tx, staff.make(tx, "ann"))
        desks.begin(tx, token)
        tx.execute(rows.update().values(touched_at=tx.now() - HOUR))
    chores = builders.as_role(record, "chores")

    locked = [lock_idle_desks(chores, 10 * MINUTE) for _ in range(2)]

    assert locked == [1, 0]
    with builders.as_role(record, "feed").read() as conn:
        assert [line.kind for line in feed_log.after(conn, 0, limit=5)] == [feed_log.Kind.RIGHTS]
        assert staff.still_in(conn, {ids.digest(token)}) == set()
