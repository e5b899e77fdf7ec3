"""A flagged request for footage, as a moderator judges it and a lead reads it: neither its case nor who asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import Connection

from api.staff.moderation.flagged import ReasonCount
from api.staff.moderation.waiting_seen import MOST_FLAGS, ClaimSeen, claim_seen
from feed.events import Closed, DivisionSeen
from storage.footage.rules import RECALLABLE, Kind, State
from storage.kit.clock import as_text
from storage.kit.ids import DivisionId, RequestId, StaffId
from storage.moderation import claims, request_decisions, request_flags
from storage.moderation.claims import Claim
from storage.moderation.request_decisions import Judged
from storage.moderation.request_flags import RequestFlag
from storage.moderation.waiting import About, Waits


class RequestFlagSeen(Closed):
    """One flag of a request: never whose. An owner's bears the moment of its batch."""

    reason: str
    text: str
    origin: Annotated[str, Field(serialization_alias="from")]
    flagged_at: str


class RequestJudged(Closed):
    """What owners of cameras in these blocks read, or read while it was asked."""

    id: str
    division: DivisionSeen
    kind: Kind
    text: str
    window_from: str
    window_to: str
    blocks: list[str]
    state: State
    ends_at: str | None


class RequestWaiting(Closed):
    """A flagged request that waits, since when, and when a decision is due; `recallable`: it can be taken back."""

    id: str
    about: Literal["request"] = "request"
    request: RequestJudged
    since: str
    due_at: str
    count: int
    reasons: list[ReasonCount]
    flags: list[RequestFlagSeen]
    claim: ClaimSeen | None
    recallable: bool


def of(
    conn: Connection, me: StaffId, in_divisions: Collection[DivisionId], waits: Collection[Waits]
) -> Mapping[str, RequestWaiting]:
    """Those of what waits that are requests, by id and in the given order, as member `me` sees them."""
    asked = [RequestId(one.id) for one in waits if one.about is About.REQUEST]
    found = request_decisions.some(conn, in_divisions, me, asked)
    said, taken = request_flags.of_requests(conn, asked), claims.REQUESTS.of(conn, asked)
    return {
        one.id: _seen(one, found[key], said[key], taken.get(key), me)
        for one in waits
        if (key := RequestId(one.id)) in found and key in said
    }


def _seen(one: Waits, judged: Judged, said: list[RequestFlag], claim: Claim | None, me: StaffId) -> RequestWaiting:
    reasons = Counter(flag.reason for flag in said).most_common()
    return RequestWaiting(
        id=one.id,
        request=_judged(judged),
        since=as_text(one.since),
        due_at=as_text(one.due_at),
        count=len(said),
        reasons=[ReasonCount(reason=reason, count=count) for reason, count in reasons],
        flags=[_flag(flag) for flag in said[:MOST_FLAGS]],
        claim=claim_seen(claim, me) if claim else None,
        recallable=judged.state in RECALLABLE,
    )


def _judged(one: Judged) -> RequestJudged:
    return RequestJudged(
        id=one.id,
        division=DivisionSeen(id=one.division, name=one.division_name),
        kind=one.kind,
        text=one.text,
        window_from=as_text(one.window[0]),
        window_to=as_text(one.window[1]),
        blocks=sorted(one.blocks),
        state=one.state,
        ends_at=as_text(one.ends_at) if one.ends_at else None,
    )


def _flag(one: RequestFlag) -> RequestFlagSeen:
    return RequestFlagSeen(reason=one.reason, text=one.text, origin=one.origin, flagged_at=as_text(one.shown_at))
