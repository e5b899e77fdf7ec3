"""Linking posts and other incidents to a case, for a stated reason."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, model_validator

from api.staff.auth import Investigator
from api.staff.case_seen import CaseInFull
from api.staff.cases import Perhaps, told
from api.staff.incidents import INVESTIGATORS
from api.staff.posts import visible
from api.stores import Record
from feed.events import Closed
from storage import case_links, case_rules, incidents, posts
from storage.case_links import Linked
from storage.kit.errors import NotThere
from storage.kit.ids import CaseId, IncidentId, PostId
from storage.posts import PostState

router = APIRouter(prefix="/v1/cases/{case_id}/links", tags=["cases"])

Named = Annotated[str, Field(max_length=40)]


class NewLink(Closed):
    """What is linked (a post or an incident, one of the two), why, and how sure one is of it."""

    post_id: Named | None = None
    incident_id: Named | None = None
    reason: Literal["shows_it", "same_vehicle", "same_method", "same_clothing", "same_route", "other"]
    confidence: Literal["possible", "likely", "certain"]
    note: Perhaps = ""

    @model_validator(mode="after")
    def _one_of_the_two(self) -> NewLink:
        if (self.post_id is None) is (self.incident_id is None):
            raise ValueError("a post or an incident")
        return self


@router.post("", status_code=201)
def link(case_id: CaseId, new: NewLink, me: Investigator, record: Record) -> CaseInFull:
    """Links what I may see myself; one that was taken back is not there to be linked."""
    post = None if new.post_id is None else visible(record, me.member, PostId(new.post_id)).id
    linked = Linked(post, None if new.incident_id is None else IncidentId(new.incident_id))
    with record.write(by=me.member.actor) as tx:
        if post is not None:
            held = posts.locked(tx, post)  # until the commit: its author may take it back at this moment
            if held is None or held.state is not PostState.LIVE:
                raise NotThere  # a moderator sees it still; a case would show nothing of it
        mine = me.member.reach(*INVESTIGATORS)
        if linked.incident and incidents.one(tx.connection, mine, linked.incident) is None:
            raise NotThere
        why = {"reason": new.reason, "confidence": new.confidence, "note": new.note}
        case_links.add(tx, case_rules.asker(me.member), case_id, linked, **why)
    return told(record, me, case_id)


@router.delete("/{link_id}")
def unlink(case_id: CaseId, link_id: str, me: Investigator, record: Record) -> CaseInFull:
    """Takes a link out; the timeline keeps that it was there."""
    with record.write(by=me.member.actor) as tx:
        case_links.remove(tx, case_rules.asker(me.member), case_id, link_id)
    return told(record, me, case_id)
