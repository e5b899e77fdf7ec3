"""Desks that lock, and proofs that grow old."""

from __future__ import annotations

import pytest

from storage.db import OPERATOR, Database
from storage.kit import ids
from storage.kit.clock import MINUTE
from storage.schema import desks as rows
from storage.staff import desks, staff
from storage.staff.desks import FRESH_MS, LATE_MS, Desk
from storage.staff.staff import LogIn

pytestmark = pytest.mark.usefixtures("city")
AFTER = 10 * MINUTE


def logged_in(record: Database, *, browser: bool) -> LogIn:
    """Somebody who has just logged in."""
    with record.write(by=OPERATOR) as tx:
        token = staff.log_in(tx, staff.make(tx, ids.new_id()))
        if browser:
            desks.begin(tx, token)
        found = staff.who(tx.connection, token)
    assert found is not None
    return found


def desk(record: Database, log_in: LogIn) -> Desk:
    """How the desk is now."""
    with record.read() as conn:
        return desks.of(conn, log_in)


def left_alone(record: Database, log_in: LogIn) -> None:
    """Nobody has touched it for as long as it takes, and the page's own delay."""
    with record.write(by=OPERATOR) as tx:
        mine = rows.c.token_digest == log_in.digest
        tx.execute(rows.update().where(mine).values(touched_at=tx.now() - AFTER - LATE_MS - 1))


def test_a_browsers_log_in_locks_once_nobody_touches_it(record: Database) -> None:
    """By the clock alone, before any chore has come by; a touch comes too late then only if it is locked already."""
    mine = logged_in(record, browser=True)
    now = desk(record, mine).touched_at or 0

    assert not desk(record, mine).is_locked(now + AFTER + LATE_MS, AFTER)
    assert desk(record, mine).is_locked(now + AFTER + LATE_MS + 1, AFTER)


def test_a_programs_log_in_never_locks(record: Database) -> None:
    """Not when it is asked to, nor after a day."""
    mine = logged_in(record, browser=False)
    with record.write(by=OPERATOR) as tx:
        desks.prove(tx, mine)
        desks.lock(tx, mine)
        desks.touch(tx, mine)

    assert not desk(record, mine).is_locked(mine.ends_at * 2, AFTER)


def test_what_is_locked_is_opened_and_not_touched_open(record: Database) -> None:
    """Only who shows the password opens it."""
    mine = logged_in(record, browser=True)
    with record.write(by=OPERATOR) as tx:
        desks.lock(tx, mine)
        desks.touch(tx, mine)
    locked = desk(record, mine).locked
    with record.write(by=OPERATOR) as tx:
        desks.unlock(tx, mine)

    assert (locked, desk(record, mine).locked) == (True, False)


def test_chores_lock_what_was_left_alone_and_end_its_sockets(record: Database) -> None:
    """The feed's log says that somebody's rights ended; a second round finds nothing and writes nothing."""
    left, busy = logged_in(record, browser=True), logged_in(record, browser=True)
    left_alone(record, left)
    with record.write(by=OPERATOR) as tx:
        first = desks.lock_idle(tx, AFTER)
    with record.write(by=OPERATOR) as tx:
        again = desks.lock_idle(tx, AFTER)
        holds = staff.still_in(tx.connection, {left.digest, busy.digest})

    assert (first, again) == (1, 0)
    assert holds == {busy.digest}


def test_a_proof_is_fresh_for_half_an_hour(record: Database) -> None:
    """Logging in is one; showing a code again is another, for a program's log-in too."""
    mine = logged_in(record, browser=False)
    begun = desk(record, mine).proved_at
    with record.write(by=OPERATOR) as tx:
        desks.prove(tx, mine)
        desks.prove(tx, mine)

    assert Desk(None, False, begun).is_fresh(begun + FRESH_MS - 1)
    assert not Desk(None, False, begun).is_fresh(begun + FRESH_MS)
    assert desk(record, mine).proved_at >= begun


def test_desks_go_with_their_log_ins(record: Database) -> None:
    """Those of log-ins that hold stay."""
    gone, there = logged_in(record, browser=True), logged_in(record, browser=True)
    with record.write(by=OPERATOR) as tx:
        staff.log_out(tx, gone)
    with record.write(by=OPERATOR) as tx:
        assert desks.forget(tx) == 1

    assert desk(record, there).touched_at is not None
