"""Decisions on the record."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from feed.bell import Bell
from storage import audit
from storage.db import OPERATOR, Database
from storage.kit.errors import Conflict
from storage.kit.ids import PostId, StaffId, new_id
from storage.moderation import decisions
from storage.moderation.decisions import Why
from storage.posts.posts import PostState
from storage.schema import decisions as rows
from storage.staff import staff
from tests import builders


def test_decisions_are_told_oldest_first_with_the_moderators_name(
    record: Database, bell: Bell, city: builders.City
) -> None:
    """Each says what was done, why, by which guidelines, by whom, and what became of the post; and each is audited."""
    post = builders.a_published_post(record, bell)
    with record.write(by=OPERATOR) as tx:
        moderator = staff.make(tx, "mo")
    with record.write(by=OPERATOR) as tx:
        for verb, before, after in (
            ("hide", PostState.LIVE, PostState.HIDDEN),
            ("restore", PostState.HIDDEN, PostState.LIVE),
        ):
            why = Why(verb, "privacy", "a plate", guidelines=7)
            decisions.add(tx, post.id, why, staff_id=moderator, from_state=before, to_state=after)

    with record.read() as conn:
        found = decisions.of_post(conn, post.id)
        lines = audit.page(conn, before=None, limit=2)

    assert {(one.reason, one.note, one.by, one.guidelines) for one in found} == {("privacy", "a plate", "mo", 7)}
    assert {one.verb: (one.from_state, one.to_state) for one in found} == {
        "hide": ("live", "hidden"),
        "restore": ("hidden", "live"),
    }
    with record.read() as conn:
        told = decisions.newest(conn, post.id), decisions.newest(conn, PostId(new_id()))
    assert [told[0] and (told[0].reason, told[0].guidelines), told[1]] == [("privacy", 7), None]
    assert [line.action for line in lines] == ["decision.add", "decision.add"]


@pytest.mark.engines("sqlite")
def test_a_decision_is_undone_by_who_made_it_within_the_minute(
    record: Database, bell: Bell, city: builders.City
) -> None:
    """Not by another, not later; the one before it is then the newest again, and a second request leaves it."""
    post, (ann, ben) = builders.a_published_post(record, bell), [builders.a_moderator(record, n) for n in ("ann", "b")]
    first = _add(record, post.id, "hold", ann)
    second = _add(record, post.id, "hide", ann)

    assert _undo(record, post.id, ben) == "nothing_to_undo"
    assert _undo(record, post.id, ann) == second
    with record.read() as conn:
        told, last = decisions.newest(conn, post.id), decisions.last(conn, post.id)
        past = [(one.verb, one.undone) for one in decisions.of_post(conn, post.id)]
    assert (told and told.id, last and last.id) == (first, first)
    assert past == [("hold", False), ("hide", True)]
    assert _undo(record, post.id, ann) == "nothing_to_undo"
    _add(record, post.id, "hide", ann)
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).values(at=rows.c.at - decisions.UNDO_MS - 1))
        tx.audit("test", post.id)
    assert _undo(record, post.id, ann) == "too_late"


@pytest.mark.engines("sqlite")
def test_an_author_is_told_of_what_took_the_post_off_alone(record: Database, bell: Bell, city: builders.City) -> None:
    """Neither that flags were dismissed, nor that somebody proposes to bring it back."""
    post, moderator = builders.a_published_post(record, bell), builders.a_moderator(record)
    taken = _add(record, post.id, "remove", moderator)
    for verb in ("dismiss", decisions.PROPOSE):
        _add(record, post.id, verb, moderator)

    with record.read() as conn:
        told = decisions.newest(conn, post.id)

    assert told is not None
    assert told.id == taken


def _add(record: Database, post_id: PostId, verb: str, staff_id: StaffId) -> str:
    with record.write(by=OPERATOR) as tx:
        return builders.a_decision(tx, post_id, verb, by=staff_id, after=PostState.HIDDEN)


def _undo(record: Database, post_id: PostId, staff_id: StaffId) -> str:
    try:
        with record.write(by=OPERATOR) as tx:
            return decisions.undo(tx, post_id, staff_id).id
    except Conflict as refused:
        return refused.code
