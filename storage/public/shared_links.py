"""Links by which a post is seen outside: each shows no more than was allowed when it was made, and can be revoked.

Of a link the digest is kept; who made it, when, and who opened it stands nowhere. It shows a post while that is live,
as its words are then, and goes when the post does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, select

from storage.db import Tx
from storage.kit import ids
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import DivisionId, PostId
from storage.posts import posts
from storage.posts.posts import Post, PostState
from storage.schema import posts as post_rows, shared_links

MOST = 10  # of one post


class Shows(StrEnum):
    """How much of the post is seen: each shows what the one before it does, and more."""

    WORDS = "words"
    PICTURE = "picture"
    ALL = "all"


class Where(StrEnum):
    """How closely it is told where it was."""

    BLOCK = "block"
    DIVISION = "division"


@dataclass(frozen=True)
class SharedLink:
    """A link as its maker's list names it; the link itself was shown once."""

    id: str
    shows: Shows
    place: Where


@dataclass(frozen=True)
class Shared:
    """What whoever holds a link may see; `id` and `state` are what is asked about again while it is looked at."""

    id: str
    state: PostState
    post: Post
    shows: Shows
    place: Where


def make(tx: Tx, post_id: PostId, *, shows: Shows, place: Where) -> tuple[str, SharedLink]:
    """Draws a link and answers it, this once; raises NotThere where the post is not live, Conflict for too many."""
    post = posts.locked(tx, post_id)
    if post is None or post.state is not PostState.LIVE:
        raise NotThere
    count = select(func.count()).where(shared_links.c.post_id == post_id)
    if tx.connection.execute(count).scalar_one() >= MOST:
        raise Conflict(f"A post has at most {MOST} links. Revoke one first.", code="too_many_links")
    link, made = ids.new_secret(), SharedLink(ids.new_id(), shows, place)
    row = {"id": made.id, "digest": ids.digest(link), "post_id": post_id, "shows": shows, "place": place}
    tx.execute(insert(shared_links).values(**row))
    return link, made


def of_post(conn: Connection, post_id: PostId) -> list[SharedLink]:
    """All links there are to a post."""
    query = select(shared_links).where(shared_links.c.post_id == post_id).order_by(shared_links.c.id)
    return [SharedLink(row.id, Shows(row.shows), Where(row.place)) for row in conn.execute(query)]


def find(conn: Connection, link: str) -> Shared:
    """What this link shows now; raises NotThere, for one that was revoked as for one that never was."""
    query = select(shared_links, post_rows.c.division_id).join(post_rows, post_rows.c.id == shared_links.c.post_id)
    row = conn.execute(query.where(shared_links.c.digest == ids.digest(link))).one_or_none()
    post = posts.one(conn, [DivisionId(row.division_id)], PostId(row.post_id)) if row else None
    if row is None or post is None or post.state is not PostState.LIVE:
        raise NotThere
    return Shared(row.id, post.state, post, Shows(row.shows), Where(row.place))


def states(conn: Connection, link_ids: Sequence[str]) -> dict[str, PostState]:
    """How the posts stand to which these links still lead; a link that was revoked is not among them."""
    query = select(shared_links.c.id, post_rows.c.state).join(post_rows, post_rows.c.id == shared_links.c.post_id)
    found = conn.execute(query.where(shared_links.c.id.in_(list(link_ids))))
    return {row.id: PostState(row.state) for row in found}


def revoke(tx: Tx, post_id: PostId, link_id: str) -> None:
    """Ends a link for good; raises NotThere."""
    here = (shared_links.c.id == link_id) & (shared_links.c.post_id == post_id)
    if not tx.execute(delete(shared_links).where(here)).rowcount:
        raise NotThere


def erase(tx: Tx, post_id: PostId) -> None:
    """Deletes all links to a post: it is gone for good."""
    tx.execute(delete(shared_links).where(shared_links.c.post_id == post_id))
