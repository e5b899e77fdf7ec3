"""Where I am logged in, and ending it: since about when, and which is this one. No address or device is known."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel

from api.resident.desk import Asking, AtDesk
from storage.db import RESIDENT
from storage.identity.residents import logins
from storage.kit import clock
from workers.airlock.hanging_up import hang_up

router = APIRouter(tags=["my account"])


class LogInSeen(BaseModel):
    """A log-in that began within the quarter hour after `since`."""

    handle: str
    since: str
    is_this: bool


class LogInsSeen(BaseModel):
    """All of mine, newest first."""

    items: list[LogInSeen]


@router.get("/v1/log-ins")
def listed(request: Request, asking: Asking, desk: AtDesk) -> LogInsSeen:
    """Where I am logged in."""
    vault, token = desk.stores.vault, desk.cookie.token(request) or ""
    with vault.read() as conn:
        found = logins.of_resident(conn, vault, asking, token=token)
    seen = [LogInSeen(handle=one.handle, since=clock.as_text(one.since), is_this=one.is_this) for one in found]
    return LogInsSeen(items=seen)


@router.delete("/v1/log-ins/others", status_code=204)
def end_others(request: Request, asking: Asking, desk: AtDesk) -> None:
    """Ends all of my log-ins but this one, and whoever listens to the feed by them."""
    with desk.stores.vault.write(by=RESIDENT) as tx:
        logins.end_all(tx, asking, but=desk.cookie.token(request))
        tx.after_commit(hang_up, desk.stores, RESIDENT)


@router.delete("/v1/log-ins/{handle}", status_code=204)
def end_one(handle: str, asking: Asking, desk: AtDesk) -> None:
    """Ends one of my log-ins."""
    with desk.stores.vault.write(by=RESIDENT) as tx:
        logins.end_one(tx, desk.stores.vault, asking, handle)
        tx.after_commit(hang_up, desk.stores, RESIDENT)
