"""Who may do what in a case, and when. Pure: a case and whoever asks in, a yes or the reason for a no out.

Whoever works in a case is assigned to it, and holds the role in its division at this moment. Opening one takes two: who
asked for a case never consents to it, whatever else they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage.kit.errors import Conflict, NotAllowed
from storage.kit.ids import CaseId, DivisionId, StaffId
from storage.staff.staff import Role, StaffMember


class CaseState(StrEnum):
    """Where a case stands."""

    ASKED = "asked"
    OPEN = "open"
    REFUSED = "refused"
    CLOSED = "closed"


class Act(StrEnum):
    """What can be done in a case."""

    CONSENT = "consent"
    REFUSE = "refuse"
    ASSIGN = "assign"
    NOTE = "note"
    LINK = "link"
    CAMERAS = "cameras"
    EXPORT = "export"
    FOOTAGE = "footage"
    SECOND_FOOTAGE = "second_footage"  # judging and resolving what was asked for
    WRITE = "write"
    CLOSE = "close"
    REOPEN = "reopen"


WHEN: dict[Act, CaseState] = {
    **dict.fromkeys((Act.CONSENT, Act.REFUSE), CaseState.ASKED),
    **dict.fromkeys((Act.ASSIGN, Act.NOTE, Act.LINK, Act.CAMERAS, Act.WRITE, Act.EXPORT, Act.CLOSE), CaseState.OPEN),
    **dict.fromkeys((Act.FOOTAGE, Act.SECOND_FOOTAGE), CaseState.OPEN),
    Act.REOPEN: CaseState.CLOSED,
}
LEADS_TO: dict[Act, CaseState] = {
    Act.CONSENT: CaseState.OPEN,
    Act.REFUSE: CaseState.REFUSED,
    Act.CLOSE: CaseState.CLOSED,
    Act.REOPEN: CaseState.OPEN,
}
SECOND = frozenset({Act.CONSENT, Act.REFUSE, Act.REOPEN})  # takes another person than who asked for the case


@dataclass(frozen=True)
class Asker:
    """Who asks: where they investigate (as analyst or detective), where as a detective, and where they lead."""

    id: StaffId
    investigates: frozenset[DivisionId]
    detects: frozenset[DivisionId]
    leads: frozenset[DivisionId]


def asker(member: StaffMember) -> Asker:
    """A member of the staff, with their duties as they are now."""
    detects = member.reach(Role.DETECTIVE)
    return Asker(member.id, detects | member.reach(Role.ANALYST), detects, member.reach(Role.LEAD))


@dataclass(frozen=True)
class Standing:
    """What the rules need to know of a case; `assigned`: whether who asks is."""

    id: CaseId
    division: DivisionId
    state: CaseState
    asked_by: StaffId
    assigned: bool


def sees(who: Asker, case: Standing) -> bool:
    """Whether this case is there for them at all."""
    return case.division in who.leads or _works(who, case)


def acts(who: Asker, case: Standing) -> list[Act]:
    """All they may do in it now."""
    return [act for act in Act if WHEN[act] is case.state and _may(act, who, case)]


def demand(act: Act, who: Asker, case: Standing) -> None:
    """Raises NotAllowed where it is not theirs to do, Conflict where it is not the time for it."""
    if not _may(act, who, case):
        if act in SECOND and case.division in who.leads:
            raise NotAllowed("You asked for this case: this takes another lead.", code="second_person")
        raise NotAllowed("In this case that is not yours to do.")
    if case.state is not WHEN[act]:
        raise Conflict(f"A case that is {case.state} cannot be changed in this way.", code="case_state")


def _works(who: Asker, case: Standing) -> bool:
    return case.assigned and case.division in who.investigates


def _may(act: Act, who: Asker, case: Standing) -> bool:
    leads, detects = case.division in who.leads, case.assigned and case.division in who.detects
    if act in SECOND:
        return leads and who.id != case.asked_by
    if act is Act.ASSIGN:
        return leads
    if act in (Act.CLOSE, Act.EXPORT, Act.SECOND_FOOTAGE):
        return leads or detects
    if act in (Act.CAMERAS, Act.FOOTAGE):
        return detects
    if act is Act.WRITE:
        return _works(who, case)
    return leads or _works(who, case)
