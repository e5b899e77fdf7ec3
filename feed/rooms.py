"""Who listens to what: listeners grouped by filter, so that an event touches only those who want it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from feed.events import Told
from feed.memory import Happening
from feed.tickets import Grant
from storage.kit import metrics


@dataclass(frozen=True)
class Filter:
    """What a listener may and wants to hear; `categories` and `blocks` None are all of them."""

    divisions: frozenset[str]
    categories: frozenset[str] | None
    blocks: frozenset[str] | None = None

    def passes(self, told: Happening) -> bool:
        """Whether a listener with this filter hears of it.

        What is taken back names no block: all of the division hear of it, those who saw the post among them.
        """
        line, seen = told.line, told.event
        if self.blocks is not None and isinstance(seen, Told) and seen.post.block.id not in self.blocks:
            return False
        return line.division in self.divisions and (self.categories is None or line.category in self.categories)


def filter_of(grant: Grant) -> Filter:
    """The filter a ticket stands for: never wider than the ticket."""
    return _filter(grant.divisions, grant.categories, grant.blocks)


@lru_cache(maxsize=1024)
def _filter(divisions: tuple[str, ...], categories: tuple[str, ...] | None, blocks: tuple[str, ...] | None) -> Filter:
    """One for all who ask for the same."""
    return Filter(frozenset(divisions), *(None if each is None else frozenset(each) for each in (categories, blocks)))


class Member(Protocol):
    """One who can be written to."""

    def write(self, data: bytes) -> None:
        """Sends whole WebSocket messages."""


class Rooms:
    """One room for each filter; only those who are up to date are in one."""

    def __init__(self) -> None:
        self._rooms: dict[Filter, set[Member]] = {}
        self._of_division: dict[str, set[Filter]] = {}

    def join(self, wanted: Filter, member: Member) -> None:
        """Lets `member` hear what happens from now on."""
        if wanted not in self._rooms:
            self._rooms[wanted] = set()
            for division in wanted.divisions:
                self._of_division.setdefault(division, set()).add(wanted)
        self._rooms[wanted].add(member)

    def leave(self, wanted: Filter, member: Member) -> None:
        """Takes `member` out, and the room with its last one; one who is not there stays away."""
        room = self._rooms.get(wanted, set())
        room.discard(member)
        if not room and self._rooms.pop(wanted, None) is not None:
            for division in wanted.divisions:
                self._of_division[division].discard(wanted)

    def tell(self, batch: Iterable[Happening]) -> None:
        """Sends what happened to those who want it: one write for each listener, whatever the batch holds."""
        waiting: dict[Filter, list[bytes]] = {}
        for told in batch:
            for wanted in self._of_division.get(told.line.division, ()) if told.frame else ():
                if wanted.passes(told):
                    waiting.setdefault(wanted, []).append(told.frame)
        for wanted, frames in waiting.items():
            self._write(wanted, b"".join(frames), len(frames))

    def tell_everyone(self, data: bytes) -> None:
        """Sends the same to all."""
        for wanted in tuple(self._rooms):
            self._write(wanted, data, 1)

    def _write(self, wanted: Filter, data: bytes, frames: int) -> None:
        # A copy: one whose buffer fills up leaves the room during the write.
        members = tuple(self._rooms.get(wanted, ()))
        for member in members:
            member.write(data)
        metrics.count("deliveries", frames * len(members))
