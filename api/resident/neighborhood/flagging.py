"""Flagging a neighbour's post, and learning what became of a flag: by a slip that only this device holds."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.resident.desk import Asking, AtDesk
from api.resident.neighborhood.neighborhood import WORDS_A_DAY, still_live, visible
from storage.db import RESIDENT
from storage.identity import limits
from storage.kit import clock, ids
from storage.kit.errors import NotThere
from storage.kit.ids import PostId
from storage.moderation import comment_flags, flags, request_flags
from storage.posts import comments
from workers.redact.text import scrub

router = APIRouter(tags=["my area"])


class NewCommentFlag(BaseModel):
    """What is wrong with a comment."""

    model_config = ConfigDict(extra="forbid")
    reason: Literal["privacy", "not_true", "hateful", "harassment", "racial_profiling", "graphic", "child", "other"]
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class NewFlag(NewCommentFlag):
    """What is wrong with a post, and where in the clip."""

    at_seconds: float | None = Field(default=None, ge=0, le=3600)  # players tell parts of a second


class Slip(BaseModel):
    """Heard. With the slip, shown once, who flagged can ask what became of it; neither side keeps whose it is."""

    slip: str


class OutcomeSeen(BaseModel):
    """What was decided about a flag, by which guideline of which version; `open`: nobody has looked yet."""

    open: bool
    verb: str | None
    guideline: str | None
    version: int | None


@router.post("/v1/posts/{post_id}/flags", status_code=202)
def flag(post_id: PostId, body: NewFlag, asking: Asking, desk: AtDesk) -> Slip:
    """Tells the moderators that something is wrong with a post; who said it stays here."""
    visible(desk, asking, post_id)
    slip = ids.new_secret()
    limits.count(desk.stores.vault, WORDS_A_DAY, asking)
    with desk.stores.record.write(by=RESIDENT) as tx:
        still_live(tx, post_id)
        flags.add(
            tx,
            post_id,
            origin="neighbour",
            slip=slip,
            reason=body.reason,
            text=scrub(body.text),
            at_seconds=None if body.at_seconds is None else int(body.at_seconds),
            flagged_at=clock.rounded(tx.now()),
        )
    return Slip(slip=slip)


@router.post("/v1/comments/{comment_id}/flags", status_code=202)
def flag_comment(comment_id: str, body: NewCommentFlag, asking: Asking, desk: AtDesk) -> Slip:
    """Tells the moderators that something is wrong with a comment under a post that I see."""
    with desk.stores.record.read() as conn:
        found = comments.one(conn, comment_id)
    if found is None:
        raise NotThere
    post_id, _ = found
    visible(desk, asking, post_id)
    slip = ids.new_secret()
    limits.count(desk.stores.vault, WORDS_A_DAY, asking)
    with desk.stores.record.write(by=RESIDENT) as tx:
        still_live(tx, post_id)
        standing = comments.one(tx.connection, comment_id)
        if standing is None:  # a moderator removed it a moment ago
            raise NotThere
        said = {"reason": body.reason, "text": scrub(body.text), "slip": slip}
        comment_flags.add(tx, post_id, standing[1], origin="neighbour", flagged_at=clock.rounded(tx.now()), **said)
    return Slip(slip=slip)


@router.get("/v1/flags/{slip}")
def outcome(slip: Annotated[str, Path(max_length=80)], _asking: Asking, desk: AtDesk) -> OutcomeSeen:
    """What became of a flag, for whoever holds its slip; its post may be gone for good, then nothing is left of it."""
    with desk.stores.record.read() as conn:
        found = flags.outcome(conn, slip) or comment_flags.outcome(conn, slip) or request_flags.outcome(conn, slip)
    if found is None:
        raise NotThere
    return OutcomeSeen(open=found.verb is None, verb=found.verb, guideline=found.reason, version=found.guidelines)
