"""Verified notices to a division: a lead writes one, another lead consents, either takes it away again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from api.letters import VISIBLE
from api.staff.auth import Lead
from api.stores import Record
from feed.events import Closed, DivisionSeen
from storage import notices
from storage.db import Database, Tx
from storage.kit.clock import as_text
from storage.kit.errors import NotThere, Refused
from storage.kit.ids import DivisionId
from storage.notices import Notice, NoticeState
from storage.staff.staff import LogIn, Role
from workers.guidelines.notices import MOST_LETTERS, broken, may_be_read
from workers.guidelines.questions import holds_contact

router = APIRouter(prefix="/v1/notices", tags=["notices"])

Words = Annotated[
    str,
    VISIBLE,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_LETTERS, pattern=r"^[^\x00]*$"),
]


class NewNotice(Closed):
    """What neighbours of a division are to read, and for how many days."""

    division_id: Annotated[str, Field(max_length=40)]
    text: Words
    days: Annotated[int, Field(ge=1, le=notices.MOST_DAYS)] = 3


class NoticeSeen(Closed):
    """One notice; `mine`: I wrote it, so another lead consents. `read`: neighbours read it at this moment."""

    id: str
    division: DivisionSeen
    text: str
    state: NoticeState
    by: str
    mine: bool
    read: bool
    written_at: str
    days: int
    ends_at: str | None


class NoticesSeen(Closed):
    """The newest of the divisions I lead."""

    items: list[NoticeSeen]


@router.get("")
def mine(me: Lead, record: Record) -> NoticesSeen:
    """Notices of the divisions I lead, the newest first."""
    return _told(record, me)


@router.post("", status_code=201)
def write(new: NewNotice, me: Lead, record: Record) -> NoticesSeen:
    """Writes one; it is shown when another lead of the division consents."""
    if DivisionId(new.division_id) not in me.member.reach(Role.LEAD):
        raise NotThere
    _demand_fine(new.text)
    with record.write(by=me.member.actor) as tx:
        notices.write(tx, DivisionId(new.division_id), new.text, days=new.days, by=me.member.id)
    return _told(record, me)


@router.post("/{notice_id}/consent")
def consent(notice_id: str, me: Lead, record: Record) -> NoticesSeen:
    """Shows a notice that another lead wrote."""
    return _done(record, me, lambda tx: notices.consent(tx, me.member.reach(Role.LEAD), notice_id, by=me.member.id))


@router.post("/{notice_id}/refuse")
def refuse(notice_id: str, me: Lead, record: Record) -> NoticesSeen:
    """Does not show a notice that another lead wrote."""
    return _done(record, me, lambda tx: notices.refuse(tx, me.member.reach(Role.LEAD), notice_id, by=me.member.id))


@router.post("/{notice_id}/end")
def end(notice_id: str, me: Lead, record: Record) -> NoticesSeen:
    """Takes a notice away before its time."""
    return _done(record, me, lambda tx: notices.end(tx, me.member.reach(Role.LEAD), notice_id))


def _demand_fine(text: str) -> None:
    """The police keep to the guidelines that neighbours keep to; and a notice leads nowhere that can be imitated."""
    breaks = broken(text)
    if breaks:
        raise Refused("These words would break a guideline.", code="reword", fields={"text": breaks[0].hint.en})
    if holds_contact(text):
        told = "No links, numbers or accounts: whoever imitates a notice would put theirs there."
        raise Refused("A notice holds no link or number.", code="no_contact", fields={"text": told})


def _done(record: Database, me: LogIn, step: Callable[[Tx], None]) -> NoticesSeen:
    with record.write(by=me.member.actor) as tx:
        step(tx)
    return _told(record, me)


def _told(record: Database, me: LogIn) -> NoticesSeen:
    with record.read() as conn:
        found = notices.of_divisions(conn, me.member.reach(Role.LEAD))
        shown = [notice for division in {one.division for one in found} for notice in notices.shown(conn, division)]
    read = {one.id for one in shown if may_be_read(one.text)}
    return NoticesSeen(items=[_seen(one, me, one.id in read) for one in found])


def _seen(one: Notice, me: LogIn, read: bool) -> NoticeSeen:
    return NoticeSeen(
        id=one.id,
        division=DivisionSeen(id=one.division, name=one.division_name),
        text=one.text,
        state=one.state,
        by=one.by,
        mine=one.written_by == me.member.id,
        read=read,
        written_at=as_text(one.written_at),
        days=one.days,
        ends_at=as_text(one.ends_at) if one.ends_at else None,
    )
