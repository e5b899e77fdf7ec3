"""Who is suspended sends nothing for a while, and is told until when, by which guideline and how to answer."""

from __future__ import annotations

from pydantic import BaseModel
from sqlalchemy import Connection

from api.resident.inbox.letter_seen import Named
from storage.identity.residents import suspended
from storage.identity.vault import ResidentId
from storage.kit import clock
from storage.kit.errors import NotAllowed
from workers.guidelines.rules import IN_FORCE


class SuspendedSeen(BaseModel):
    """Until when nothing can be sent, by which guideline, and by which of my posts I can answer."""

    until: str
    decided_by: Named
    handle: str


def seen(conn: Connection, asking: ResidentId) -> SuspendedSeen | None:
    """What keeps who asks from sending; None: nothing."""
    found = suspended.of_resident(conn, asking)
    if found is None:
        return None
    named = Named(guideline=found.reason, version=found.guidelines)
    return SuspendedSeen(until=clock.as_text(found.ends_at), decided_by=named, handle=found.handle)


def demand_not_suspended(conn: Connection, asking: ResidentId) -> None:
    """Refuses what a suspended resident would send, before there is anything of it; raises NotAllowed."""
    found = seen(conn, asking)
    if found is None:
        return
    cited = found.decided_by.guideline
    title = next((one.title.en for one in IN_FORCE.items if one.id == cited), cited)
    told = f'Nothing can be sent from this log-in until {found.until}: two moderators decided so ("{title}").'
    raise NotAllowed(f"{told} You can answer by the post in question, under My posts.", code="suspended")
