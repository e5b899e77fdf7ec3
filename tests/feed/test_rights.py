"""Who may still listen, as the record has it now."""

from __future__ import annotations

from feed.rights import Rights
from feed.tickets import Grant
from storage import endings
from storage.db import OPERATOR, RESIDENT, Database
from storage.kit.ids import DivisionId, StaffId
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.builders import division

CENTRAL, EAST = division("Central"), division("East")


def a_viewer(record: Database, name: str, *where: DivisionId) -> Grant:
    """A grant of an analyst of these divisions, by a log-in of theirs."""
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, name)
        for one in where:
            staff.grant(tx, member, Role.ANALYST, one)
        log_in = staff.who(tx.connection, staff.log_in(tx, member))
    assert log_in is not None
    return Grant(audience="staff", divisions=where, handle=member, log_in=log_in.digest)


def a_neighbour(word: str) -> Grant:
    """A grant of a resident: nobody on this side knows whose."""
    return Grant(audience="resident", divisions=(CENTRAL,), handle=word)


def test_a_grant_holds_while_log_in_duties_and_word_do(record: Database, city: builders.City) -> None:
    """In its place, None for each that could not be got any more."""
    fine, logged_out, narrowed, ended = (a_viewer(record, name, CENTRAL, EAST) for name in "abcd")
    stays, left = a_neighbour("stays"), a_neighbour("left")
    with record.write(by=OPERATOR) as tx:
        staff.end_log_ins(tx, StaffId(logged_out.handle))
        staff.take_back(tx, StaffId(narrowed.handle), Role.ANALYST, EAST)
        staff.end(tx, StaffId(ended.handle))
    with record.write(by=RESIDENT) as tx:
        endings.add(tx, ["left"])

    rights = Rights(record)

    asked = [fine, logged_out, narrowed, ended, stays, left, None]
    assert rights.those_that_may(asked) == [fine, None, None, None, stays, None, None]
    assert rights.those_that_may([narrowed.model_copy(update={"divisions": (CENTRAL,)})]) != [None]


def test_what_each_may_look_at_now_is_told_for_many_at_once(record: Database, city: builders.City) -> None:
    """By member, and which log-ins hold; nobody is asked about, nothing is asked."""
    one, two = a_viewer(record, "a", CENTRAL), a_viewer(record, "b", CENTRAL, EAST)
    by_token = one.model_copy(update={"log_in": None})

    reach, still_in = Rights(record).standing([one, by_token, two])

    assert reach == {one.handle: {CENTRAL}, two.handle: {CENTRAL, EAST}}
    assert still_in == {one.log_in, two.log_in}
    assert Rights(record).standing([]) == ({}, set())


def test_residents_listeners_that_ended_are_told_from_a_line_of_the_log_on(record: Database) -> None:
    """Each once, for who remembers the line it was told of last."""
    rights = Rights(record)
    with record.write(by=RESIDENT) as tx:
        endings.add(tx, ["one"])
    line, words = rights.ended_since(0)
    with record.write(by=RESIDENT) as tx:
        endings.add(tx, ["two"])

    later, more = rights.ended_since(line)

    assert (words, more) == ({"one"}, {"two"})
    assert rights.ended_since(later) == (later, frozenset())
