"""What a member of staff has not viewed yet, the same at every desk."""

from __future__ import annotations

import pytest

from storage.db import OPERATOR, Database
from storage.feed_log import head
from storage.kit.ids import PostId, StaffId
from storage.posts import changes as post_changes
from storage.posts.posts import Post, PostState
from storage.staff import staff, unread
from tests.builders import a_new_post, a_recorded_post, division, set_state

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def ana(record: Database) -> StaffId:
    """Who has never been here."""
    with record.write(by=OPERATOR) as tx:
        return staff.make(tx, "ana")


def a_post(record: Database, order: int, *, where: str = "Central") -> Post:
    """A live post at that place of the list."""
    return a_recorded_post(record, a_new_post(division=where), order=order)


def do(record: Database, member: StaffId, *, viewed: PostId | None = None, up_to: Post | None = None) -> None:
    """Views a post, or marks it and all before as read."""
    with record.write(by=OPERATOR) as tx:
        tx.audit("test", "")
        if viewed:
            unread.viewed(tx, member, viewed)
        if up_to:
            unread.read_up_to(tx, member, up_to)


def new(record: Database, member: StaffId, *where: str) -> list[PostId]:
    """What is unread there."""
    with record.read() as conn:
        place = unread.mark(conn, member)
        assert place is not None
        return [one for one, _ in unread.above(conn, member, [division(name) for name in where], place)]


def test_what_was_there_before_the_first_visit_is_not_new(record: Database, ana: StaffId) -> None:
    """The mark is set once, at the head of the log."""
    with record.read() as conn:
        assert unread.mark(conn, ana) is None
        now = head(conn).seq
    for _ in range(2):
        with record.write(by=OPERATOR) as tx:
            tx.audit("test", "")
            unread.begin(tx, ana)

    a_post(record, now)
    after = a_post(record, now + 1)

    assert new(record, ana, "Central") == [after.id]


def test_a_post_is_unread_until_it_is_viewed_by_that_member(record: Database, ana: StaffId) -> None:
    """Newest first, in their divisions, live ones only; viewed twice is once."""
    with record.write(by=OPERATOR) as tx:
        tx.audit("test", "")
        ben = staff.make(tx, "ben")
        for member in (ana, ben):
            unread.begin(tx, member)
    one, two, hidden, _ = (a_post(record, n, where=where) for n, where in enumerate(["Central"] * 3 + ["East"], 10))
    set_state(record, hidden.id, PostState.HIDDEN)
    assert new(record, ana, "Central") == [two.id, one.id]

    for _ in range(2):
        do(record, ana, viewed=two.id)

    assert (new(record, ana, "Central"), new(record, ben, "Central")) == ([one.id], [two.id, one.id])


def test_a_mark_is_never_taken_back(record: Database, ana: StaffId) -> None:
    """All up to the furthest post that was marked is read."""
    posts = [a_post(record, order) for order in (10, 11, 12)]
    do(record, ana, up_to=posts[1])

    do(record, ana, up_to=posts[0])

    assert new(record, ana, "Central") == [posts[2].id]


def test_viewings_of_what_nobody_can_bring_back_are_forgotten(record: Database, ana: StaffId) -> None:
    """Those of a removed post stay: it may come back."""
    gone, removed = a_post(record, 10), a_post(record, 11)
    for post in (gone, removed):
        do(record, ana, viewed=post.id)
    with record.write(by=OPERATOR) as tx:
        post_changes.set_state(tx, removed.id, PostState.REMOVED)
        post_changes.entomb(tx, gone.id, PostState.WITHDRAWN)
        tx.audit("test", "")

    with record.write(by=OPERATOR) as tx:
        tx.audit("test", "")
        assert [unread.forget(tx), unread.forget(tx)] == [1, 0]
