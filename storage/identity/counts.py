"""Counts over all clips, for those who look after the city: never one clip, never whose."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from storage.identity.clips.clips import ClipState
from storage.identity.schema import clips


def by_state(conn: Connection) -> dict[ClipState, int]:
    """How many clips stand where; every state is told."""
    found = {row[0]: int(row[1]) for row in conn.execute(select(clips.c.state, func.count()).group_by(clips.c.state))}
    return {state: found.get(state, 0) for state in ClipState}
