"""Comments under a post, for who moderates or leads there: read, flagged, and judged by a moderator.

Nobody who investigates reads them: neighbours talk there, and it is nobody's evidence.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from api.staff.auth import Moderator, ModeratorOrLead
from api.staff.flagging import Slip, demand_reason
from api.staff.moderation.decisions import demand_guideline
from api.stores import Record
from feed.events import Closed
from storage.db import Tx
from storage.kit import clock, ids
from storage.kit.errors import NotThere
from storage.kit.ids import PostId
from storage.moderation import claims, comment_flags, flags
from storage.moderation.comment_flags import KEEP, REMOVE, Flagged
from storage.posts import comments, posts
from storage.posts.posts import Post
from storage.staff.staff import LogIn, Role
from workers.guidelines.rules import IN_FORCE
from workers.redact.text import scrub

router = APIRouter(prefix="/v1", tags=["moderation"])
MOST_NOTES = 20  # told in full for each comment; the count is of all
VERBS = {"keep": KEEP, "remove": REMOVE}


class FlaggedComment(Closed):
    """A flagged comment: its words, the name it stands under, and what is said about it; `by_police` of the count."""

    id: str
    name: str
    text: str
    count: int
    by_police: int
    reasons: list[str]
    notes: list[str]


class NewCommentDecision(Closed):
    """What is to happen to a comment, and by which guideline."""

    verb: Literal["keep", "remove"]
    reason: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=1000)] = ""


class CommentDecided(Closed):
    """What was decided; undone, it is as before."""

    verb: Literal["keep", "remove", "undo"]


class CommentRead(Closed):
    """A comment as neighbours read it: its name stands for one of them under this post and for nobody elsewhere."""

    id: str
    name: str
    text: str
    at: str


class CommentsRead(Closed):
    """The comments under a post, oldest first."""

    items: list[CommentRead]


class NewCommentFlag(Closed):
    """What is wrong with a comment."""

    reason: Annotated[str, Field(max_length=24)]
    text: Annotated[str, Field(max_length=1000)] = ""


@router.get("/posts/{post_id}/comments")
def read(post_id: PostId, me: ModeratorOrLead, record: Record) -> CommentsRead:
    """What neighbours say under a post where I moderate or lead; a line of the audit, as opening the post is."""
    with record.write(by=me.member.actor) as tx:
        _demand(posts.locked(tx, post_id), me, Role.MODERATOR, Role.LEAD)
        tx.audit("comments.view", post_id)
        found = comments.of_post(tx.connection, post_id)
    return CommentsRead(
        items=[CommentRead(id=one.id, name=one.name, text=one.text, at=clock.as_text(one.at)) for one in found]
    )


@router.post("/comments/{comment_id}/flags", status_code=202)
def flag(comment_id: str, new: NewCommentFlag, me: ModeratorOrLead, record: Record) -> Slip:
    """Tells the moderators that something is wrong with a comment."""
    demand_reason(new.reason, flags.REASONS)
    slip = ids.new_secret()
    with record.write(by=me.member.actor) as tx:
        post = _held(tx, comment_id, me, Role.MODERATOR, Role.LEAD)
        found = comments.one(tx.connection, comment_id)
        if found is None:
            raise NotThere
        said = {"reason": new.reason, "text": scrub(new.text), "slip": slip}
        comment_flags.add(tx, post.id, found[1], origin="police", flagged_at=clock.rounded(tx.now()), **said)
    return Slip(slip=slip)


@router.post("/comments/{comment_id}/decisions")
def decide(comment_id: str, new: NewCommentDecision, me: Moderator, record: Record) -> CommentDecided:
    """Keeps a flagged comment, or removes any: hidden at once, its words are erased when the minute to undo is over."""
    demand_guideline(new.reason)
    with record.write(by=me.member.actor) as tx:
        post = _held(tx, comment_id, me, Role.MODERATOR)
        claims.POSTS.demand_free(tx, post.id, me.member.id)
        comment_flags.decide(
            tx,
            post.id,
            comment_id,
            verb=VERBS[new.verb],
            reason=new.reason,
            guidelines=IN_FORCE.version,
            note=new.note,
            by=me.member.id,
        )
    return CommentDecided(verb=new.verb)


@router.delete("/comments/{comment_id}/decisions/last")
def undo(comment_id: str, me: Moderator, record: Record) -> CommentDecided:
    """Undoes my newest decision about a comment, within a minute: it stands, and waits where it was flagged."""
    with record.write(by=me.member.actor) as tx:
        post = _held(tx, comment_id, me, Role.MODERATOR)
        claims.POSTS.demand_free(tx, post.id, me.member.id)
        comment_flags.undo(tx, post.id, comment_id, me.member.id)
    return CommentDecided(verb="undo")


def _held(tx: Tx, comment_id: str, me: LogIn, *roles: Role) -> Post:
    """The post it stands under, held; raises NotThere where it is not theirs in one of these roles."""
    under = comment_flags.post_of(tx.connection, comment_id)
    return _demand(posts.locked(tx, under) if under else None, me, *roles)


def _demand(post: Post | None, me: LogIn, *roles: Role) -> Post:
    if post is None or post.division not in me.member.reach(*roles):
        raise NotThere
    return post


def comment_seen(one: Flagged) -> FlaggedComment:
    """A flagged comment, as the queue shows it."""
    here = one.flags[:MOST_NOTES]
    reasons = list(dict.fromkeys(flag.reason for flag in one.flags))
    return FlaggedComment(
        id=one.comment_id,
        name=one.name,
        text=one.text,
        count=len(one.flags),
        by_police=sum(flag.origin == "police" for flag in one.flags),
        reasons=reasons,
        notes=[flag.text for flag in here if flag.text],
    )
