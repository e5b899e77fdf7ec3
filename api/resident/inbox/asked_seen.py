"""A request for footage as an owner is shown it: what is asked, which cameras of theirs, and what they answered."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from api.resident.desk import Desk
from feed.events import BlockSeen, DivisionSeen
from storage.atlas import versions
from storage.db import database_now
from storage.identity.cameras import cameras, inbox, inbox_answers, inbox_flags
from storage.identity.cameras.cameras import Camera
from storage.identity.cameras.inbox import Request
from storage.identity.cameras.inbox_answers import Answer, Contact, Kind
from storage.identity.cameras.inbox_flags import Flag
from storage.identity.clips import authorship
from storage.identity.vault import ResidentId
from storage.kit import clock
from storage.kit.clock import DAY
from storage.kit.ids import RequestId
from storage.moderation import request_flags
from storage.moderation.slips import Outcome


class AskedCamera(BaseModel):
    """A camera of mine that may have seen it; between these two moments it overwrites what it kept of those hours."""

    model_config = ConfigDict(extra="forbid")
    id: str
    name: str
    block: BlockSeen
    overwrites_from: str
    overwritten_by: str


class AnswerSeen(BaseModel):
    """What I said: to be changed until `open_until`, shown to police at `shown_at` with all that others said by then.

    `handle` is the shared clip's in my own list; `gone`: that clip is off again. `told`: it crossed.
    """

    model_config = ConfigDict(extra="forbid")
    kind: Kind
    told: bool
    may_change: bool
    open_until: str
    shown_at: str
    contact: Contact
    contact_until: str | None
    handle: str | None
    gone: bool


class FlagSeen(BaseModel):
    """What I said is wrong with a request: to be taken back until `open_until`, told to moderators at `shown_at`.

    `verb`, `guideline` and `version`: what they decided, once they did.
    """

    model_config = ConfigDict(extra="forbid")
    request: str
    about: str
    reason: str
    text: str
    told: bool
    may_change: bool
    open_until: str
    shown_at: str
    verb: str | None
    guideline: str | None
    version: int | None


class RequestSeen(BaseModel):
    """What police ask. `may`: what can be said to it now; `contact_days`: how long a contact would be there.

    `asks`: it stands, and can be flagged; `flag`: what I said is wrong with it, which is no part of an answer.
    """

    model_config = ConfigDict(extra="forbid")
    id: str
    kind: str
    text: str
    window_from: str
    window_to: str
    division: DivisionSeen | None
    cameras: list[AskedCamera]
    ends_at: str
    answer: AnswerSeen | None
    may: list[Kind]
    contact_days: int
    asks: bool
    flag: FlagSeen | None


@dataclass(frozen=True)
class Standing:
    """All there is to a request for one owner, at one moment (ms)."""

    request: Request
    cameras: list[Camera]
    answer: Answer | None
    asks: bool
    now: int

    def may(self, kind: Kind) -> bool:
        """Whether this can be said now."""
        return self.asks and inbox_answers.may(self.answer, kind, now=self.now)


def standing(conn: Connection, desk: Desk, asking: ResidentId, request: RequestId) -> Standing:
    """How it stands with a request for this owner; raises NotThere where they are not asked and answered nothing."""
    now = database_now(conn)
    found = inbox.one(conn, asking, request, now=now)
    theirs = inbox.cameras_asked(conn, asking, request)
    owned = [one for one in cameras.of_resident(conn, desk.stores.vault, asking) if one.id in theirs]
    asks = inbox.is_asked(conn, asking, request, now=now)
    return Standing(found, owned, inbox_answers.of(conn, asking).get(request), asks, now)


def seen(desk: Desk, asking: ResidentId, request: RequestId) -> RequestSeen:
    """The same as it is shown; raises NotThere."""
    with desk.stores.vault.read() as conn:
        here = standing(conn, desk, asking, request)
        clip = here.answer.clip if here.answer else None
        handle = None if clip is None else authorship.handle_of(conn, asking, clip)
        mine = inbox_flags.of(conn, asking).get(request)
    with desk.stores.record.read() as conn:
        became = request_flags.outcomes(conn, [mine.id]) if mine else {}
        blocks = {one.facts.block: versions.known_block(conn, one.facts.block) for one in here.cameras}
    asked_about = [_camera(one, blocks[one.facts.block], here.request) for one in here.cameras]
    known = next((block for block in blocks.values() if block), None)
    return RequestSeen(
        id=here.request.id,
        kind=here.request.kind,
        text=here.request.text,
        window_from=clock.as_text(here.request.window[0]),
        window_to=clock.as_text(here.request.window[1]),
        division=DivisionSeen(id=known.division.id, name=known.division.name) if known else None,
        cameras=[one for one in asked_about if one],
        ends_at=clock.as_text(here.request.ends_at),
        answer=_answer(here.answer, handle, here.now) if here.answer else None,
        may=[kind for kind in Kind if here.may(kind)],
        contact_days=inbox_answers.CONTACT_MS // DAY,
        asks=here.asks,
        flag=flag_seen(request, mine, became.get(mine.id), here.now) if mine else None,
    )


def flag_seen(request: RequestId, one: Flag, became: Outcome | None, now: int) -> FlagSeen:
    """A flag of mine, and what became of it."""
    return FlagSeen(
        request=request,
        about=one.about,
        reason=one.reason,
        text=one.text,
        told=one.crossed and one.shown_at <= now,
        may_change=one.is_open(now),
        open_until=clock.as_text(one.shown_at - inbox_answers.CLOSED_MS),
        shown_at=clock.as_text(one.shown_at),
        verb=became.verb if became else None,
        guideline=became.reason if became else None,
        version=became.guidelines if became else None,
    )


def _camera(camera: Camera, block: versions.KnownBlock | None, request: Request) -> AskedCamera | None:
    if block is None:
        return None
    kept = camera.facts.retention_days * DAY
    return AskedCamera(
        id=camera.id,
        name=camera.facts.name,
        block=BlockSeen(id=block.id, label=block.label, homes=block.homes),
        overwrites_from=clock.as_text(request.window[0] + kept),
        overwritten_by=clock.as_text(request.window[1] + kept),
    )


def _answer(answer: Answer, handle: str | None, now: int) -> AnswerSeen:
    return AnswerSeen(
        kind=answer.kind,
        told=answer.crossed,
        may_change=answer.is_open(now),
        open_until=clock.as_text(answer.shown_at - inbox_answers.CLOSED_MS),
        shown_at=clock.as_text(answer.shown_at),
        contact=answer.contact,
        contact_until=clock.as_text(answer.contact_until) if answer.contact_until else None,
        handle=handle,
        gone=answer.gone,
    )
