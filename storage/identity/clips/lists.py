"""Clips that something is to be done about, for whoever reconciles, the operator and the figures."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from storage.identity.clips.clips import Clip, ClipState, as_clip
from storage.identity.schema import clips


def unattended(conn: Connection, now: int) -> list[Clip]:
    """Clips that are not at their end and that nobody holds: whoever reconciles sends them again."""
    waiting = clips.c.state.in_((ClipState.RECEIVED, ClipState.PROCESSING, ClipState.PUBLISHED))
    free = or_(clips.c.lease.is_(None), clips.c.lease_ends_at <= now)
    query = select(clips).where(waiting, clips.c.ended_at.is_(None), free, clips.c.retry_at <= now)
    return [as_clip(row) for row in conn.execute(query.order_by(clips.c.accepted_at))]


def in_state(conn: Connection, *states: ClipState) -> list[Clip]:
    """Clips in these states, oldest first."""
    query = select(clips).where(clips.c.state.in_(states)).order_by(clips.c.accepted_at)
    return [as_clip(row) for row in conn.execute(query)]


def said_no(conn: Connection, *, since: int) -> list[Clip]:
    """Clips that were refused or given up since then (milliseconds since 1970), and all that are quarantined."""
    refused = (clips.c.state == ClipState.REJECTED) & (clips.c.ended_at > since)
    query = select(clips).where(or_(refused, clips.c.state == ClipState.QUARANTINED)).order_by(clips.c.accepted_at)
    return [as_clip(row) for row in conn.execute(query)]


def unshredded(conn: Connection) -> list[Clip]:
    """Clips whose original can still be read."""
    query = select(clips).where(clips.c.words_sealed.is_not(None)).order_by(clips.c.accepted_at)
    return [as_clip(row) for row in conn.execute(query)]


def with_stray_media(conn: Connection, *, after: int, before: int) -> list[Clip]:
    """Clips with media on their books that ended after the one time, or before the other (milliseconds since 1970)."""
    ended = or_(clips.c.ended_at > after, clips.c.ended_at <= before)
    return [as_clip(row) for row in conn.execute(select(clips).where(ended, clips.c.media_keys != "[]"))]
