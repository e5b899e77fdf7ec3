"""Whoever carries a decision out asks first who made it, and whether they may."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from storage.db import OPERATOR, Database, Tx
from storage.kit.ids import PostId, StaffId
from storage.moderation import decisions
from storage.posts import changes as post_changes
from storage.posts.posts import PostState
from storage.staff import deciders, staff
from storage.staff.staff import Role
from tests import builders
from tests.builders import a_new_post, a_recorded_post, division

pytestmark = pytest.mark.usefixtures("city")
VERBS = ("hide", "remove")


@pytest.fixture
def post_id(record: Database) -> PostId:
    """A live post of Central."""
    return a_recorded_post(record, a_new_post()).id


def a_member(record: Database, role: Role, where: str | None) -> StaffId:
    """A member of the staff with one duty, in a division or in the whole city."""
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, f"{role} {where}")
        staff.grant(tx, member, role, where and division(where))
    return member


def hide(record: Database, post_id: PostId, by: StaffId) -> str:
    """Their decision."""
    with record.write(by=OPERATOR) as tx:
        return builders.a_decision(tx, post_id, "hide", by=by)


def who(record: Database, decision: str, post_id: PostId) -> StaffId | None:
    """Who decided so."""
    with record.read() as conn:
        return deciders.who(conn, decision, post_id, VERBS)


def test_a_moderator_of_the_division_or_of_the_city_decided(record: Database, post_id: PostId) -> None:
    """And is named. A row of whoever is none there moves no picture and nobody."""
    duties = [(Role.MODERATOR, "Central"), (Role.MODERATOR, None), (Role.MODERATOR, "East"), (Role.LEAD, "Central")]
    members = [a_member(record, *duty) for duty in duties]

    told = [who(record, hide(record, post_id, member), post_id) for member in members]

    assert told == [*members[:2], None, None]


def test_a_decision_counts_for_its_own_post_and_verb(record: Database, post_id: PostId) -> None:
    """Neither for another post, nor where another verb is asked after, nor one that nobody made."""
    mo, other = a_member(record, Role.MODERATOR, "Central"), a_recorded_post(record, a_new_post(), order=2).id
    decision = hide(record, post_id, mo)

    assert who(record, decision, other) is None
    assert who(record, "nobody's", post_id) is None
    with record.read() as conn:
        assert deciders.who(conn, decision, post_id, ("remove",)) is None


def _undone(tx: Tx, mo: StaffId, post_id: PostId) -> None:
    decisions.undo(tx, post_id, mo)


def _ended(tx: Tx, mo: StaffId, _: PostId) -> None:
    staff.end(tx, mo)


def _a_moderator_no_more(tx: Tx, mo: StaffId, _: PostId) -> None:
    staff.take_back(tx, mo, Role.MODERATOR, division("Central"))


@pytest.mark.parametrize("happens", [_undone, _ended, _a_moderator_no_more])
def test_what_is_undone_or_whose_moderator_is_none_any_more_stands_no_longer(
    record: Database, post_id: PostId, happens: Callable[[Tx, StaffId, PostId], None]
) -> None:
    """It is asked for again when it is carried out."""
    mo = a_member(record, Role.MODERATOR, "Central")
    decision = hide(record, post_id, mo)

    with record.write(by=OPERATOR) as tx:
        happens(tx, mo, post_id)

    assert who(record, decision, post_id) is None


def test_of_a_post_that_was_withdrawn_any_moderator_counts(record: Database, post_id: PostId) -> None:
    """Its division went with it, so nobody can say any more that it was another's."""
    elsewhere = a_member(record, Role.MODERATOR, "East")
    decision = hide(record, post_id, elsewhere)

    with record.write(by=OPERATOR) as tx:
        post_changes.entomb(tx, post_id, PostState.WITHDRAWN)
        tx.audit("test", post_id)

    assert who(record, decision, post_id) == elsewhere
