"""What a listener's conversation asks its connection to do."""

from __future__ import annotations

from dataclasses import dataclass

from feed.rooms import Filter


@dataclass(frozen=True)
class Redeem:
    """Find out what this ticket allows, then say `granted`."""

    ticket: str


@dataclass(frozen=True)
class Read:
    """Read the log after this number, then say `read`."""

    after: int


@dataclass(frozen=True)
class Join:
    """Put the listener into the room of this filter."""

    wanted: Filter


@dataclass(frozen=True)
class Leave:
    """Take the listener out of the room of this filter."""

    wanted: Filter


@dataclass(frozen=True)
class Send:
    """Write these WebSocket messages, of which so many are events."""

    data: bytes
    events: int = 0


@dataclass(frozen=True)
class Close:
    """Say goodbye with this code."""

    code: int
    reason: str


Action = Redeem | Read | Join | Leave | Send | Close
