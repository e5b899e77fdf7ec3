"""Requests for footage as those who may see the case are told of them, and what owners answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from api.staff.cases.footage_beside import AmongSeen, among
from api.staff.posts import Block
from feed.events import Closed
from storage.cases.cases import Case
from storage.cases.rules import Asker, CaseState
from storage.db import database_now
from storage.footage import answers as footage_answers, footage, rules as footage_rules
from storage.footage.answers import Answer, Kind as Said
from storage.footage.before import Found
from storage.footage.footage import Request
from storage.footage.rules import Act, Fault, Judgement, Kind, State
from storage.kit import clock
from storage.kit.ids import RequestId
from storage.moderation import request_decisions
from storage.moderation.request_decisions import Recalled
from workers.guidelines.requests import RequestRule


class PlaceSeen(Closed):
    """The block of the camera that was asked; gone with the clip."""

    id: str
    label: str


class AnswerSeen(Closed):
    """One answer, in the batch of `shown_at`. In a batch they stand in an order that says nothing.

    `post_id`, `block` and `happened_at` are of a clip that was shared and not taken back. `contact`: there is one to be
    opened.
    """

    id: str
    kind: Said
    shown_at: str
    post_id: str | None
    block: PlaceSeen | None
    happened_at: str | None
    contact: bool
    opened_at: str | None


class RecalledSeen(Closed):
    """Why moderators took a request back: one of the reasons by which it can be flagged, of which version."""

    reason: str
    guidelines: int


class RequestSeen(Closed):
    """One request. How many were asked, or said nothing, is told nowhere: nobody on this side knows.

    `next_at`: when answers are shown next, whether or not there are any; by the clock and by when it was sent alone.
    `lead`: it waits for a lead, as with what others asked it is more than one may ask; `among` tells that lead of it.
    """

    id: str
    kind: Kind
    case_number: str
    text: str
    blocks: list[Block]
    window_from: str
    window_to: str
    state: State
    by: str
    asked_at: str
    approved_by: str | None
    sent_at: str | None
    resolved_at: str | None
    ends_at: str | None
    next_at: str | None
    recalled: RecalledSeen | None
    may: list[Act]
    lead: bool
    among: AmongSeen | None
    answers: list[AnswerSeen]


class RequestsSeen(Closed):
    """A case's requests, the newest first."""

    items: list[RequestSeen]


class Reads(Closed):
    """What an owner in those blocks reads of it, and nothing else."""

    division: str
    kind: Kind
    window_from: str
    window_to: str
    text: str


class Preview(Closed):
    """What would become of a request, before it is asked. Nothing of it is kept.

    `square_miles` and `minutes` are its own, `..._together` with what was asked of late and lies close. `faults` are
    why it cannot be asked, `broken` what its words do; `number_ok`: the case number is in the agency's form. `lead`:
    the second person must be a lead, for what others asked; whose and where is that lead's to see, not a detective's.
    """

    blocks: int
    square_miles: float
    minutes: int
    square_miles_together: float
    minutes_together: int
    second_person: bool
    lead: bool
    faults: list[Fault]
    broken: list[RequestRule]
    number_ok: bool
    reads: Reads


def in_case(conn: Connection, who: Asker, case: Case) -> RequestsSeen:
    """All of a case; the caller knows that whoever asks may see it."""
    found = footage.of_case(conn, case.standing.id)
    now = database_now(conn)
    there = _round(conn, who, case, found)
    return RequestsSeen(items=[_request(who, case, one, there[one.id], now) for one in found])


def preview(asked: Judgement, reads: Reads, *, blocks: int, broken: tuple[RequestRule, ...], ok: bool) -> Preview:
    """A judgement as it is told."""
    return Preview(
        blocks=blocks,
        square_miles=round(asked.miles, 3),
        minutes=asked.ms // clock.MINUTE,
        square_miles_together=round(asked.miles_together, 3),
        minutes_together=asked.ms_together // clock.MINUTE,
        second_person=asked.large,
        lead=asked.lead,
        faults=list(asked.faults),
        broken=list(broken),
        number_ok=ok,
        reads=reads,
    )


@dataclass(frozen=True)
class _Round:
    """What stands round one request: its answers, what it comes to with others, why it was taken back."""

    answers: list[Answer]
    beside: Found | None
    among: AmongSeen | None
    back: Recalled | None


def _round(conn: Connection, who: Asker, case: Case, found: Sequence[Request]) -> Mapping[RequestId, _Round]:
    every = [one.id for one in found]
    answers = footage_answers.of(conn, case.standing.division, every)
    back = request_decisions.recalled(conn, every)
    beside = {one.id: footage.beside(conn, one) for one in found}
    leads = case.standing.division in who.leads
    beside_others = {one: among(conn, there) for one, there in beside.items() if there is not None and leads}
    return {one: _Round(answers[one], beside[one], beside_others.get(one), back.get(one)) for one in every}


def _request(who: Asker, case: Case, one: Request, there: _Round, now: int) -> RequestSeen:
    open_ = case.standing.state is CaseState.OPEN
    acts = footage_rules.acts(
        who, case.standing, one.state, one.asked_by, among=there.beside.among if there.beside else None
    )
    return RequestSeen(
        id=one.id,
        kind=one.kind,
        case_number=one.case_number,
        text=one.text,
        blocks=sorted(one.asked.blocks),
        window_from=clock.as_text(one.asked.window[0]),
        window_to=clock.as_text(one.asked.window[1]),
        state=one.state,
        by=one.by,
        asked_at=clock.as_text(one.asked_at),
        approved_by=one.approved_by,
        sent_at=_at(one.sent_at),
        resolved_at=_at(one.resolved_at),
        ends_at=_at(one.ends_at),
        next_at=_at(_next(one, now)) if open_ else None,
        recalled=RecalledSeen(reason=there.back.reason, guidelines=there.back.guidelines) if there.back else None,
        may=acts if open_ else [],
        lead=there.beside is not None,
        among=there.among,
        answers=[_answer(each) for each in there.answers],
    )


def _next(one: Request, now: int) -> int | None:
    """The moment of its next batch (ms), while answers are taken."""
    if one.state is not State.SENT or one.sent_at is None or one.ends_at is None:
        return None
    found = footage_answers.batch_at(now, one.sent_at)
    return found if found <= one.ends_at else None


def _answer(one: Answer) -> AnswerSeen:
    return AnswerSeen(
        id=one.id,
        kind=one.kind,
        shown_at=clock.as_text(one.shown_at),
        post_id=one.post,
        block=PlaceSeen(id=one.place.id, label=one.place.label) if one.place else None,
        happened_at=_at(one.happened_at),
        contact=one.contact,
        opened_at=_at(one.opened_at),
    )


def _at(moment: int | None) -> str | None:
    return None if moment is None else clock.as_text(moment)
