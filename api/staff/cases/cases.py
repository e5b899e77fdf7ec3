"""Cases: asking for one on an incident, a lead's consent, who works in it, and its end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode, encode
from api.staff.auth import Investigator, Lead, Opener
from api.staff.cases import incident_file, seen as case_seen
from api.staff.cases.seen import CaseInFull, CaseSeen, MemberSeen
from api.stores import Record
from feed.events import Closed
from storage.cases import cases, incidents, rules as case_rules
from storage.cases.rules import Act, CaseState
from storage.db import Database
from storage.footage import footage
from storage.kit.errors import NotThere, Refused
from storage.kit.ids import CaseId, IncidentId, StaffId
from storage.staff import staff
from storage.staff.staff import LogIn, Role

router = APIRouter(prefix="/v1/cases", tags=["cases"])
INVESTIGATES = (Role.ANALYST, Role.DETECTIVE)
OPENS = (Role.DETECTIVE, Role.LEAD)

# PostgreSQL keeps no NUL.
Perhaps = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")]
Words = Annotated[Perhaps, StringConstraints(min_length=1)]


class NewCase(Closed):
    """A case as it is asked for: its number in the agency's own count, the incident, and why, for the lead."""

    number: Annotated[str, Field(pattern=f"^{incident_file.NUMBER}$")]
    incident_id: Annotated[str, Field(max_length=40)]
    why: Words


class Why(Closed):
    """What is to be said with it, for the timeline."""

    why: Perhaps = ""


class NewNote(Closed):
    """A note; it is never changed."""

    text: Words


class NewMember(Closed):
    """Whom to let in."""

    member_id: Annotated[str, Field(max_length=40)]


class People(Closed):
    """Members of the staff, by name."""

    items: list[MemberSeen]


@router.get("")
def mine(
    me: Investigator,
    record: Record,
    state: Annotated[list[CaseState] | None, Query(max_length=4)] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[CaseSeen]:
    """Cases I am assigned to, and all of the divisions I lead, the newest first."""
    before = None if cursor is None else decode(cursor, int, str)
    place = None if before is None else (int(before[0]), str(before[1]))
    who = case_rules.asker(me.member)
    with record.read() as conn:
        found = cases.page(conn, who, states=state or list(CaseState), before=place, limit=limit + 1)
        shown = found[:limit]
        items = case_seen.listed(conn, who, shown)
    last = shown[-1] if len(found) > limit else None
    return Page(items=items, cursor=encode((last.asked_at, last.standing.id)) if last else None)


@router.post("", status_code=201)
def ask(new: NewCase, me: Opener, record: Record) -> CaseInFull:
    """Asks for a case; it opens when a lead of its division consents who is not the one who asked."""
    with record.write(by=me.member.actor) as tx:
        incident = incidents.one(tx.connection, me.member.reach(*OPENS), IncidentId(new.incident_id))
        if incident is None:
            raise NotThere
        case_id = cases.ask(tx, incident, number=new.number, why=new.why, by=me.member.id)
    return told(record, me, case_id)


@router.get("/{case_id}")
def one(case_id: CaseId, me: Investigator, record: Record) -> CaseInFull:
    """One case, with what is linked to it and its timeline."""
    return told(record, me, case_id)


@router.post("/{case_id}/consent")
def consent(case_id: CaseId, me: Lead, record: Record, said: Why | None = None) -> CaseInFull:
    """Opens a case that somebody else asked for."""
    return _moved(record, me, case_id, Act.CONSENT, said)


@router.post("/{case_id}/refuse")
def refuse(case_id: CaseId, me: Lead, record: Record, said: Why | None = None) -> CaseInFull:
    """Refuses a case that somebody else asked for."""
    return _moved(record, me, case_id, Act.REFUSE, said)


@router.post("/{case_id}/close")
def close(case_id: CaseId, me: Opener, record: Record, said: Why | None = None) -> CaseInFull:
    """Closes a case: nothing more is done in it, and what it asks owners for ends."""
    return _moved(record, me, case_id, Act.CLOSE, said)


@router.post("/{case_id}/reopen")
def reopen(case_id: CaseId, me: Lead, record: Record, said: Why | None = None) -> CaseInFull:
    """Opens a closed case again, which takes a lead's consent as the first time did."""
    return _moved(record, me, case_id, Act.REOPEN, said)


@router.post("/{case_id}/notes", status_code=201)
def note(case_id: CaseId, new: NewNote, me: Investigator, record: Record) -> CaseInFull:
    """Adds a note to the timeline."""
    with record.write(by=me.member.actor) as tx:
        cases.note(tx, case_rules.asker(me.member), case_id, new.text)
    return told(record, me, case_id)


@router.get("/{case_id}/people")
def people(case_id: CaseId, me: Lead, record: Record) -> People:
    """Who could be assigned: whoever is analyst or detective in its division now."""
    with record.read() as conn:
        case = cases.one(conn, case_rules.asker(me.member), case_id)
        return People(items=case_seen.people(staff.working(conn, case.standing.division, *INVESTIGATES)))


@router.post("/{case_id}/members", status_code=201)
def assign(case_id: CaseId, new: NewMember, me: Lead, record: Record) -> CaseInFull:
    """Lets somebody work in a case."""
    who, member = case_rules.asker(me.member), StaffId(new.member_id)
    with record.write(by=me.member.actor) as tx:
        division = cases.one(tx.connection, who, case_id).standing.division
        if member not in {one.id for one in staff.working(tx.connection, division, *INVESTIGATES)}:
            raise Refused("Nobody of this division's analysts and detectives.", fields={"member_id": "Choose another."})
        cases.assign(tx, who, case_id, member)
    return told(record, me, case_id)


@router.delete("/{case_id}/members/{member_id}")
def unassign(case_id: CaseId, member_id: StaffId, me: Lead, record: Record) -> CaseInFull:
    """Lets somebody work in it no longer."""
    with record.write(by=me.member.actor) as tx:
        cases.unassign(tx, case_rules.asker(me.member), case_id, member_id)
    return told(record, me, case_id)


def told(record: Database, me: LogIn, case_id: CaseId) -> CaseInFull:
    """The case as it stands now; raises NotThere where it is not theirs to see."""
    with record.read() as conn:
        return case_seen.in_full(conn, me.member, cases.one(conn, case_rules.asker(me.member), case_id))


def _moved(record: Database, me: LogIn, case_id: CaseId, act: Act, said: Why | None) -> CaseInFull:
    who = case_rules.asker(me.member)
    with record.write(by=me.member.actor) as tx:
        if act is Act.CLOSE:
            footage.end_all(tx, who, case_id)
        cases.move(tx, who, case_id, act, text=said.why if said else "")
    return told(record, me, case_id)
