"""What police ask owners of cameras: reading it, answering, taking an answer back. Clips: footage_sharing.py."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.letters import VISIBLE
from api.resident.desk import Asking, AtDesk, Desk
from api.resident.inbox.asked_seen import RequestSeen, Standing, seen, standing
from api.resident.inbox.lines import Kind as LineKind, Line
from api.resident.mine.taking_back import withdraw_clip
from storage.cases import keys as case_keys
from storage.db import RESIDENT, database_now
from storage.footage import answers as footage_answers
from storage.identity import limits
from storage.identity.cameras import inbox, inbox_answers
from storage.identity.cameras.inbox_answers import CLOSED_MS, Answer, Contact, Kind
from storage.identity.clips import authorship
from storage.identity.limits import Limit
from storage.identity.vault import ClipId, ResidentId
from storage.kit import clock
from storage.kit.errors import Conflict, Refused
from storage.kit.ids import RequestId

router = APIRouter(prefix="/v1/inbox/requests/{request_id}", tags=["inbox"])

ANSWERED = Limit("answers of one resident", 60, clock.HOUR)


class NewAnswer(BaseModel):
    """What an owner says without a clip; a `contact` (a phone, a mail) goes with `ask_me`, if they like."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal[Kind.NOTHING, Kind.ASK_ME, Kind.NO]
    contact: Annotated[str, VISIBLE, StringConstraints(strip_whitespace=True, min_length=3)] | None = Field(
        default=None, max_length=120, description="Sealed to the case; nobody opens it but who works in it."
    )


def lines(desk: Desk, asking: ResidentId) -> list[Line]:
    """What of the inbox is a request."""
    with desk.stores.vault.read() as conn:
        found = inbox.of_owner(conn, asking, now=database_now(conn))
        answers = inbox_answers.of(conn, asking)
    return [
        Line(
            kind=LineKind.REQUEST,
            id=one.id,
            about=one.kind,
            ends_at=clock.as_text(one.ends_at),
            waits=one.id not in answers or answers[one.id].gone,
        )
        for one in found
    ]


@router.get("")
def read(request_id: RequestId, asking: Asking, desk: AtDesk) -> RequestSeen:
    """What is asked, which of my cameras may have seen it, and what I said."""
    return seen(desk, asking, request_id)


@router.put("/answer")
def answer(request_id: RequestId, body: NewAnswer, asking: Asking, desk: AtDesk) -> RequestSeen:
    """Says that I saw nothing, that I can be asked, or no; in the place of what I said before."""
    vault = desk.stores.vault
    limits.count(vault, ANSWERED, asking)
    if body.contact is not None and body.kind is not Kind.ASK_ME:
        raise Refused("A contact goes with being asked.", fields={"contact": "This goes with being asked."})
    with vault.write(by=RESIDENT) as tx:
        authorship.wait_turn(tx, asking)
        here = standing(tx.connection, desk, asking, request_id)
        demand_may(here, body.kind)
        shared = _shared(here.answer)
        contact = None
        if body.contact is not None:
            contact = case_keys.seal(here.request.public_key, request_id, body.contact.encode())
        inbox_answers.say(tx, asking, request_id, body.kind, shown_at=batch(here), contact=contact)
    if shared is not None:
        withdraw_clip(desk, shared)
    return seen(desk, asking, request_id)


@router.delete("/answer")
def take_back(request_id: RequestId, asking: Asking, desk: AtDesk) -> RequestSeen:
    """Takes back what I said: all of it before it is told; after that the clip, and a contact that nobody opened."""
    vault = desk.stores.vault
    limits.count(vault, ANSWERED, asking)
    with vault.write(by=RESIDENT) as tx:
        authorship.wait_turn(tx, asking)
        here = standing(tx.connection, desk, asking, request_id)
        said = here.answer
        if said is not None and said.is_open(here.now):
            inbox_answers.erase(tx, asking, request_id)
        elif said is not None and said.contact is Contact.GIVEN:
            inbox_answers.want_back(tx, asking, request_id)
        elif said is not None and _shared(said) is None:
            inbox_answers.demand_may(said, said.kind, now=here.now)
    shared = _shared(said)
    if shared is not None:
        withdraw_clip(desk, shared)
    return seen(desk, asking, request_id)


def demand_may(here: Standing, kind: Kind) -> None:
    """Raises Conflict where this cannot be said now."""
    if not here.asks:
        raise Conflict("This is no longer asked of you.", code="no_longer_asked")
    inbox_answers.demand_may(here.answer, kind, now=here.now)


def batch(here: Standing) -> int:
    """When what is said now is shown (ms): at the first moment of which the hour before has not begun."""
    return footage_answers.batch_at(here.now + CLOSED_MS, here.request.sent_at)


def _shared(said: Answer | None) -> ClipId | None:
    return said.clip if said is not None and not said.gone else None
