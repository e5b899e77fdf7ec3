"""A case as those who may see it are told of it: what is linked, what was done, and what they may do now."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from api.staff.cases import incidents as incident_calls
from api.staff.cases.incidents import IncidentSeen
from feed.events import Closed, DivisionSeen, PostAsSeen, as_seen
from storage.cases import cases, entries as case_entries, incidents, links as case_links, rules as case_rules
from storage.cases.cases import Case
from storage.cases.entries import Entry, Kind
from storage.cases.incidents import Incident
from storage.cases.links import Link
from storage.cases.rules import Act, Asker, CaseState
from storage.kit import clock
from storage.kit.ids import DivisionId, IncidentId, PostId
from storage.posts import posts
from storage.posts.posts import Post, PostState
from storage.staff.staff import VIEWERS, Named, StaffMember


class CaseSeen(Closed):
    """One case of a list; `mine`: I am assigned; `may`: what I may do in it now."""

    id: str
    number: str
    state: CaseState
    incident: IncidentSeen
    division: DivisionSeen
    asked_by: str
    asked_at: str
    mine: bool
    may: list[Act]


class MemberSeen(Closed):
    """Somebody of the staff."""

    id: str
    name: str


class LinkSeen(Closed):
    """What is linked. Neither: it was taken back or is off the feed, or it is in a division that is not mine."""

    id: str
    post: PostAsSeen | None
    incident: IncidentSeen | None
    reason: str
    confidence: str
    note: str
    by: str
    at: str


class EntrySeen(Closed):
    """One entry of the timeline; `about`: whose name or which incident's number, where it is about one."""

    kind: Kind
    by: str
    at: str
    text: str
    about: str | None
    reason: str | None


class CaseInFull(CaseSeen):
    """A case with all that is in it, its timeline oldest first."""

    members: list[MemberSeen]
    links: list[LinkSeen]
    timeline: list[EntrySeen]


def listed(conn: Connection, who: Asker, found: Collection[Case]) -> list[CaseSeen]:
    """Cases of a list."""
    about = incidents.some(conn, {case.incident for case in found})
    return [_case(who, case, about[case.incident]) for case in found]


def in_full(conn: Connection, member: StaffMember, case: Case) -> CaseInFull:
    """One case; the caller knows that this member may see it."""
    who, case_id = case_rules.asker(member), case.standing.id
    links, entries = case_links.of(conn, case_id), case_entries.of(conn, case_id)
    assigned = cases.members(conn, case_id)
    named = {one.linked.incident for one in links} | {IncidentId(one.about) for one in entries if one.about}
    known = incidents.some(conn, {case.incident, *(one for one in named if one)})
    reach = member.reach(*VIEWERS)
    theirs = posts.some(conn, reach, {one.linked.post for one in links if one.linked.post}, kept=True)
    shown = [_link(one, theirs, known, reach) for one in links]
    names: dict[str, str] = {**cases.names(conn, {one.about for one in entries if one.about})}
    names |= {one.id: one.number for one in known.values() if one.division in reach}
    return CaseInFull(
        **_case(who, case, known[case.incident]).model_dump(),
        members=[_member(one) for one in assigned],
        links=shown,
        timeline=[_entry(one, names) for one in entries],
    )


def people(found: Collection[Named]) -> list[MemberSeen]:
    """Members of the staff, by name."""
    return [_member(one) for one in found]


def _member(one: Named) -> MemberSeen:
    return MemberSeen(id=one.id, name=one.name)


def _case(who: Asker, case: Case, incident: Incident) -> CaseSeen:
    standing = case.standing
    return CaseSeen(
        id=standing.id,
        number=case.number,
        state=standing.state,
        incident=incident_calls.seen(incident),
        division=DivisionSeen(id=standing.division, name=case.division_name),
        asked_by=case.asked_by,
        asked_at=clock.as_text(case.asked_at),
        mine=standing.assigned,
        may=case_rules.acts(who, standing),
    )


def _link(
    link: Link,
    theirs: dict[PostId, Post],
    known: dict[IncidentId, Incident],
    reach: frozenset[DivisionId],
) -> LinkSeen:
    post = theirs.get(link.linked.post) if link.linked.post else None
    incident = known.get(link.linked.incident) if link.linked.incident else None
    return LinkSeen(
        id=link.id,
        post=as_seen(post) if post and post.state in (PostState.LIVE, PostState.KEPT) else None,
        incident=incident_calls.seen(incident) if incident and incident.division in reach else None,
        reason=link.reason,
        confidence=link.confidence,
        note=link.note,
        by=link.by,
        at=clock.as_text(link.at),
    )


def _entry(one: Entry, names: dict[str, str]) -> EntrySeen:
    about = names.get(one.about) if one.about else None
    return EntrySeen(kind=one.kind, by=one.by, at=clock.as_text(one.at), text=one.text, about=about, reason=one.reason)
