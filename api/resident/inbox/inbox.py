"""The inbox: everything that is asked of me, of whatever kind, in one list. Each kind has calls of its own."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.resident.desk import Asking, AtDesk, Desk
from api.resident.inbox import answering, asked
from api.resident.inbox.lines import Kind as Kind, Line as Line
from storage.identity.vault import ResidentId

router = APIRouter(tags=["inbox"])


class Inbox(BaseModel):
    """What I am asked, the soonest over first."""

    model_config = ConfigDict(extra="forbid")
    items: list[Line]


# Each kind brings its lines itself; they are put into order here.
SOURCES: tuple[Callable[[Desk, ResidentId], list[Line]], ...] = (answering.lines, asked.lines)


@router.get("/v1/inbox")
def inbox(asking: Asking, desk: AtDesk) -> Inbox:
    """Everything that is asked of me."""
    found = [line for source in SOURCES for line in source(desk, asking)]
    return Inbox(items=sorted(found, key=lambda line: (line.ends_at, line.id)))
