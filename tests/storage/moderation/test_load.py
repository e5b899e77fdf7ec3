"""How moderation goes in a division: what waits, how soon it was decided, and how alike two people see it."""

from __future__ import annotations

import pytest

from feed import correcting, posting
from feed.bell import Bell
from storage.db import AIRLOCK, OPERATOR, RESIDENT, Database
from storage.kit.clock import HOUR
from storage.kit.ids import PostId, StaffId
from storage.moderation import appeals, flags, load, second_looks
from storage.moderation.load import Load, Share
from storage.posts.posts import PostState, Verb
from tests import builders

pytestmark = pytest.mark.usefixtures("city")
ANN, BEN = StaffId("ann"), StaffId("ben")


@pytest.fixture
def moderators(record: Database) -> dict[StaffId, StaffId]:
    """Two moderators."""
    return {name: builders.a_moderator(record, name) for name in (ANN, BEN)}


def decided(record: Database, post: PostId, by: StaffId, verb: str, *, to: PostState = PostState.LIVE) -> str:
    """A decision about a live post, as far as its row is concerned."""
    with record.write(by=OPERATOR) as tx:
        return builders.a_decision(tx, post, verb, by=by, after=to)


def of(record: Database, name: str = "Central") -> Load:
    """A division's load, of all time."""
    with record.read() as conn:
        return load.of(conn, builders.division(name), 0)


def test_flags_are_told_by_how_long_they_waited(
    record: Database, bell: Bell, moderators: dict[StaffId, StaffId]
) -> None:
    """The median of those that were decided; what is late now waits; another division knows nothing of it."""
    posts = [builders.a_published_post(record, bell).id for _ in range(4)]
    with record.write(by=RESIDENT) as tx:
        now = tx.now()
        for post, hours in zip(posts, (1, 3, 5, 30), strict=True):
            said = {"reason": "other", "text": "", "at_seconds": None, "flagged_at": now - hours * HOUR}
            flags.add(tx, post, origin="neighbour", **said)  # type: ignore[arg-type]
    for post in posts[:3]:
        decision = decided(record, post, moderators[ANN], "hide", to=PostState.HIDDEN)
        with record.write(by=OPERATOR) as tx:
            flags.settle(tx, post, by=decision)
            tx.audit("test", post)

    here, elsewhere = of(record), of(record, "East")

    assert (here.waiting, here.late, here.decided, here.in_time) == (1, 1, 3, Share(1, 3))
    assert here.median_wait is not None
    assert 3 * HOUR <= here.median_wait < 4 * HOUR
    assert (elsewhere.waiting, elsewhere.decided, elsewhere.median_wait) == (0, 0, None)


def test_what_the_check_held_is_told_with_what_became_of_it(
    record: Database, bell: Bell, moderators: dict[StaffId, StaffId]
) -> None:
    """Of the posts published how many were held, of those decided how many stayed off, and how many were corrected."""
    held, wrongly = (builders.a_published_post(record, bell).id for _ in range(2))
    fine = builders.a_published_post(record, bell)
    for post, state in ((held, PostState.REMOVED), (wrongly, PostState.LIVE)):
        with record.write(by=AIRLOCK) as tx:
            said = {"reason": "other", "text": "rule", "at_seconds": None, "flagged_at": 0}
            flags.add(tx, post, origin="check", **said)  # type: ignore[arg-type]
        decision = decided(record, post, moderators[ANN], "restore", to=state)
        with record.write(by=OPERATOR) as tx:
            flags.settle(tx, post, by=decision)
            tx.audit("test", post)
    with record.write(by=RESIDENT) as tx:
        correcting.correct(tx, bell, fine, "It was a contractor.")

    here = of(record)

    assert (here.held, here.kept_off, here.corrected) == (Share(2, 3), Share(1, 2), Share(1, 3))


@pytest.mark.parametrize(
    ("proposal", "answer", "agreed"),
    [
        ("propose", "restore", True),
        ("propose", "dismiss", False),
        ("suspend", "agree", True),
        ("suspend", "dismiss", False),
        ("suspend", "restore", False),
    ],
)
def test_a_second_look_agrees_or_not(
    record: Database, bell: Bell, moderators: dict[StaffId, StaffId], proposal: str, answer: str, agreed: bool
) -> None:
    """By the next decision about the post; one that nobody answered yet is none."""
    post, open_one = (builders.a_published_post(record, bell).id for _ in range(2))
    for each in (post, open_one):
        decided(record, each, moderators[ANN], proposal)
    decided(record, post, moderators[BEN], answer)

    with record.read() as conn:
        found = [one.agreed for one in second_looks.answered(conn, 0, 2**53)]

    assert found == [agreed]
    assert of(record).agreed == Share(int(agreed), 1)


def test_appeals_are_told_by_how_many_were_right(
    record: Database, bell: Bell, moderators: dict[StaffId, StaffId]
) -> None:
    """Those that were decided; one that waits is none of them."""
    for granted in (True, False, None):
        post = builders.a_published_post(record, bell).id
        with record.write(by=OPERATOR) as tx:
            posting.decide(tx, bell, post, Verb.REMOVE, reason="other")
        decided(record, post, moderators[ANN], "remove", to=PostState.REMOVED)
        with record.write(by=RESIDENT) as tx:
            appeals.add(tx, post, text="", at=0)
        if granted is not None:
            by = decided(record, post, moderators[BEN], "restore" if granted else "dismiss")
            with record.write(by=OPERATOR) as tx:
                appeals.settle(tx, post, granted=granted, by=by)

    assert of(record).upheld == Share(1, 2)
