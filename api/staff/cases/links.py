"""Linking posts and other incidents to a case, for a stated reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, model_validator

from api.staff.auth import Investigator
from api.staff.cases.cases import Perhaps, told
from api.staff.cases.incidents import INVESTIGATORS
from api.staff.cases.seen import CaseInFull
from api.staff.posts import visible
from api.stores import Record
from feed.events import Closed
from storage.cases import cases, entries as case_entries, incidents, links as case_links, rules as case_rules
from storage.cases.links import Linked
from storage.db import Database
from storage.kit.errors import NotThere
from storage.kit.ids import CaseId, IncidentId, PostId
from storage.posts import posts
from storage.posts.posts import PostState
from storage.staff.staff import VIEWERS, LogIn

router = APIRouter(prefix="/v1/cases/{case_id}/links", tags=["cases"])
LINKED = (PostState.LIVE,)

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
    """Links what I may see myself; one that was taken back is not there to be linked.

    A post that is kept to this case, and was unlinked a moment ago, is linked again as long as it is there.
    """
    post, states = (None, LINKED) if new.post_id is None else _linkable(record, me, case_id, PostId(new.post_id))
    linked = Linked(post, None if new.incident_id is None else IncidentId(new.incident_id))
    with record.write(by=me.member.actor) as tx:
        if post is not None:
            held = posts.locked(tx, post, kept=True)  # until the commit: its author may take it back at this moment
            if held is None or held.state not in states:
                raise NotThere  # a moderator sees it still; a case would show nothing of it
        mine = me.member.reach(*INVESTIGATORS)
        if linked.incident and incidents.one(tx.connection, mine, linked.incident) is None:
            raise NotThere
        why = {"reason": new.reason, "confidence": new.confidence, "note": new.note}
        case_links.add(tx, case_rules.asker(me.member), case_id, linked, **why)
    return told(record, me, case_id)


def _linkable(record: Database, me: LogIn, case_id: CaseId, post_id: PostId) -> tuple[PostId, Sequence[PostState]]:
    """The post, and the states in which it may be linked; raises NotThere."""
    with record.read() as conn:
        was_here = case_entries.was_linked(
            conn, cases.one(conn, case_rules.asker(me.member), case_id).standing.id, post_id
        )
        found = posts.one(conn, me.member.reach(*VIEWERS), post_id, kept=True) if was_here else None
    if found is not None and found.state is PostState.KEPT:
        return post_id, (PostState.KEPT,)
    return visible(record, me.member, post_id).id, LINKED


@router.delete("/{link_id}")
def unlink(case_id: CaseId, link_id: str, me: Investigator, record: Record) -> CaseInFull:
    """Takes a link out; the timeline keeps that it was there."""
    with record.write(by=me.member.actor) as tx:
        case_links.remove(tx, case_rules.asker(me.member), case_id, link_id)
    return told(record, me, case_id)
