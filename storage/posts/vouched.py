"""What their authors let be proved of posts: the salted SHA-256 of the original.

Nothing of it crosses unless the author says so. Without the salt, which stays with them, it says nothing of the file;
that it is there says that the author still cares.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from storage.db import Tx
from storage.kit.ids import PostId
from storage.schema import vouched
from storage.upserts import insert_new


def add(tx: Tx, post_id: PostId, sha256: str) -> None:
    """Lets the post's original be proved by this; twice is once."""
    if tx.execute(insert_new(vouched).values(post_id=post_id, sha256=sha256)).rowcount:
        tx.audit("post.vouch", post_id)


def has(conn: Connection, post_id: PostId) -> bool:
    """Whether its author let the post's original be proved."""
    return conn.execute(select(vouched.c.post_id).where(vouched.c.post_id == post_id)).first() is not None


def of(conn: Connection, post_ids: Collection[PostId]) -> dict[PostId, str]:
    """The salted SHA-256 of the originals of those of the posts that have one."""
    rows = conn.execute(select(vouched).where(vouched.c.post_id.in_(post_ids)))
    return {PostId(row.post_id): row.sha256 for row in rows}


def erase(tx: Tx, post_id: PostId) -> None:
    """Forgets it, when the post ends."""
    tx.execute(delete(vouched).where(vouched.c.post_id == post_id))
