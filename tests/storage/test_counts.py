"""Counts for the public."""

from __future__ import annotations

from feed.bell import Bell
from storage import counts, decisions, staff
from storage.db import OPERATOR, Database
from storage.decisions import Why
from storage.posts import PostState
from tests import builders


def test_live_posts_and_decisions_are_counted(record: Database, bell: Bell, city: builders.City) -> None:
    """Counted over the whole record, by nothing finer than the verb."""
    posts = [builders.a_published_post(record, bell) for _ in range(3)]
    with record.write(by=OPERATOR) as tx:
        moderator = staff.make(tx, "mo")
        for verb in ("dismiss", "dismiss", "hold"):
            states = {"from_state": PostState.LIVE, "to_state": PostState.LIVE}
            decisions.add(tx, posts[0].id, Why(verb, "other", "", guidelines=1), staff_id=moderator, **states)

    with record.read() as conn:
        assert counts.live_posts(conn) == 3
        assert counts.decisions_by_verb(conn) == {"dismiss": 2, "hold": 1}
