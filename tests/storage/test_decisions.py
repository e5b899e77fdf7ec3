"""Decisions on the record."""

from __future__ import annotations

from feed.bell import Bell
from storage import audit, decisions, staff
from storage.db import OPERATOR, Database
from storage.decisions import Why
from storage.kit.ids import PostId, new_id
from storage.posts import PostState
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
    assert told == (("privacy", 7), None)
    assert [line.action for line in lines] == ["decision.add", "decision.add"]
