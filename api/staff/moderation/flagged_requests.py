"""Requests for footage that somebody flagged: staff flag them too, a moderator judges them, leads read what waits."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection

from api.staff.auth import Lead, Moderator, Viewer
from api.staff.flagging import Slip, demand_reason
from api.staff.moderation import requests_waiting
from api.staff.moderation.requests_waiting import RequestWaiting
from api.stores import Record
from feed.events import Closed
from storage.cases import cases, rules as case_rules
from storage.db import Tx
from storage.footage import footage
from storage.kit import clock, ids
from storage.kit.ids import RequestId
from storage.moderation import claims, request_decisions, request_flags, waiting
from storage.moderation.request_decisions import Verb, Why
from storage.moderation.waiting import About
from storage.staff.staff import LogIn, Role, StaffMember
from workers.guidelines.requests import IN_FORCE
from workers.redact.text import scrub

router = APIRouter(prefix="/v1", tags=["moderation"])
KEPT = "within_guidelines"  # what keeping cites: nothing is broken
MOST_WAITING = 100  # that a lead is shown


class NewRequestFlag(Closed):
    """What is wrong with a request."""

    reason: Annotated[str, Field(max_length=24)]
    text: Annotated[str, Field(max_length=1000)] = ""


class NewRequestDecision(Closed):
    """What is to happen to a flagged request: it stands, or it is taken back; and why."""

    verb: Literal["dismiss", "take_back"]
    reason: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=1000)] = ""


class RequestDecided(Closed):
    """What was decided; undone, it waits again."""

    verb: Literal["dismiss", "take_back", "undo"]


class RequestsWaiting(Closed):
    """Flagged requests that wait for a moderator, what is due first, first."""

    items: list[RequestWaiting]


@router.post("/requests/{request_id}/flags", status_code=202)
def flag(request_id: RequestId, new: NewRequestFlag, me: Viewer, record: Record) -> Slip:
    """Tells the moderators that something is wrong with a request: who may see its case, and moderators there."""
    demand_reason(new.reason, request_flags.REASONS)
    slip = ids.new_secret()
    with record.write(by=me.member.actor) as tx:
        _demand_seen(tx.connection, me.member, request_id)
        said, at = scrub(new.text), clock.rounded(tx.now())
        request_flags.add(
            tx, request_id, origin=request_flags.POLICE, reason=new.reason, text=said, flagged_at=at, slip=slip
        )
    return Slip(slip=slip)


@router.post("/requests/{request_id}/decisions")
def decide(request_id: RequestId, new: NewRequestDecision, me: Moderator, record: Record) -> RequestDecided:
    """Keeps a flagged request, or takes it back for good: nobody is asked any more, and its case is told why."""
    kept = (KEPT,) if new.verb == "dismiss" else ()
    demand_reason(new.reason, (*kept, *request_flags.REASONS))
    with record.write(by=me.member.actor) as tx:
        _held(tx, me, request_id)
        why = Why(new.reason, IN_FORCE.version, new.note)
        request_decisions.decide(tx, request_id, Verb(new.verb), why, by=me.member.id)
    return RequestDecided(verb=new.verb)


@router.delete("/requests/{request_id}/decisions/last")
def undo(request_id: RequestId, me: Moderator, record: Record) -> RequestDecided:
    """Undoes, within a minute, that I kept it. What was taken back stays so."""
    with record.write(by=me.member.actor) as tx:
        _held(tx, me, request_id)
        request_decisions.undo(tx, request_id, me.member.id)
    return RequestDecided(verb="undo")


@router.get("/moderation/requests")
def waiting_here(me: Lead, record: Record) -> RequestsWaiting:
    """Flagged requests of the divisions I lead that wait for a moderator; none that I asked, agreed to or work on."""
    mine = me.member.reach(Role.LEAD)
    with record.read() as conn:
        found = waiting.page(conn, mine, after=None, limit=MOST_WAITING, judge=me.member.id, only=About.REQUEST)
        return RequestsWaiting(items=list(requests_waiting.of(conn, me.member.id, mine, found).values()))


def _held(tx: Tx, me: LogIn, request_id: RequestId) -> None:
    request_decisions.held(tx, me.member.reach(Role.MODERATOR), me.member.id, request_id)
    claims.REQUESTS.demand_free(tx, request_id, me.member.id)


def _demand_seen(conn: Connection, member: StaffMember, request_id: RequestId) -> None:
    if request_decisions.is_there(conn, member.reach(Role.MODERATOR), request_id):
        return
    cases.one(conn, case_rules.asker(member), footage.case_of(conn, request_id))
