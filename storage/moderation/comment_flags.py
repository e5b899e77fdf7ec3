"""Flags of comments: what neighbours or the police say is wrong with one, never which, and what a moderator decided.

Moderators read comments of their divisions; of one that is flagged the flag holds the words, until they were judged.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx
from storage.kit import ids
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import PostId, StaffId
from storage.moderation import slips
from storage.moderation.decisions import UNDO_MS
from storage.moderation.slips import Outcome
from storage.posts import comments
from storage.posts.comments import Comment
from storage.schema import comment_decisions, comment_flags

KEEP, REMOVE = "keep_comment", "remove_comment"


@dataclass(frozen=True)
class CommentFlag:
    """One open flag; `origin`: neighbour or police; `flagged_at` is rounded, `text` scrubbed."""

    origin: str
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


def add(
    tx: Tx, post_id: PostId, comment: Comment, *, origin: str, reason: str, text: str, flagged_at: int, slip: str
) -> None:
    """Records a flag (words scrubbed, time rounded); `slip` is a secret that only who flags holds."""
    row = {"id": ids.new_id(), "post_id": post_id, "comment_id": comment.id, "said_by": comment.name, "origin": origin}
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
        flags = (*(before.flags if before else ()), CommentFlag(row.origin, row.reason, row.text, row.flagged_at))
        here[row.comment_id] = Flagged(row.comment_id, row.said_by, row.said, flags)
    return {post_id: list(each.values()) for post_id, each in found.items()}


def post_of(conn: Connection, comment_id: str) -> PostId | None:
    """The post under which a comment stands, or stood when somebody flagged it or it was judged."""
    standing = comments.one(conn, comment_id)
    if standing is not None:
        return standing[0]
    for table in (comment_flags, comment_decisions):
        query = select(table.c.post_id).where(table.c.comment_id == comment_id).limit(1)
        found = conn.execute(query).scalar_one_or_none()
        if found is not None:
            return PostId(found)
    return None


def decide(
    tx: Tx, post_id: PostId, comment_id: str, *, verb: str, reason: str, guidelines: int, note: str, by: StaffId
) -> None:
    """Keeps a flagged comment, or removes any, and forgets its words here. The caller holds the post.

    Raises NotThere where there is nothing to keep or to remove.
    """
    new = ids.new_id()
    open_ = (comment_flags.c.post_id == post_id, comment_flags.c.comment_id == comment_id)
    settled = update(comment_flags).where(*open_, comment_flags.c.decision_id == "")
    flagged = tx.execute(settled.values(decision_id=new, said="", said_by="")).rowcount > 0
    gone = verb == REMOVE and comments.remove(tx, comment_id)
    if not flagged and not gone:
        raise NotThere
    said = {"verb": verb, "reason": reason, "guidelines": guidelines, "note": note, "staff_id": by}
    tx.execute(insert(comment_decisions).values(id=new, comment_id=comment_id, post_id=post_id, **said, at=tx.now()))
    tx.audit(f"comment.{verb.removesuffix('_comment')}", post_id, {"comment": comment_id, "reason": reason})


def undo(tx: Tx, post_id: PostId, comment_id: str, member: StaffId) -> None:
    """Takes back this moderator's newest decision about a comment, within the minute; the caller holds the post.

    Raises Conflict, also where the comment is gone: who wrote it has taken it back.
    """
    made = comment_decisions.c
    query = select(made.id, made.staff_id, made.at, made.verb).where(made.comment_id == comment_id, ~made.undone)
    last = tx.connection.execute(query.order_by(made.at.desc()).limit(1)).one_or_none()
    if last is None or last.staff_id != member:
        raise Conflict("There is no decision of yours to undo.", code="nothing_to_undo")
    if tx.now() - last.at > UNDO_MS:
        raise Conflict("The minute is over. Decide anew.", code="too_late")
    words = comments.bring_back(tx, comment_id)
    if words is None:
        raise Conflict("Who wrote it has taken it back.", code="comment_gone")
    tx.execute(update(comment_decisions).where(made.id == last.id).values(undone=True))
    again = {"decision_id": "", "said_by": words[0], "said": words[1]}
    tx.execute(update(comment_flags).where(comment_flags.c.decision_id == last.id).values(**again))
    tx.audit("comment.undo", post_id, {"comment": comment_id, "verb": last.verb})


def outcome(conn: Connection, slip: str) -> Outcome | None:
    """What became of the flag whose slip this is; None where there is none, or its post is gone for good."""
    return slips.outcome(conn, comment_flags, comment_decisions, slip)


def erase_of(tx: Tx, comment_id: str) -> None:
    """Deletes the flags of one comment with all words: who wrote it has taken it back."""
    tx.execute(delete(comment_flags).where(comment_flags.c.comment_id == comment_id))


def erase(tx: Tx, post_id: PostId) -> None:
    """Deletes a post's flags of comments with all words: the post is gone for good."""
    tx.execute(delete(comment_flags).where(comment_flags.c.post_id == post_id))
