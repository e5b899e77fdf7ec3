"""What may be related to a case, each with why: by time, block, kind and words, never by who or by look."""

from __future__ import annotations

from fastapi import APIRouter

from api.staff.auth import Investigator
from api.staff.cases import incidents as incident_calls
from api.staff.cases.incidents import IncidentSeen
from api.stores import Record
from feed.events import Closed, PostAsSeen, as_seen
from storage.cases import cases, rules as case_rules, suggestions as case_suggestions
from storage.cases.incidents import Incident
from storage.cases.likeness import Why
from storage.cases.rules import Act
from storage.cases.suggestions import Suggestion
from storage.kit.ids import CaseId
from storage.posts.posts import Post
from storage.staff.staff import VIEWERS

router = APIRouter(prefix="/v1/cases/{case_id}/suggestions", tags=["cases"])


class ReasonSeen(Closed):
    """Why it is shown: minutes between the two, or metres between the middles of their blocks, or words both have."""

    why: Why
    minutes: int | None = None
    metres: int | None = None
    words: tuple[str, ...] = ()


class SuggestionSeen(Closed):
    """A post or an incident, and to what of the case it is alike: a linked post's title, or an incident's number."""

    post: PostAsSeen | None
    incident: IncidentSeen | None
    like: str
    reasons: list[ReasonSeen]


class Suggestions(Closed):
    """The most alike first."""

    items: list[SuggestionSeen]


@router.get("")
def suggestions(case_id: CaseId, me: Investigator, record: Record) -> Suggestions:
    """Posts and incidents of my divisions that may belong to this case and are not linked to it."""
    who = case_rules.asker(me.member)
    with record.read() as conn:
        case = cases.one(conn, who, case_id)
        case_rules.demand(Act.LINK, who, case.standing)
        found = case_suggestions.suggest(conn, me.member.reach(*VIEWERS), case)
    return Suggestions(items=[_seen(one) for one in found])


def _seen(one: Suggestion) -> SuggestionSeen:
    return SuggestionSeen(
        post=as_seen(one.found) if isinstance(one.found, Post) else None,
        incident=incident_calls.seen(one.found) if isinstance(one.found, Incident) else None,
        like=one.to.number if isinstance(one.to, Incident) else one.to.title,
        reasons=[
            ReasonSeen(
                why=reason.why,
                minutes=reason.amount if reason.why is Why.SAME_TIME else None,
                metres=reason.amount if reason.why is Why.NEAR else None,
                words=reason.words,
            )
            for reason in one.reasons
        ],
    )
