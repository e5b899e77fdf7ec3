"""What all connections of a node share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from websockets.typing import Origin

from feed.crowd import Crowd
from feed.memory import Memory
from feed.replay import Page
from feed.rooms import Rooms
from feed.tickets import Grant

HELLO_SECONDS = 5.0  # PROTOCOL.md


class Guest(Protocol):
    """A connection, as the house sees it."""

    @property
    def grant(self) -> Grant | None:
        """What its ticket allows; None before it is known."""

    def tidy(self) -> None:
        """Ends what should have ended by now."""

    def may_still(self, reach: frozenset[str]) -> None:
        """Ends the conversation if the divisions of `reach` are less than its ticket allows."""

    def bye(self, code: int, reason: str) -> None:
        """Ends the conversation."""

    def abort(self) -> None:
        """Drops the connection."""


@dataclass
class House:
    """What all connections of a node share."""

    memory: Memory
    rooms: Rooms
    origins: Sequence[Origin | None]  # pages that may listen; None: programs, which send no Origin
    redeem: Callable[[str], Awaitable[Grant | None]]
    look: Callable[[], Awaitable[None]]
    read: Callable[[int], Awaitable[Page]]
    health: Callable[[], tuple[bool, dict[str, object]]]
    hosts: Collection[str]  # what this node may be called
    crowd: Crowd
    most: int  # connections at once
    hello_seconds: float = HELLO_SECONDS
    present: set[Guest] = field(default_factory=set)
