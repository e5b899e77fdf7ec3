"""Flags: the moderators' queue, and nothing about which neighbour said it."""

from __future__ import annotations

from dataclasses import fields

import pytest

from feed import posting
from feed.bell import Bell
from storage.db import RESIDENT, Database
from storage.kit.ids import PostId
from storage.moderation import flags
from storage.moderation.flags import Flag
from storage.moderation.slips import Outcome
from storage.posts.posts import Verb
from tests import builders
from tests.builders import NOON, a_flag, a_moderator, a_published_post, division

pytestmark = pytest.mark.usefixtures("city")


def test_a_flag_is_read_as_it_was_given(record: Database, bell: Bell) -> None:
    """Reason, words, moment and origin come back; nothing else is known about a flag."""
    post = a_published_post(record, bell)

    id_ = a_flag(record, post.id, origin="police", reason="graphic", text="Blood.", at_seconds=12)

    with record.read() as conn:
        found = flags.of_posts(conn, [post.id])
    assert found == {post.id: [Flag(id_, post.id, "police", "graphic", "Blood.", 12, NOON)]}
    assert {field.name for field in fields(Flag)} == {
        "id",
        "post_id",
        "origin",
        "reason",
        "text",
        "at_seconds",
        "flagged_at",
    }


def test_the_queue_is_oldest_first_and_pages_go_on(record: Database, bell: Bell) -> None:
    """A post stands in the queue once, at the time of its first flag; equal times go by id."""
    a, b, c = (a_published_post(record, bell, id=name).id for name in ("a", "b", "c"))
    a_flag(record, c, at=NOON)
    a_flag(record, a, at=NOON + 1)
    a_flag(record, b, at=NOON + 1)
    a_flag(record, c, at=NOON + 2)

    with record.read() as conn:
        first = flags.open_posts(conn, [division()], after=None, limit=2)
        rest = flags.open_posts(conn, [division()], after=(first[-1][1], first[-1][0]), limit=2)

    assert first == [(c, NOON), (a, NOON + 1)]
    assert rest == [(b, NOON + 1)]


def test_a_moderator_sees_the_queue_of_their_divisions(record: Database, bell: Bell) -> None:
    """A flagged post of another division is not in the queue."""
    a_flag(record, a_published_post(record, bell, division="East").id)

    with record.read() as conn:
        assert flags.open_posts(conn, [division("Central")], after=None, limit=10) == []
        assert len(flags.open_posts(conn, [division("East")], after=None, limit=10)) == 1


def test_a_settled_post_leaves_the_queue(record: Database, bell: Bell) -> None:
    """Deciding settles all open flags of that post and of no other; a new flag brings it back."""
    mine, other = a_published_post(record, bell), a_published_post(record, bell)
    a_flag(record, mine.id)
    a_flag(record, other.id)

    with record.write(by=RESIDENT) as tx:
        flags.settle(tx, mine.id)
        tx.audit("test", mine.id)

    assert _queue(record) == [other.id]
    a_flag(record, mine.id, at=NOON + 1)
    assert _queue(record) == [other.id, mine.id]


def test_erased_flags_leave_no_words(record: Database, bell: Bell) -> None:
    """When a post is gone for good, so are its flags, and another post's stay."""
    mine, other = a_published_post(record, bell), a_published_post(record, bell)
    a_flag(record, mine.id)
    a_flag(record, other.id)

    with record.write(by=RESIDENT) as tx:
        flags.erase(tx, mine.id)
        tx.audit("test", mine.id)

    with record.read() as conn:
        assert flags.of_posts(conn, [mine.id, other.id]).keys() == {other.id}


def test_who_holds_a_slip_learns_what_became_of_thea_flag(record: Database, bell: Bell) -> None:
    """Nothing yet, then verb and guideline; nothing again when it was undone; and of a post that is gone, nothing."""
    post, moderator = a_published_post(record, bell), a_moderator(record)
    a_flag(record, post.id, slip="a slip")
    a_flag(record, post.id, slip="another")

    def told() -> Outcome | None:
        with record.read() as conn:
            return flags.outcome(conn, "a slip")

    assert told() == Outcome(None, None, None)
    with record.write(by=RESIDENT) as tx:
        why = {"reason": "within_guidelines", "guidelines": 2}
        decision = builders.a_decision(tx, post.id, "dismiss", by=moderator, **why)
        flags.settle(tx, post.id, by=decision)
    assert told() == Outcome("dismiss", "within_guidelines", 2)
    with record.write(by=RESIDENT) as tx:
        flags.reopen(tx, decision)
        tx.audit("test", post.id)
    assert told() == Outcome(None, None, None)
    assert _queue(record) == [post.id]
    assert b"a slip" not in builders.all_rows(record)
    with record.write(by=RESIDENT) as tx:
        posting.end(tx, bell, post.id, Verb.WITHDRAW)
    assert told() is None


def _queue(record: Database) -> list[PostId]:
    with record.read() as conn:
        return [post_id for post_id, _ in flags.open_posts(conn, [division()], after=None, limit=10)]
