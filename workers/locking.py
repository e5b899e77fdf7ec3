"""Locks the desks of staff that nobody touches, so that they hear nothing: their program locks by itself."""

from __future__ import annotations

from storage.db import CHORES, Database
from storage.staff import desks


def lock_idle_desks(record: Database, after_ms: int) -> int:
    """Locks what nobody has touched for so long, and ends what it listens to; answers how many. Twice is as once."""
    with record.write(by=CHORES) as tx:
        return desks.lock_idle(tx, after_ms)
