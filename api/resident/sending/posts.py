"""A resident's own clips: sending one, and seeing what police will see. Following it, taking it back: mine/mine.py."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection

from api.boxes import demand_drawn
from api.likely_names import NameSeen, names_in
from api.readable import READABLE
from api.resident.desk import Asking, AtDesk, Desk, place_now
from api.resident.sending.suspended import demand_not_suspended
from api.resident.sending.taking import Key, Picture, Taken, happened, of_picture, take, taken
from api.resident.sending.who_could import MOST_WAIT
from feed.events import BlockSeen, DivisionSeen, PostAsSeen
from storage.atlas import versions
from storage.identity import limits
from storage.identity.cameras import listings
from storage.identity.clips import authorship
from storage.identity.clips.accepting import Accepted
from storage.identity.limits import Limit
from storage.identity.vault import ClipId, ResidentId
from storage.kit import clock, ids
from storage.moderation import premoderation
from storage.posts.posts import PostState
from workers.guidelines.check import check
from workers.guidelines.rules import Rule
from workers.redact.text import scrub, scrub_title

router = APIRouter(tags=["posts"])

ACCEPTED = Limit("posts of one resident", 30, clock.HOUR)
PREVIEWED = Limit("previews of one resident", 120, clock.MINUTE)  # the page asks half a second after each pause
MARK = re.compile(r"\[([a-z]+)\]")  # what stands in a word's place: its kind

Category = Literal["crime", "suspicious", "safety", "animal", "lost_found", "kindness", "other"]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), READABLE]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class Said(BaseModel):
    """What a resident says about a clip or photo."""

    model_config = ConfigDict(extra="forbid")
    block_id: str = Field(max_length=40)
    category: Category
    title: Title
    text: Words | None = None
    happened_at: AwareDatetime


class Sent(Picture, Said):
    """A clip or photo to be posted: an upload, what is said about it, and what to take out of picture and sound."""

    wait: bool = Field(default=False, description="Wait a random while, up to 30 minutes, before it goes on its way.")


class Previewed(Sent):
    """What would be sent, with or without an upload; the words alone are looked at, and said to be of that `kind`."""

    upload_id: str = Field(default="", max_length=40)
    kind: Literal["video", "photo"] = "video"


class Replaced(BaseModel):
    """How many of one kind of word will be replaced."""

    kind: str
    count: int


class Preview(BaseModel):
    """The post as police and neighbours would see it; what of it is likely a name is told to its author alone."""

    post: PostAsSeen
    replaced: list[Replaced]
    names: list[NameSeen]
    reword: Annotated[list[Rule], Field(description="What the words break: sent as they are, the post begins held.")]
    judged_until: Annotated[str | None, Field(description="Until then, each post there is judged before it is shown.")]


@router.post("/v1/posts", status_code=202)
def send(body: Sent, asking: Asking, desk: AtDesk, key: Key) -> Taken:
    """Accepts a clip: from the answer on it is not lost, and the same key gets the same answer."""
    demand_drawn(body.boxes)
    vault, request = desk.stores.vault, _request(body)
    with vault.read() as conn:
        before = authorship.accepted_before(conn, asking, key, request)
    if before is None:
        limits.count(vault, ACCEPTED, asking)
        before = _accept(desk, asking, key, request, body)
    return taken(desk, asking, before, key)


@router.post("/v1/previews")
def preview(body: Previewed, asking: Asking, desk: AtDesk) -> Preview:
    """The scrubbed words and the post as police will see it, before anything is sent."""
    limits.count(desk.stores.vault, PREVIEWED, asking)
    block = place_now(desk, body.block_id)
    with desk.stores.record.read() as conn:
        known = versions.known_block(conn, block.id)
        judged_first = premoderation.everywhere(conn)
    assert known is not None, "a block of the current atlas is on the record"
    post = PostAsSeen(
        id="preview",
        kind=body.kind,
        category=body.category,
        title=scrub_title(body.title),
        text=scrub(body.text or ""),
        happened_at=clock.as_text(clock.rounded(happened(body.happened_at))),
        published_at=clock.as_text(clock.rounded(clock.now())),
        division=DivisionSeen(id=known.division.id, name=known.division.name),
        block=BlockSeen(id=known.id, label=known.label, homes=known.homes),
        media=None,
        state=PostState.LIVE,
    )
    found = [*names_in("title", post.title), *names_in("text", post.text)]
    reword = list(check(post.title, post.text, post.category))
    until = judged_first.get((known.division.id, body.category))
    replaced, judged = _replaced("\n".join([body.title, body.text or ""])), clock.as_text(until) if until else None
    return Preview(post=post, replaced=replaced, names=found, reword=reword, judged_until=judged)


def _request(body: Sent) -> str:
    # Not the view: another look at the same clip may differ in a bit. Nor a wait or boxes, where none are asked for: a
    # request that came before there were any stays the same.
    unsaid = {name for name in ("wait", "boxes") if not getattr(body, name)}
    return body.model_dump_json(exclude={"view", *unsaid})


def _accept(desk: Desk, asking: ResidentId, key: str, request: str, body: Sent) -> ClipId:
    block = place_now(desk, body.block_id)
    accepted = Accepted(
        block=block.id,
        category=body.category,
        title=body.title,
        text=body.text or "",
        happened_at=happened(body.happened_at),
        wait=round(ids.spread(MOST_WAIT / clock.SECOND) * clock.SECOND) if body.wait else 0,
        **of_picture(desk, asking, body),
    )

    def demand(conn: Connection) -> None:
        listings.demand_unlisted(conn, asking)
        demand_not_suspended(conn, asking)

    return take(desk, asking, accepted, key=key, request=request, view=body.view, demand=demand)


def _replaced(typed: str) -> list[Replaced]:
    # What somebody typed in brackets themselves was not replaced.
    marks = Counter(MARK.findall(scrub(typed))) - Counter(MARK.findall(typed))
    return [Replaced(kind=kind, count=count) for kind, count in sorted(marks.items())]
