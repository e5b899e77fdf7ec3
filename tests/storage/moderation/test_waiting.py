"""What waits for a moderator, and in which order."""

from __future__ import annotations

import pytest

from feed import posting
from feed.bell import Bell
from storage.db import OPERATOR, RESIDENT, Database
from storage.kit.clock import HOUR, MINUTE
from storage.kit.ids import PostId
from storage.moderation import appeals, decisions, flags, waiting
from storage.moderation.decisions import PROPOSE
from storage.moderation.waiting import Waits
from storage.posts.posts import Post, PostState, Verb
from tests import builders
from tests.builders import NOON, a_flag, a_published_post, division

pytestmark = pytest.mark.usefixtures("city")


def queue(record: Database, *names: str) -> list[PostId]:
    """The posts that wait in these divisions."""
    return [PostId(one.id) for one in _page(record, *names)]


def decide(record: Database, bell: Bell, post: Post, verb: str) -> str:
    """A moderator's decision, as far as the record is concerned."""
    with record.write(by=OPERATOR) as tx:
        moderator = decisions.last(tx.connection, post.id)
        before, after = (post.state, post.state)
        if verb != PROPOSE:
            before, after = posting.decide(tx, bell, post.id, Verb(verb), reason="child")
        who = moderator.staff_id if moderator else builders.staff.make(tx, f"mo {post.id}")
        return builders.a_decision(tx, post.id, verb, by=who, reason="child", before=before, after=after)


def test_what_is_due_first_comes_first(record: Database, bell: Bell) -> None:
    """A child on screen before what others flagged earlier; then what is seen, before what nobody sees."""
    held, child, flagged, late = (a_published_post(record, bell, id=name) for name in ("a", "b", "c", "d"))
    decide(record, bell, held, "hold")
    a_flag(record, flagged.id, at=NOON)
    a_flag(record, late.id, at=NOON + HOUR)
    a_flag(record, child.id, reason="child", at=NOON + HOUR)

    found = _page(record, "Central")

    assert [one.id for one in found] == ["b", "c", "d", "a"]
    assert found[:2] == [
        Waits(child.id, NOON + HOUR, NOON + HOUR + 15 * MINUTE),
        Waits(flagged.id, NOON, NOON + 2 * HOUR),
    ]


@pytest.mark.engines("sqlite")
def test_two_hundred_who_collude_move_nothing(record: Database, bell: Bell) -> None:
    """Their post waits once, at the time of the first flag, as it would with one; and it stays live."""
    one, many = a_published_post(record, bell), a_published_post(record, bell)
    a_flag(record, one.id, at=NOON)
    with record.write(by=RESIDENT) as tx:
        for _ in range(200):
            said = {"origin": "neighbour", "reason": "hateful", "text": "", "at_seconds": None}
            builders.flags.add(tx, many.id, flagged_at=NOON + MINUTE, **said)  # type: ignore[arg-type]

    found = _page(record, "Central")

    assert [(w.id, w.due_at) for w in found] == [(one.id, NOON + 2 * HOUR), (many.id, NOON + 2 * HOUR + MINUTE)]
    assert builders.the_post(record, many.id).state is PostState.LIVE


def test_holds_appeals_and_second_looks_wait_until_they_are_decided(record: Database, bell: Bell) -> None:
    """Held, it waits for its end; appealed, for another moderator; proposed, for a second one. Undone, it does not."""
    held, hidden, removed = (a_published_post(record, bell, id=name) for name in ("a", "b", "c"))
    decide(record, bell, held, "hold")
    decide(record, bell, hidden, "hide")
    decide(record, bell, removed, "remove")
    assert queue(record, "Central") == ["a"]

    with record.write(by=RESIDENT) as tx:
        appeals.add(tx, hidden.id, text="It is mine.", at=NOON)
    proposal = decide(record, bell, builders.the_post(record, removed.id), PROPOSE)
    assert queue(record, "Central") == ["b", "c", "a"]

    with record.write(by=OPERATOR) as tx:
        last = decisions.last(tx.connection, removed.id)
        assert last is not None
        assert last.id == proposal
        decisions.undo(tx, removed.id, last.staff_id)
    decide(record, bell, held, "hide")
    assert queue(record, "Central") == ["b"]


@pytest.mark.engines("sqlite")
def test_a_correction_waits_as_long_as_it_may_and_ends_no_flags_haste(record: Database, bell: Bell) -> None:
    """On screen it is read already: it may take half a day. A flag of the same post may not."""
    corrected, both = a_published_post(record, bell, id="a"), a_published_post(record, bell, id="b")
    a_flag(record, both.id, at=NOON)
    with builders.as_role(record, "resident").write(by=RESIDENT) as tx:
        for post in (corrected, both):
            flags.corrected(tx, post.id, at=NOON)
        tx.audit("post.correct", corrected.id)

    assert [(one.id, one.due_at) for one in _page(record, "Central")] == [
        ("b", NOON + 2 * HOUR),
        ("a", NOON + 12 * HOUR),
    ]

    with record.write(by=OPERATOR) as tx:
        flags.settle(tx, corrected.id)
        tx.audit("test", corrected.id)
    assert queue(record, "Central") == ["b"]


def test_the_queue_is_of_ones_divisions_and_goes_on_page_by_page(record: Database, bell: Bell) -> None:
    """Also among those that are due at the same time."""
    mine = [a_published_post(record, bell, id=name).id for name in ("a", "b", "c")]
    for post_id in (*mine, a_published_post(record, bell, division="East").id):
        a_flag(record, post_id)

    with record.read() as conn:
        first = waiting.page(conn, [division()], after=None, limit=2)
        rest = waiting.page(conn, [division()], after=(first[-1].due_at, first[-1].id), limit=2)

    assert [one.id for one in (*first, *rest)] == mine
    assert len(queue(record, "Central", "East")) == 4
    assert queue(record) == []


def _page(record: Database, *names: str) -> list[Waits]:
    with record.read() as conn:
        return waiting.page(conn, [division(name) for name in names], after=None, limit=50)
