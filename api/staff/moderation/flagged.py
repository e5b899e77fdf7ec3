"""The moderators' queue: posts with open flags, the one that waits longest first."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from api.staff.auth import Moderator
from api.stores import Record
from feed.events import Closed, PostAsSeen, as_seen
from storage.kit.clock import as_text
from storage.moderation import flags
from storage.moderation.flags import Flag
from storage.posts import posts
from storage.posts.posts import Post
from storage.staff.staff import Role

router = APIRouter(prefix="/v1", tags=["moderation"])


class ReasonCount(Closed):
    """How many flags gave a reason."""

    reason: str
    count: int


class FlaggedPost(Closed):
    """A flagged post: its first flag, and how many there are for which reasons."""

    id: str
    post: PostAsSeen
    reason: str
    text: str
    at_seconds: int | None
    origin: Annotated[str, Field(serialization_alias="from")]
    flagged_at: str
    count: int
    reasons: list[ReasonCount]


@router.get("/flags")
def queue(
    me: Moderator,
    record: Record,
    state: Literal["open"] = "open",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[FlaggedPost]:
    """Posts with open flags, the one that waits longest first."""
    mine, after = me.member.reach(Role.MODERATOR), None
    if cursor is not None:
        at, post_id = decode(cursor, int, str)
        after = (int(at), str(post_id))
    with record.read() as conn:
        waiting = flags.open_posts(conn, mine, after=after, limit=limit + 1)
        found = posts.some(conn, mine, [post_id for post_id, _ in waiting])
        every = flags.of_posts(conn, list(found))
    said = {post_id: [flag for flag in here if not flag.is_correction] for post_id, here in every.items()}
    shown = [(found[post_id], at) for post_id, at in waiting if post_id in found]
    return page(shown, limit, place=lambda one: (one[1], one[0].id), seen=lambda one: _flagged(one[0], said[one[0].id]))


def _flagged(post: Post, said: list[Flag]) -> FlaggedPost:
    first = said[0]
    return FlaggedPost(
        id=first.id,
        post=as_seen(post),
        reason=first.reason,
        text=first.text,
        at_seconds=first.at_seconds,
        origin=first.origin,
        flagged_at=as_text(first.flagged_at),
        count=len(said),
        reasons=counted(said),
    )


def counted(said: list[Flag]) -> list[ReasonCount]:
    """How many gave which reason, the most frequent first."""
    return [ReasonCount(reason=reason, count=count) for reason, count in Counter(f.reason for f in said).most_common()]
