"""What takes a log-in of the last half hour: a desk that was left open for a shift shows nobody where cameras are."""

from __future__ import annotations

from storage.kit import clock
from storage.kit.errors import NotAllowed
from storage.staff import LOG_IN_MS, LogIn

FRESH_MS = 30 * clock.MINUTE


def demand_fresh(me: LogIn) -> None:
    """Raises NotAllowed where this log-in is older."""
    if me.ends_at - LOG_IN_MS + FRESH_MS <= clock.now():
        raise NotAllowed("This takes a log-in of the last half hour. Please log in again.", code="log_in_again")
