"""My desk: that somebody is at it, that it is locked and opened, and that I show once more who I am."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.staff.auth import AnyStaff, AtALockedDesk
from api.staff.desk import proving
from api.stores import Record
from feed.events import Closed
from storage.staff import desks, proof as staff_proof

router = APIRouter(prefix="/v1/log-ins/current", tags=["log-ins"])


class Opening(Closed):
    """What opens a locked desk."""

    password: Annotated[str, Field(min_length=1, max_length=200)]


class Again(Closed):
    """A code of my second factor; in a demo, where I have none, my password."""

    code: Annotated[str, Field(max_length=40)] | None = None
    password: Annotated[str, Field(max_length=200)] | None = None


@router.post("/touch", status_code=204)
def touch(me: AnyStaff, record: Record) -> None:
    """Somebody is at this desk; what the page asks for by itself is no touch."""
    with record.write(by=me.member.actor) as tx:
        desks.touch(tx, me)


@router.post("/lock", status_code=204)
def lock(me: AtALockedDesk, record: Record) -> None:
    """Locks this desk: until it is opened, its log-in is good for nothing else."""
    with record.write(by=me.member.actor) as tx:
        desks.lock(tx, me)


@router.post("/unlock", status_code=204)
def unlock(opening: Opening, me: AtALockedDesk, record: Record) -> None:
    """Opens this desk by my password; the log-in ends when it would have."""
    proving.demand_password(record, me.member.name, opening.password)
    with record.write(by=me.member.actor) as tx:
        staff_proof.forget_tries(tx, me.member.name)
        desks.unlock(tx, me)


@router.post("/proof", status_code=204)
def prove(again: Again, me: AnyStaff, record: Record) -> None:
    """Shows my second factor once more: for half an hour, what takes a fresh one is open to me."""
    proving.demand_again(record, me.member.name, again.code, again.password)
    with record.write(by=me.member.actor) as tx:
        staff_proof.forget_tries(tx, me.member.name)
        desks.prove(tx, me)
