"""Invitations: an admin makes a link, once; who has it makes their account with it, once, within a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlalchemy import Connection

from api.staff.auth import Admin, cookie, demand_fresh
from api.staff.desk.second_factor import KeySeen, key_seen
from api.stores import Record
from api.who import anyone
from feed.events import Closed, DivisionSeen
from storage.atlas.versions import all_divisions
from storage.db import Actor, Database
from storage.kit import clock
from storage.kit.errors import NotThere, Refused
from storage.kit.ids import DivisionId
from storage.staff import desks, duty_rules, invitations, proof as staff_proof, recovery_codes, roster, staff
from storage.staff.invitations import Invitation
from storage.staff.staff import LOG_IN_MS, Role

router = APIRouter(prefix="/v1/invitations", tags=["staff"])
JOINING = Actor("invited")  # nobody yet
SHORTEST_PASSWORD = 12
Secret = Annotated[str, Field(min_length=40, max_length=80)]


class NewInvitation(Closed):
    """The one duty that comes with the account; others are granted when it is there."""

    role: Role
    division: Annotated[DivisionId, Field(max_length=40)] | None = None


class Invited(Closed):
    """The secret, shown once: the page makes a link of it. Nobody can read it again."""

    secret: str
    ends_at: str


class InvitationSeen(Closed):
    """An invitation that nobody took yet."""

    id: str
    role: Role
    division: DivisionSeen | None
    invited_by: str
    ends_at: str


class InvitationsSeen(Closed):
    """All that are open, the newest first."""

    items: list[InvitationSeen]


class Opened(Closed):
    """The secret of a link."""

    secret: Secret


class OfferSeen(Closed):
    """What the link gives, and the key for a phone."""

    role: Role
    division: DivisionSeen | None
    ends_at: str
    second_factor: KeySeen
    shortest_password: int = SHORTEST_PASSWORD


class Joining(Opened):
    """The account as I want it, and what my phone shows now."""

    name: Annotated[str, Field(min_length=2, max_length=80, pattern=r"^\S(.*\S)?$")]
    password: Annotated[str, Field(min_length=SHORTEST_PASSWORD, max_length=200)]
    code: Annotated[str, Field(min_length=6, max_length=12)]


class Joined(Closed):
    """I am logged in; recovery codes are shown once."""

    token: str
    recovery_codes: list[str]


@router.post("")
def invite(new: NewInvitation, me: Admin, record: Record) -> Invited:
    """Makes a link for somebody, who gets this duty with it."""
    demand_fresh(record, me)
    duty_rules.demand_place(new.role, new.division)
    with record.write(by=me.member.actor) as tx:
        if new.division is not None and new.division not in {one.id for one in me.member.city}:
            raise NotThere
        secret, ends_at = invitations.invite(tx, me.member.id, new.role, new.division)
    return Invited(secret=secret, ends_at=clock.as_text(ends_at))


@router.get("")
def open_ones(me: Admin, record: Record) -> InvitationsSeen:
    """Who is invited and did not come yet."""
    with record.read() as conn:
        names = {one.id: one.name for one in roster.members(conn)}
        found, places = invitations.open_ones(conn), _places(conn)
    return InvitationsSeen(
        items=[
            InvitationSeen(
                id=one.id,
                role=one.role,
                division=places[one.division] if one.division else None,
                invited_by=names[one.invited_by],
                ends_at=clock.as_text(one.ends_at),
            )
            for one in found
        ]
    )


@router.delete("/{invitation_id}", status_code=204)
def take_back(invitation_id: str, me: Admin, record: Record) -> None:
    """Ends an open invitation."""
    with record.read() as conn:
        if invitation_id not in {one.id for one in invitations.open_ones(conn)}:
            raise NotThere
    with record.write(by=me.member.actor) as tx:
        invitations.take_back(tx, invitation_id)


@router.post("/offer", dependencies=[Depends(anyone)])
def offer(opened: Opened, record: Record) -> OfferSeen:
    """What a link gives; a link that is over, was taken or never was is not there."""
    found, division = _found(record, opened.secret)
    key = key_seen(found.second_factor, found.role)
    return OfferSeen(role=found.role, division=division, ends_at=clock.as_text(found.ends_at), second_factor=key)


@router.post("/join", dependencies=[Depends(anyone)])
def join(new: Joining, request: Request, response: Response, record: Record) -> Joined:
    """Makes my account and logs me in: the link is worth nothing from then on."""
    found, _ = _found(record, new.secret)
    step = staff_proof.step_of(found.second_factor, new.code.strip(), clock.now())
    if step is None:
        raise Refused("This code is not right. Is the clock of the phone?", code="wrong_code")
    password_hash = staff_proof.hashed(new.password)
    with record.write(by=JOINING) as tx:
        member = invitations.take(tx, new.secret, name=new.name, password_hash=password_hash, step=step)
        if member is None:
            raise NotThere
        codes, token = recovery_codes.draw(tx, member), staff.log_in(tx, member)
        if request.headers.get("origin") is not None:
            desks.begin(tx, token)
    cookie(request.app.state.stores).put(response, token, seconds=LOG_IN_MS // clock.SECOND)
    return Joined(token=token, recovery_codes=codes)


def _found(record: Database, secret: str) -> tuple[Invitation, DivisionSeen | None]:
    with record.read() as conn:
        found = invitations.find(conn, secret)
        places = _places(conn)
    if found is None:
        raise NotThere("This link was used, or its day is over. Ask for another one.")
    return found, places[found.division] if found.division else None


def _places(conn: Connection) -> Mapping[DivisionId, DivisionSeen]:
    return {one.id: DivisionSeen(id=one.id, name=one.name) for one in all_divisions(conn)}
