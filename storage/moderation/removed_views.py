"""What clips and photos looked like that moderators removed, for a while: one that comes again is looked at first.

The airlock alone writes and compares them. The staff's side cannot read a row: who could, would hold later clips of a
camera against what it once showed. A row goes when its post comes back, is withdrawn or expires.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx
from storage.kit.clock import DAY
from storage.kit.ids import PostId
from storage.posts.posts import PostState
from storage.schema import posts, removed_views

KEPT_MS = 30 * DAY  # as long as authorship by default: who sends a removed clip again does so within days


def missing(conn: Connection, *, limit: int) -> list[tuple[PostId, str]]:
    """Removed posts, each with its kind, of which it is not known yet what they looked like."""
    known = select(removed_views.c.post_id).where(removed_views.c.post_id == posts.c.id).exists()
    query = select(posts.c.id, posts.c.kind).where(posts.c.state == PostState.REMOVED, ~known)
    return [(PostId(row.id), row.kind) for row in conn.execute(query.order_by(posts.c.id).limit(limit))]


def remember(tx: Tx, post_id: PostId, views: bytes) -> None:
    """Keeps a clip's views, 8 bytes each, or a photo's look; none of one that cannot be known again, or is back."""
    state = select(posts.c.state).where(posts.c.id == post_id).with_for_update()
    if tx.connection.execute(state).scalar_one_or_none() == PostState.REMOVED:
        tx.execute(insert(removed_views).values(post_id=post_id, views=views, at=tx.now()))
        tx.audit("removed_views.remember", post_id)


def forget(tx: Tx) -> int:
    """Forgets those whose post is removed no more, and empties those whose time is over; answers how many."""
    still = select(posts.c.id).where(posts.c.id == removed_views.c.post_id, posts.c.state == PostState.REMOVED).exists()
    gone = tx.execute(delete(removed_views).where(~still)).rowcount
    old = (removed_views.c.at < tx.now() - KEPT_MS, removed_views.c.views != b"")
    emptied = tx.execute(update(removed_views).where(*old).values(views=b"")).rowcount
    if gone or emptied:
        tx.audit("removed_views.forget", "removed_views", {"gone": gone, "emptied": emptied})
    return gone + emptied


def all_of(conn: Connection, kind: str, *, besides: PostId) -> list[bytes]:
    """What those of a kind looked like whose posts are removed, all but one; not which post, and in no order."""
    query = select(removed_views.c.views).join(posts, posts.c.id == removed_views.c.post_id)
    query = query.where(posts.c.state == PostState.REMOVED, posts.c.kind == kind)
    query = query.where(removed_views.c.views != b"", posts.c.id != besides)
    return list(conn.execute(query).scalars())
