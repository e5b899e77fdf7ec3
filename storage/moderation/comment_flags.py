"""Flags of comments: what neighbours say is wrong with one, never which neighbour, and what a moderator decided.

Police read no comments. Of one that is flagged the flag holds the words, until they were judged.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx
from storage.kit import ids
from storage.kit.errors import NotThere
from storage.kit.ids import PostId, StaffId
from storage.moderation.flags import Outcome
from storage.posts import comments
from storage.posts.comments import Comment
from storage.schema import comment_decisions, comment_flags

KEEP, REMOVE = "keep_comment", "remove_comment"


@dataclass(frozen=True)
class CommentFlag:
    """One open flag; `flagged_at` is rounded, `text` scrubbed."""

    reason: str
    text: str
    flagged_at: int


@dataclass(frozen=True)
class Flagged:
    """A comment that waits: its words, the name it stands under, and what is said about it, oldest first."""

    comment_id: str
    name: str
    text: str
    flags: tuple[CommentFlag, ...]


def add(tx: Tx, post_id: PostId, comment: Comment, *, reason: str, text: str, flagged_at: int, slip: str) -> None:
    """Records a flag (words scrubbed, time rounded); `slip` is a secret that only who flags holds."""
    row = {"id": ids.new_id(), "post_id": post_id, "comment_id": comment.id, "said_by": comment.name}
    row |= {"said": comment.text, "reason": reason, "text": text, "slip_digest": ids.digest(slip)}
    tx.execute(insert(comment_flags).values(**row, flagged_at=flagged_at))
    tx.audit("comment_flag.add", post_id, {"comment": comment.id, "reason": reason})


def of_posts(conn: Connection, post_ids: Collection[PostId]) -> dict[PostId, list[Flagged]]:
    """The flagged comments of these posts that wait, each with its flags."""
    query = select(comment_flags).where(comment_flags.c.post_id.in_(post_ids), comment_flags.c.decision_id == "")
    found: dict[PostId, dict[str, Flagged]] = {}
    for row in conn.execute(query.order_by(comment_flags.c.flagged_at, comment_flags.c.id)):
        here = found.setdefault(PostId(row.post_id), {})
        before = here.get(row.comment_id)
        flags = (*(before.flags if before else ()), CommentFlag(row.reason, row.text, row.flagged_at))
        here[row.comment_id] = Flagged(row.comment_id, row.said_by, row.said, flags)
    return {post_id: list(each.values()) for post_id, each in found.items()}


def post_of(conn: Connection, comment_id: str) -> PostId | None:
    """The post under which a comment with open flags stands."""
    open_ = (comment_flags.c.comment_id == comment_id, comment_flags.c.decision_id == "")
    found = conn.execute(select(comment_flags.c.post_id).where(*open_).limit(1)).scalar_one_or_none()
    return None if found is None else PostId(found)


def decide(
    tx: Tx, post_id: PostId, comment_id: str, *, verb: str, reason: str, guidelines: int, note: str, by: StaffId
) -> None:
    """Keeps a flagged comment or removes it for good, and forgets its words here. The caller holds the post.

    Raises NotThere where no flag of it is open.
    """
    new = ids.new_id()
    open_ = (comment_flags.c.post_id == post_id, comment_flags.c.comment_id == comment_id)
    settled = update(comment_flags).where(*open_, comment_flags.c.decision_id == "")
    if not tx.execute(settled.values(decision_id=new, said="", said_by="")).rowcount:
        raise NotThere
    said = {"verb": verb, "reason": reason, "guidelines": guidelines, "note": note, "staff_id": by}
    tx.execute(insert(comment_decisions).values(id=new, comment_id=comment_id, post_id=post_id, **said, at=tx.now()))
    if verb == REMOVE:
        comments.remove(tx, comment_id)
    tx.audit(f"comment.{verb.removesuffix('_comment')}", post_id, {"comment": comment_id, "reason": reason})


def outcome(conn: Connection, slip: str) -> Outcome | None:
    """What became of the flag whose slip this is; None where there is none, or its post is gone for good."""
    query = (
        select(comment_decisions.c.verb, comment_decisions.c.reason, comment_decisions.c.guidelines)
        .select_from(comment_flags)
        .outerjoin(comment_decisions, comment_decisions.c.id == comment_flags.c.decision_id)
        .where(comment_flags.c.slip_digest == ids.digest(slip))
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else Outcome(row.verb, row.reason, row.guidelines)


def erase_of(tx: Tx, comment_id: str) -> None:
    """Deletes the flags of one comment with all words: who wrote it has taken it back."""
    tx.execute(delete(comment_flags).where(comment_flags.c.comment_id == comment_id))


def erase(tx: Tx, post_id: PostId) -> None:
    """Deletes a post's flags of comments with all words: the post is gone for good."""
    tx.execute(delete(comment_flags).where(comment_flags.c.post_id == post_id))
