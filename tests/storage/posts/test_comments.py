"""Comments under a post."""

from __future__ import annotations

import pytest

from feed.bell import Bell
from storage.db import RESIDENT, Database
from storage.kit.ids import PostId
from storage.posts import comments
from storage.posts.comments import Comment
from tests.builders import NOON, a_published_post

pytestmark = pytest.mark.usefixtures("city")


def test_comments_stand_in_the_order_they_were_made(record: Database, bell: Bell) -> None:
    """Oldest first, under each post apart, also where rounded times are equal."""
    post, other = a_published_post(record, bell), a_published_post(record, bell)

    first = _comment(record, post.id, "Seen it too.")
    _comment(record, other.id, "Elsewhere.")
    second = _comment(record, post.id, "So did I.")

    with record.read() as conn:
        assert comments.of_post(conn, post.id) == [first, second]
        assert comments.of_post(conn, post.id, limit=1) == [first]


def test_erased_comments_are_gone(record: Database, bell: Bell) -> None:
    """When a post is gone for good, so are its comments, and another post's stay."""
    post, other = a_published_post(record, bell), a_published_post(record, bell)
    _comment(record, post.id, "Gone.")
    kept = _comment(record, other.id, "Kept.")

    with record.write(by=RESIDENT) as tx:
        comments.erase(tx, post.id)
        tx.audit("test", post.id)

    with record.read() as conn:
        assert comments.of_post(conn, post.id) == []
        assert comments.of_post(conn, other.id) == [kept]


def _comment(record: Database, post_id: PostId, text: str) -> Comment:
    with record.write(by=RESIDENT) as tx:
        return comments.add(tx, post_id, name="Neighbour 1", text=text, at=NOON)
