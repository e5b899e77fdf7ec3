"""Flagging a post, and learning what became of a flag."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from api.staff.auth import Viewer
from api.staff.posts import visible
from api.stores import Record
from feed.events import Closed
from storage.kit import clock, ids
from storage.kit.errors import NotThere, Refused
from storage.kit.ids import PostId
from storage.moderation import comment_flags, flags, request_flags
from storage.posts import posts
from workers.redact.text import scrub

router = APIRouter(prefix="/v1", tags=["posts"])


class NewFlag(Closed):
    """What is wrong with a post, and where in the clip."""

    reason: Annotated[str, Field(max_length=24)]
    text: Annotated[str, Field(max_length=1000)] = ""
    at_seconds: Annotated[float, Field(ge=0, le=3600)] | None = None  # players tell parts of a second


class Slip(Closed):
    """Heard. With the slip, shown once, who flagged can ask what became of it; nothing says whose it is."""

    slip: str


class OutcomeSeen(Closed):
    """What was decided about a flag, by which guideline of which version; `open`: nobody has looked yet."""

    open: bool
    verb: str | None
    guideline: str | None
    version: int | None


@router.post("/posts/{post_id}/flags", status_code=202)
def flag(post_id: PostId, new: NewFlag, me: Viewer, record: Record) -> Slip:
    """Tells the moderators that something is wrong with a post."""
    demand_reason(new.reason, flags.REASONS)
    post, slip = visible(record, me.member, post_id), ids.new_secret()
    with record.write(by=me.member.actor) as tx:
        # Asked again under the lock: no words are left under a post that was taken back a moment ago.
        if posts.locked(tx, post.id) is None:
            raise NotThere
        at = clock.rounded(tx.now())
        words = scrub(new.text)  # as a neighbour's: the queue needs no number or address either
        flags.add(
            tx,
            post.id,
            origin="police",
            slip=slip,
            reason=new.reason,
            text=words,
            at_seconds=None if new.at_seconds is None else int(new.at_seconds),
            flagged_at=at,
        )
    return Slip(slip=slip)


@router.get("/flags/{slip}")
def outcome(slip: Annotated[str, Path(max_length=80)], me: Viewer, record: Record) -> OutcomeSeen:
    """What became of a flag, for whoever holds its slip."""
    with record.read() as conn:
        found = flags.outcome(conn, slip) or comment_flags.outcome(conn, slip) or request_flags.outcome(conn, slip)
    if found is None:
        raise NotThere
    return OutcomeSeen(open=found.verb is None, verb=found.verb, guideline=found.reason, version=found.guidelines)


def demand_reason(reason: str, reasons: Collection[str]) -> None:
    """Nothing for one of the reasons. Raises Refused."""
    if reason not in reasons:
        raise Refused("That is not one of the reasons.", fields={"reason": "This is not one of the choices."})
