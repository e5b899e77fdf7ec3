"""Figures of the identity side: told on its own network only, and never about one clip or one resident."""

from __future__ import annotations

from collections.abc import Iterable

from storage.db import database_now
from storage.identity import counts
from storage.identity.clips import lists as clip_lists
from storage.identity.clips.clips import Clip, ClipState
from storage.identity.vault import Vault
from storage.kit import clock, metrics
from workers.airlock.reconcile import QUARANTINE_LIFE, UNFINISHED_LIFE
from workers.queue import Doorbell


def tell(vault: Vault, doorbell: Doorbell) -> None:
    """Counts what waits, and finds what should be shredded by now."""
    with vault.read() as conn:
        now, states = database_now(conn), counts.by_state(conn)
        waiting, readable = clip_lists.unattended(conn, now), clip_lists.unshredded(conn)
    for state, count in states.items():
        metrics.put("clips", count, state=state)
    metrics.put("clips_waiting", len(waiting))
    metrics.put("clips_waiting_seconds", _longest(now - max(clip.accepted_at, clip.begun_at) for clip in waiting))
    metrics.put("original_overdue_seconds", _longest(now - _deadline(clip) for clip in readable))
    metrics.put("queue_jobs", doorbell.waiting())


def _longest(milliseconds: Iterable[int]) -> float:
    return max(0, *milliseconds, 0) / clock.SECOND


def _deadline(clip: Clip) -> int:
    """When the clip's original must be gone, at the latest."""
    if clip.ended_at is None:
        return max(clip.accepted_at, clip.begun_at) + UNFINISHED_LIFE
    return clip.ended_at + (QUARANTINE_LIFE if clip.state is ClipState.QUARANTINED else 0)
