"""Cases: opened on an incident with a lead's consent, worked in by those assigned, and closed.

There is no query for cases without an asker: who is neither assigned nor a lead there is told of none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, exists, insert, or_, select, tuple_, update

from storage.cases import entries as case_entries
from storage.cases.entries import Kind
from storage.cases.incidents import Incident
from storage.cases.rules import LEADS_TO, Act, Asker, CaseState, Standing, demand
from storage.db import Tx
from storage.kit import ids
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import CaseId, IncidentId, StaffId
from storage.schema import case_members, cases, divisions, staff_members
from storage.staff.staff import Named
from storage.upserts import insert_new


@dataclass(frozen=True)
class Case:
    """One case; `asked_by` is a name, and `standing` what the rules look at."""

    standing: Standing
    number: str
    incident: IncidentId
    division_name: str
    asked_by: str
    asked_at: int


def ask(tx: Tx, incident: Incident, *, number: str, why: str, by: StaffId) -> CaseId:
    """Asks for a case on an incident, and assigns who asks; raises Conflict where the number is taken."""
    case_id = CaseId(ids.new_id())
    said = {"number": number, "incident_id": incident.id, "division_id": incident.division}
    row = {"id": case_id, **said, "state": CaseState.ASKED, "asked_by": by, "asked_at": tx.now()}
    if not tx.execute(insert_new(cases).values(**row)).rowcount:
        told = "There is a case of that number."
        raise Conflict(told, code="number_taken", fields={"number": "Choose another number."})
    tx.execute(insert(case_members).values(case_id=case_id, staff_id=by))
    case_entries.enter(tx, case_id, Kind.ASK, by=by, text=why)
    return case_id


def one(conn: Connection, who: Asker, case_id: CaseId) -> Case:
    """The case, where it is theirs to see; raises NotThere."""
    row = conn.execute(_seen_by(who).where(cases.c.id == case_id)).one_or_none()
    if row is None:
        raise NotThere
    return _case(row)


def locked(tx: Tx, who: Asker, case_id: CaseId, act: Act) -> Case:
    """The case, its row locked, where they may do this in it now; raises NotThere, NotAllowed or Conflict."""
    tx.connection.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update())
    case = one(tx.connection, who, case_id)
    demand(act, who, case.standing)
    return case


def page(
    conn: Connection,
    who: Asker,
    *,
    states: Collection[CaseState],
    before: tuple[int, str] | None,
    limit: int,
) -> list[Case]:
    """Cases they may see, the newest first."""
    query = _seen_by(who).where(cases.c.state.in_(states))
    if before is not None:
        query = query.where(tuple_(cases.c.asked_at, cases.c.id) < before)
    rows = conn.execute(query.order_by(cases.c.asked_at.desc(), cases.c.id.desc()).limit(limit))
    return [_case(row) for row in rows]


def move(tx: Tx, who: Asker, case_id: CaseId, act: Act, *, text: str) -> None:
    """Consents to a case, refuses, closes or reopens it; raises NotThere, NotAllowed or Conflict."""
    locked(tx, who, case_id, act)
    second = {"consented_by": who.id} if act in (Act.CONSENT, Act.REOPEN) else {}
    tx.execute(update(cases).where(cases.c.id == case_id).values(state=LEADS_TO[act], **second))
    case_entries.enter(tx, case_id, Kind(act), by=who.id, text=text)


def note(tx: Tx, who: Asker, case_id: CaseId, text: str) -> None:
    """Adds a note, for good; raises NotThere, NotAllowed or Conflict."""
    locked(tx, who, case_id, Act.NOTE)
    case_entries.enter(tx, case_id, Kind.NOTE, by=who.id, text=text)


def assign(tx: Tx, who: Asker, case_id: CaseId, member: StaffId) -> None:
    """Lets somebody in who investigates in the case's division (the caller looked). Twice is once."""
    locked(tx, who, case_id, Act.ASSIGN)
    if tx.execute(insert_new(case_members).values(case_id=case_id, staff_id=member)).rowcount:
        case_entries.enter(tx, case_id, Kind.ASSIGN, by=who.id, about=member)


def unassign(tx: Tx, who: Asker, case_id: CaseId, member: StaffId) -> None:
    """Lets somebody out; nothing happens where they were not in."""
    locked(tx, who, case_id, Act.ASSIGN)
    there = (case_members.c.case_id == case_id, case_members.c.staff_id == member)
    if tx.execute(delete(case_members).where(*there)).rowcount:
        case_entries.enter(tx, case_id, Kind.UNASSIGN, by=who.id, about=member)


def members(conn: Connection, case_id: CaseId) -> list[Named]:
    """Who is assigned, by name; the caller knows that whoever asks may see the case."""
    query = select(staff_members.c.id, staff_members.c.name).join(case_members)
    rows = conn.execute(query.where(case_members.c.case_id == case_id).order_by(staff_members.c.name))
    return [Named(StaffId(row.id), row.name) for row in rows]


def names(conn: Connection, members: Collection[str]) -> dict[str, str]:
    """What those of them are called who are of the staff, whether or not they still are."""
    rows = conn.execute(select(staff_members.c.id, staff_members.c.name).where(staff_members.c.id.in_(members)))
    return {row.id: row.name for row in rows} if members else {}


def _seen_by(who: Asker) -> Select[tuple[object, ...]]:
    assigned = _assigned(who.id)
    theirs = or_(cases.c.division_id.in_(who.leads), and_(cases.c.division_id.in_(who.investigates), assigned))
    query = select(
        cases,
        assigned.label("assigned"),
        divisions.c.name.label("division_name"),
        staff_members.c.name.label("asked_by_name"),
    )
    query = query.join(divisions, divisions.c.id == cases.c.division_id)
    return query.join(staff_members, staff_members.c.id == cases.c.asked_by).where(theirs)


def _assigned(member: StaffId) -> ColumnElement[bool]:
    return exists().where(case_members.c.case_id == cases.c.id, case_members.c.staff_id == member)


def _case(row: Row[tuple[object, ...]]) -> Case:
    standing = Standing(row.id, row.division_id, CaseState(row.state), row.asked_by, bool(row.assigned))
    return Case(standing, row.number, row.incident_id, row.division_name, row.asked_by_name, row.asked_at)
