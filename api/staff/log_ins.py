"""Coming in and going out: password and code against a token, and who I am."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.staff.auth import AnyStaff, cookie
from api.stores import Record, Settings
from api.who import anyone
from feed.events import Closed, DivisionSeen
from storage import staff, staff_proof
from storage.atlas.versions import KnownDivision
from storage.db import Actor, Database
from storage.kit.clock import SECOND
from storage.kit.errors import NotAllowed, Refused
from storage.staff import VIEWERS, Duty, LogIn
from storage.staff_proof import Account

router = APIRouter(prefix="/v1", tags=["log-ins"])
DOOR = Actor("door")  # counts tries before anyone is known


class Proof(Closed):
    """What somebody shows at the door."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    password: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str, Field(max_length=12)] | None = None


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


@router.post("/log-ins", dependencies=[Depends(anyone)])
def log_in(proof: Proof, request: Request, response: Response, record: Record, settings: Settings) -> Token:
    """Logs in by name, password and second factor."""
    with record.write(by=DOOR) as tx:
        staff_proof.count_try(tx, proof.name)
    with record.read() as conn:
        account = staff_proof.account(conn, proof.name)
    if not staff_proof.is_password(account, proof.password) or account is None:
        raise Refused("The name or the password is not right.", code="wrong_password")
    _second_factor(record, account, proof.code, demo=settings.demo)
    with record.write(by=Actor(f"staff:{account.id}")) as tx:
        staff_proof.forget_tries(tx, proof.name)
        token = staff.log_in(tx, account.id)
    cookie(request.app.state.stores).put(response, token, seconds=staff.LOG_IN_MS // SECOND)
    return Token(token=token)


@router.delete("/log-ins/current", status_code=204)
def log_out(me: AnyStaff, request: Request, response: Response, record: Record) -> None:
    """Ends this log-in."""
    with record.write(by=me.member.actor) as tx:
        staff.log_out(tx, me)
    cookie(request.app.state.stores).drop(response)


@router.get("/me")
def me(me: AnyStaff, settings: Settings) -> Me:
    """Says who I am and what I may do."""
    divisions = [_division(one) for one in me.member.divisions(*VIEWERS)]
    return Me(name=me.member.name, roles=_roles(me), divisions=divisions, demo=settings.demo)


def _second_factor(record: Database, account: Account, code: str | None, *, demo: bool) -> None:
    if account.second_factor is None:
        if not demo:
            raise NotAllowed("This account has no second factor yet: an admin sets it.", code="no_second_factor")
        return
    if not code:
        raise Refused("Please add the code of your second factor.", code="second_factor")
    with record.write(by=Actor(f"staff:{account.id}")) as tx:
        used = staff_proof.use_code(tx, account, code)
    if not used:
        raise Refused("This code is not right, or was used already.", code="wrong_code")


def _roles(me: LogIn) -> list[DutySeen]:
    return [_duty(duty) for duty in me.member.duties]


def _duty(duty: Duty) -> DutySeen:
    return DutySeen(role=duty.role, division=_division(duty.division) if duty.division else None)


def _division(division: KnownDivision) -> DivisionSeen:
    return DivisionSeen(id=division.id, name=division.name)
