"""Comments under a post, each under a name that stands for one neighbour there and for nobody anywhere else.

So does its mark, which is longer: two neighbours may have one name by chance, and each takes back their own alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, null, select, update

from storage.db import Tx
from storage.kit import ids
from storage.kit.ids import PostId
from storage.moderation.decisions import UNDO_MS
from storage.schema import comments, posts

_STANDS = comments.c.removed_at.is_(None)
# All that anybody is told of one: staff read these columns too, and no other.
_TOLD = [comments.c[name] for name in ("id", "post_id", "name", "text", "at")]


@dataclass(frozen=True)
class Marked:
    """Whose one comment is, for who can make the mark again; `mark` is empty from before there were any."""

    id: str
    post: PostId
    name: str
    mark: str


@dataclass(frozen=True)
class Comment:
    """One comment; words scrubbed, `at` rounded."""

    id: str
    name: str
    text: str
    at: int


def add(tx: Tx, post_id: PostId, *, name: str, text: str, at: int, mark: str = "") -> Comment:
    """Adds a comment under the post, whose row's lock keeps comments in line."""
    tx.connection.execute(select(posts.c.id).where(posts.c.id == post_id).with_for_update())
    last = tx.connection.execute(select(func.max(comments.c.seq)).where(comments.c.post_id == post_id)).scalar()
    comment = Comment(ids.new_id(), name, text, at)
    said = {"name": name, "mark": mark, "text": text, "at": at}
    tx.execute(insert(comments).values(id=comment.id, post_id=post_id, seq=(last or 0) + 1, **said))
    tx.audit("comment.add", post_id, {"comment": comment.id})
    return comment


def of_post(conn: Connection, post_id: PostId, *, limit: int = 500) -> list[Comment]:
    """The post's comments, oldest first."""
    query = select(*_TOLD).where(comments.c.post_id == post_id, _STANDS).order_by(comments.c.seq).limit(limit)
    return [Comment(row.id, row.name, row.text, row.at) for row in conn.execute(query)]


def one(conn: Connection, comment_id: str) -> tuple[PostId, Comment] | None:
    """A comment and the post it stands under, if it is there."""
    row = conn.execute(select(*_TOLD).where(comments.c.id == comment_id, _STANDS)).one_or_none()
    return None if row is None else (PostId(row.post_id), Comment(row.id, row.name, row.text, row.at))


def remove(tx: Tx, comment_id: str) -> bool:
    """Hides one comment from everybody, for the minute in which that can be undone; then its words are erased.

    False where it does not stand. The caller says so in the audit.
    """
    here = update(comments).where(comments.c.id == comment_id, _STANDS)
    return tx.execute(here.values(removed_at=tx.now())).rowcount == 1


def bring_back(tx: Tx, comment_id: str) -> tuple[str, str] | None:
    """Undoes that; answers the name it stands under and its words, None where who wrote it took it back meanwhile."""
    tx.execute(update(comments).where(comments.c.id == comment_id).values(removed_at=null()))
    found = one(tx.connection, comment_id)
    return None if found is None else (found[1].name, found[1].text)


def erase_removed(tx: Tx) -> int:
    """Deletes comments that were removed more than a minute ago, with their words; answers how many."""
    count = tx.execute(delete(comments).where(comments.c.removed_at <= tx.now() - UNDO_MS)).rowcount
    if count:
        tx.audit("comment.erase_removed", "", {"count": count})
    return count


def marks(conn: Connection) -> Iterator[Marked]:
    """The marks of all comments, post by post, without a word of any: a hundred thousand take a second or two."""
    query = select(comments.c.id, comments.c.post_id, comments.c.name, comments.c.mark).order_by(comments.c.post_id)
    for row in conn.execute(query.execution_options(yield_per=1000)):
        yield Marked(row.id, PostId(row.post_id), row.name, row.mark)


def take_back(tx: Tx, comment_id: str) -> None:
    """Deletes one comment for whoever wrote it. Twice is once."""
    here = comments.c.id == comment_id
    post_id = tx.connection.execute(select(comments.c.post_id).where(here)).scalar_one_or_none()
    if post_id is not None:
        tx.execute(delete(comments).where(here))
        tx.audit("comment.take_back", post_id)


def erase(tx: Tx, post_id: PostId) -> None:
    """Deletes a post's comments: the post is gone for good."""
    tx.execute(delete(comments).where(comments.c.post_id == post_id))
