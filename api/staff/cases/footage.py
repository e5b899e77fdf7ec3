"""Requests for footage: a detective composes one, a second person judges a large one, answers are read in batches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, Field, StringConstraints

from api.letters import VISIBLE
from api.staff.auth import Detective, Investigator, Opener, demand_fresh
from api.staff.cases import footage_seen
from api.staff.cases.cases import Why
from api.staff.cases.footage_seen import Preview, Reads, RequestsSeen
from api.staff.posts import Block
from api.stores import Record, Settings
from feed.events import Closed
from storage.cases import cases, rules as case_rules
from storage.cases.keys import SealBrokenError, StaffKey
from storage.cases.rules import Act as CaseAct
from storage.db import Database
from storage.footage import answers as footage_answers, footage
from storage.footage.footage import NewRequest
from storage.footage.rules import MOST_BLOCKS, Act, Asked, Kind
from storage.kit import clock, keys
from storage.kit.errors import Conflict, Refused
from storage.kit.ids import CaseId, RequestId
from storage.staff.staff import LogIn
from workers.guidelines.requests import check_request

router = APIRouter(prefix="/v1", tags=["cases"])
MOST_WORDS = 600  # characters: it is read on a phone, by somebody who owes nothing
AT_FIRST, AT_LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

Moment = Annotated[AwareDatetime, Field(ge=AT_FIRST, le=AT_LAST)]
Words = Annotated[str, VISIBLE, StringConstraints(strip_whitespace=True, max_length=MOST_WORDS, pattern=r"^[^\x00]*$")]


class Draft(Closed):
    """A request as far as it is written. Blocks are of the case's division; the window is on quarter hours, and over.

    Without a number, the case's own is taken.
    """

    blocks: Annotated[tuple[Block, ...], Field(max_length=MOST_BLOCKS)]
    window_from: Moment
    window_to: Moment
    kind: Kind
    case_number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    text: Words


class Contact(Closed):
    """What an owner gave to be reached by."""

    contact: str


def _key(settings: Settings) -> StaffKey:
    return StaffKey(keys.read_or_make(settings.cases_key_file))


Key = Annotated[StaffKey, Depends(_key)]


@router.get("/cases/{case_id}/requests")
def of_case(case_id: CaseId, me: Investigator, record: Record) -> RequestsSeen:
    """What was asked for in a case, and what owners answered so far, batch by batch."""
    return _told(record, me, case_id)


@router.post("/cases/{case_id}/requests/previews")
def look(case_id: CaseId, draft: Draft, me: Detective, record: Record, settings: Settings) -> Preview:
    """How it would read, how far it reaches, and what would be wrong with it: nothing is sent or kept."""
    who = case_rules.asker(me.member)
    with record.read() as conn:
        case = cases.one(conn, who, case_id)
        case_rules.demand(CaseAct.FOOTAGE, who, case.standing)
        asked = footage.judged(conn, who.id, case_id, case.standing.division, _asked(draft))
    window_from, window_to = (clock.as_text(at) for at in _window(draft))
    reads = Reads(
        division=case.division_name, kind=draft.kind, window_from=window_from, window_to=window_to, text=draft.text
    )
    return footage_seen.preview(
        asked,
        reads,
        blocks=len(set(draft.blocks)),
        broken=check_request(draft.text),
        ok=settings.case_number.fullmatch(draft.case_number or case.number) is not None,
    )


@router.post("/cases/{case_id}/requests", status_code=201)
def ask(case_id: CaseId, draft: Draft, me: Detective, record: Record, settings: Settings, key: Key) -> RequestsSeen:
    """Asks: sent at once, or after a second person where it is large. It is never changed, only resolved."""
    demand_fresh(record, me)
    who = case_rules.asker(me.member)
    with record.write(by=me.member.actor) as tx:
        number = draft.case_number or cases.one(tx.connection, who, case_id).number
        if settings.case_number.fullmatch(number) is None:
            told = "The case number is not in the agency's form."
            raise Refused(told, code="case_number", fields={"case_number": "Write it as the agency does."})
        _demand_words(draft.text)
        new = NewRequest(_asked(draft), draft.kind, number, draft.text)
        footage.ask(tx, who, case_id, new, key=key)
    return _told(record, me, case_id)


@router.post("/requests/{request_id}/approve")
def approve(request_id: RequestId, me: Opener, record: Record, said: Why | None = None) -> RequestsSeen:
    """Sends one that somebody else asked for."""
    return _moved(record, me, request_id, Act.APPROVE, said)


@router.post("/requests/{request_id}/refuse")
def refuse(request_id: RequestId, me: Opener, record: Record, said: Why | None = None) -> RequestsSeen:
    """Refuses one that somebody else asked for."""
    return _moved(record, me, request_id, Act.REFUSE, said)


@router.post("/requests/{request_id}/resolve")
def resolve(request_id: RequestId, me: Opener, record: Record, said: Why | None = None) -> RequestsSeen:
    """Ends it: nobody is asked any more. One that still waits is taken back."""
    return _moved(record, me, request_id, Act.RESOLVE, said)


@router.post("/cases/{case_id}/answers/{answer_id}/contact")
def open_contact(case_id: CaseId, answer_id: str, me: Detective, record: Record, key: Key) -> Contact:
    """Opens the contact an owner gave, an entry of the case; from then on its owner cannot take it back."""
    demand_fresh(record, me)
    with record.write(by=me.member.actor) as tx:
        cases.locked(tx, case_rules.asker(me.member), case_id, CaseAct.FOOTAGE)
        try:
            return Contact(contact=footage_answers.open_contact(tx, key, case_id, answer_id, by=me.member.id))
        except SealBrokenError:
            raise Conflict("This contact cannot be opened: it was sealed to another key.", code="seal_broken") from None


def _moved(record: Database, me: LogIn, request_id: RequestId, act: Act, said: Why | None) -> RequestsSeen:
    if act is Act.APPROVE:
        demand_fresh(record, me)
    with record.write(by=me.member.actor) as tx:
        text = said.why if said else ""
        case_id = footage.move(tx, case_rules.asker(me.member), request_id, act, text=text)
    return _told(record, me, case_id)


def _told(record: Database, me: LogIn, case_id: CaseId) -> RequestsSeen:
    who = case_rules.asker(me.member)
    with record.read() as conn:
        return footage_seen.in_case(conn, who, cases.one(conn, who, case_id))


def _window(draft: Draft) -> tuple[int, int]:
    return clock.from_datetime(draft.window_from), clock.from_datetime(draft.window_to)


def _asked(draft: Draft) -> Asked:
    return Asked(frozenset(draft.blocks), _window(draft))


def _demand_words(text: str) -> None:
    if not text:
        raise Refused("Say what to look for.", code="no_words", fields={"text": "Say what to look for."})
    broken = check_request(text)
    if broken:
        raise Refused(broken[0].hint.en, code=broken[0].id, fields={"text": broken[0].title.en})
