"""What is linked to a case, posts and other incidents: for a stated reason, with a stated confidence.

A link holds a post's id and nothing of what it says: of a post that was taken back, no word stays in a case.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from storage.cases import cases, entries as case_entries
from storage.cases.entries import Kind
from storage.cases.rules import Act, Asker
from storage.db import Tx
from storage.kit import ids
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import CaseId, IncidentId, PostId
from storage.schema import case_links, staff_members
from storage.upserts import insert_new

REASONS = ("shows_it", "same_vehicle", "same_method", "same_clothing", "same_route", "other")


@dataclass(frozen=True)
class Linked:
    """What is linked: one of the two."""

    post: PostId | None = None
    incident: IncidentId | None = None


@dataclass(frozen=True)
class Link:
    """One link, `possible`, `likely` or `certain` (`confidence`); `by` is a name, `at` milliseconds since 1970."""

    id: str
    linked: Linked
    reason: str
    confidence: str
    note: str
    by: str
    at: int


def add(tx: Tx, who: Asker, case_id: CaseId, linked: Linked, *, reason: str, confidence: str, note: str) -> str:
    """Links a post or an incident that they may see (the caller looked); answers the link's id.

    Raises NotThere, NotAllowed or Conflict, also where it is linked already.
    """
    case = cases.locked(tx, who, case_id, Act.LINK)
    if linked.incident == case.incident:
        raise Conflict("That is the incident this case is about.", code="already_linked")
    link_id = ids.new_id()
    said = {"reason": reason, "confidence": confidence, "note": note, "linked_by": who.id, "linked_at": tx.now()}
    what = {"post_id": linked.post, "incident_id": linked.incident}
    if not tx.execute(insert_new(case_links).values(id=link_id, case_id=case_id, **what, **said)).rowcount:
        raise Conflict("That is linked to this case already.", code="already_linked")
    about = linked.post or linked.incident or ""
    case_entries.enter(tx, case_id, Kind.LINK, by=who.id, text=note, about=about, reason=reason)
    return link_id


def remove(tx: Tx, who: Asker, case_id: CaseId, link_id: str) -> None:
    """Takes a link out of a case; its timeline keeps that it was there. Raises NotThere, NotAllowed or Conflict."""
    cases.locked(tx, who, case_id, Act.LINK)
    here = (case_links.c.case_id == case_id, case_links.c.id == link_id)
    row = tx.connection.execute(select(case_links).where(*here)).one_or_none()
    if row is None:
        raise NotThere
    tx.execute(delete(case_links).where(*here))
    about = row.post_id or row.incident_id
    case_entries.enter(tx, case_id, Kind.UNLINK, by=who.id, about=about, reason=row.reason)


def of(conn: Connection, case_id: CaseId) -> list[Link]:
    """A case's links, oldest first; the caller knows that whoever asks may see the case."""
    query = select(case_links, staff_members.c.name).join(staff_members, staff_members.c.id == case_links.c.linked_by)
    query = query.where(case_links.c.case_id == case_id).order_by(case_links.c.linked_at, case_links.c.id)
    return [
        Link(r.id, Linked(r.post_id, r.incident_id), r.reason, r.confidence, r.note, r.name, r.linked_at)
        for r in conn.execute(query)
    ]
