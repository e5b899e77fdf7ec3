"""A moderator judges a comment that neighbours flagged: it stays, or it goes for good."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from api.staff.auth import Moderator
from api.staff.moderation.decisions import demand_guideline
from api.stores import Record
from feed.events import Closed
from storage.kit.errors import NotThere
from storage.moderation import claims, comment_flags
from storage.moderation.comment_flags import KEEP, REMOVE, Flagged
from storage.posts import posts
from storage.staff.staff import Role
from workers.guidelines.rules import IN_FORCE

router = APIRouter(prefix="/v1", tags=["moderation"])
MOST_NOTES = 20  # told in full for each comment; the count is of all
VERBS = {"keep": KEEP, "remove": REMOVE}


class FlaggedComment(Closed):
    """A comment that neighbours flagged: its words, the name it stands under, and what is said about it."""

    id: str
    name: str
    text: str
    count: int
    reasons: list[str]
    notes: list[str]


class NewCommentDecision(Closed):
    """What is to happen to a comment, and by which guideline."""

    verb: Literal["keep", "remove"]
    reason: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=1000)] = ""


class CommentDecided(Closed):
    """What was decided."""

    verb: Literal["keep", "remove"]


@router.post("/comments/{comment_id}/decisions")
def decide(comment_id: str, new: NewCommentDecision, me: Moderator, record: Record) -> CommentDecided:
    """Keeps a flagged comment, or removes it for good: nobody keeps its words, so nobody can undo it."""
    demand_guideline(new.reason)
    with record.write(by=me.member.actor) as tx:
        under = comment_flags.post_of(tx.connection, comment_id)
        post = posts.locked(tx, under) if under else None
        if post is None or post.division not in me.member.reach(Role.MODERATOR):
            raise NotThere
        claims.demand_free(tx, post.id, me.member.id)
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


def comment_seen(one: Flagged) -> FlaggedComment:
    """A flagged comment, as the queue shows it."""
    here = one.flags[:MOST_NOTES]
    reasons = list(dict.fromkeys(flag.reason for flag in one.flags))
    notes = [flag.text for flag in here if flag.text]
    return FlaggedComment(
        id=one.comment_id, name=one.name, text=one.text, count=len(one.flags), reasons=reasons, notes=notes
    )
