"""Which posts a member of staff has not viewed yet: the same at every desk they sit down at.

All up to a mark counts as read: what was there before the first visit, and what was marked as read since. Above it a
post is unread until it is viewed. The newest posts alone are looked through, so that the answer takes as long among
ten million as among ten thousand.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, exists, select, update

from storage import feed_log
from storage.db import Tx
from storage.kit.ids import DivisionId, PostId, StaffId
from storage.posts import lists as post_lists
from storage.posts.posts import Post, PostState
from storage.schema import posts, read_marks, viewed_posts
from storage.upserts import insert_new

_OVER = (PostState.WITHDRAWN, PostState.EXPIRED, PostState.KEPT)
NEWEST = 1_000  # posts in which the unread are looked for; what is further down no desk shows as new


def begin(tx: Tx, member: StaffId) -> None:
    """Sets the mark of somebody who has none: what is on the record now is not new to them."""
    tx.execute(insert_new(read_marks).values(staff_id=member, order_key=feed_log.head(tx.connection).seq))


def mark(conn: Connection, member: StaffId) -> int | None:
    """The place in the list up to which all is read; None before the first visit."""
    place: int | None = conn.execute(
        select(read_marks.c.order_key).where(read_marks.c.staff_id == member)
    ).scalar_one_or_none()
    return place


def above(
    conn: Connection, member: StaffId, in_divisions: Collection[DivisionId], place: int
) -> list[tuple[PostId, DivisionId]]:
    """Live posts above that place which this member has not viewed, newest first, each with its division."""
    newest = post_lists.newest(conn, in_divisions, above=place, limit=NEWEST)
    seen = exists().where(viewed_posts.c.staff_id == member, viewed_posts.c.post_id == posts.c.id)
    query = select(posts.c.id, posts.c.division_id).where(posts.c.id.in_(newest), ~seen)
    return [(row.id, row.division_id) for row in conn.execute(query.order_by(posts.c.order_key.desc()))]


def viewed(tx: Tx, member: StaffId, post_id: PostId) -> None:
    """This member viewed the post."""
    tx.execute(insert_new(viewed_posts).values(staff_id=member, post_id=post_id))


def read_up_to(tx: Tx, member: StaffId, post: Post) -> None:
    """Marks this post and all before it as read; never takes the mark back."""
    begin(tx, member)
    higher = read_marks.c.order_key < post.order_key
    tx.execute(update(read_marks).where(read_marks.c.staff_id == member, higher).values(order_key=post.order_key))


def forget(tx: Tx) -> int:
    """Deletes what is remembered of posts that nobody can bring back; answers of how many viewings."""
    over = select(posts.c.id).where(posts.c.id == viewed_posts.c.post_id, posts.c.state.in_(_OVER)).exists()
    return tx.execute(delete(viewed_posts).where(over)).rowcount
