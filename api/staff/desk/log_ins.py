"""Coming in and going out: password and code against a token, and who I am."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.staff.auth import AnyStaff, AtALockedDesk, cookie
from api.staff.desk import proving
from api.stores import Record, Settings
from api.who import anyone
from feed.events import Closed, DivisionSeen
from storage.atlas.versions import KnownDivision
from storage.db import Actor
from storage.kit.clock import SECOND
from storage.staff import desks, language as staff_language, proof as staff_proof, staff
from storage.staff.language import Language
from storage.staff.staff import VIEWERS, Duty, LogIn

router = APIRouter(prefix="/v1", tags=["log-ins"])


class Proof(Closed):
    """What somebody shows at the door."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    password: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str, Field(max_length=40)] | None = None


class Token(Closed):
    """A bearer token, shown once."""

    token: str


class DutySeen(Closed):
    """A role, and where; None is the whole city."""

    role: str
    division: DivisionSeen | None


class Me(Closed):
    """The one who asks; `divisions` are those whose posts I may see."""

    name: str
    roles: list[DutySeen]
    divisions: list[DivisionSeen]
    demo: bool
    lock_after: Annotated[int, Field(description="Seconds without a touch after which this desk locks.")]


@router.post("/log-ins", dependencies=[Depends(anyone)])
def log_in(proof: Proof, request: Request, response: Response, record: Record, settings: Settings) -> Token:
    """Logs in by name, password and second factor."""
    account = proving.demand_password(record, proof.name, proof.password)
    proving.demand_second_factor(record, account, proof.code, demo=settings.demo)
    with record.write(by=Actor(f"staff:{account.id}")) as tx:
        staff_proof.forget_tries(tx, proof.name)
        token = staff.log_in(tx, account.id)
        if request.headers.get("origin") is not None:  # a browser, which somebody may leave alone
            desks.begin(tx, token)
    cookie(request.app.state.stores).put(response, token, seconds=staff.LOG_IN_MS // SECOND)
    return Token(token=token)


@router.delete("/log-ins/current", status_code=204)
def log_out(me: AtALockedDesk, request: Request, response: Response, record: Record) -> None:
    """Ends this log-in."""
    with record.write(by=me.member.actor) as tx:
        staff.log_out(tx, me)
    cookie(request.app.state.stores).drop(response)


@router.get("/me")
def me(me: AnyStaff, settings: Settings) -> Me:
    """Says who I am and what I may do."""
    divisions = [_division(one) for one in me.member.divisions(*VIEWERS)]
    after = settings.desk_lock // SECOND
    return Me(name=me.member.name, roles=_roles(me), divisions=divisions, demo=settings.demo, lock_after=after)


class Speaks(Closed):
    """A language that the pages speak."""

    language: Language


@router.put("/me/language", status_code=204)
def speak(said: Speaks, me: AnyStaff, record: Record) -> None:
    """From now on mails to me are in this language; before I said so, they are in each."""
    with record.write(by=me.member.actor) as tx:
        staff_language.speak(tx, me.member.id, said.language)


def _roles(me: LogIn) -> list[DutySeen]:
    return [duty_seen(duty) for duty in me.member.duties]


def duty_seen(duty: Duty) -> DutySeen:
    """A duty as it is shown."""
    return DutySeen(role=duty.role, division=_division(duty.division) if duty.division else None)


def _division(division: KnownDivision) -> DivisionSeen:
    return DivisionSeen(id=division.id, name=division.name)
