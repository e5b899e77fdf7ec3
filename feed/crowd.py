"""How many connections one address may hold and open, and all of them open together.

So nobody fills the house for the others, and a house that comes back at once does not keep those waiting who listen.

Addresses are kept in memory for as long as they hold a connection or have opened many of late, and are never written
down. Behind a proxy the address is the one the proxy saw: the last hop of X-Forwarded-For, from trusted networks only.
A trusted proxy that tells none counts its own: the residents' tells no household's address to the record side.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from ipaddress import IPv4Address, IPv6Address, ip_address

from storage.kit.variables import Network

MOST_AT_ONCE = 512  # a police station or a block of flats behind one address has a few hundred screens
MOST_IN_A_ROW = 512  # so that all of them may come back at once after a restart
A_SECOND = 10.0  # openings each second beyond that
ALL_IN_A_ROW = 2000  # of all addresses together: two seconds of what follows
ALL_A_SECOND = 1000.0  # a core opens 1,700 to 2,000 (docs/capacity.md): the rest of it is for those who are in
_ONE_HOUSEHOLD = 64  # bits: whoever has one IPv6 address has all of these
UNTOLD = ""  # stands for all whom a trusted proxy lets in, and counts, without telling who they are


class Entry(Enum):
    """What is said to one who opens a connection."""

    IN = auto()
    TOO_OFTEN = auto()  # this address holds, or opened, too many
    BUSY = auto()  # all together open too many


@dataclass
class _Openings:
    """How many openings are left, and when that was counted; `most` in a row, then `a_second`."""

    left: float
    at: float
    most: float
    a_second: float

    def count(self, now: float) -> bool:
        """Whether one is left now."""
        self.left, self.at = min(self.most, self.left + (now - self.at) * self.a_second), now
        return self.left >= 1


class Crowd:
    """Who is in the house, by address. This machine's own programs are not counted."""

    def __init__(
        self,
        trusted: Sequence[Network] = (),
        *,
        most: int = MOST_AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trusted, self._most, self._clock = trusted, most, clock
        self._here: Counter[str] = Counter()
        self._openings: dict[str, _Openings] = {}
        self._all = _Openings(ALL_IN_A_ROW, clock(), ALL_IN_A_ROW, ALL_A_SECOND)

    def address(self, peer: str, forwarded: str | None) -> str | None:
        """Whose connection it is: `peer`, or what a trusted one says, UNTOLD where it says nothing.

        None for this machine itself.
        """
        found = _parsed(peer)
        if found is not None and any(found in network for network in self._trusted):
            told = _parsed((forwarded or "").rpartition(",")[2])
            if told is None and not found.is_loopback:
                return UNTOLD
            found = told or found
        if found is None or found.is_loopback:
            return None
        if isinstance(found, IPv6Address):
            return str(int(found) >> (128 - _ONE_HOUSEHOLD))
        return str(found)

    def enter(self, address: str) -> Entry:
        """Lets one more connection in, and counts it, unless this address or all together have had too many."""
        now = self._clock()
        openings = self._openings.setdefault(address, _Openings(MOST_IN_A_ROW, now, MOST_IN_A_ROW, A_SECOND))
        if address != UNTOLD and (not openings.count(now) or self._here[address] >= self._most):
            return Entry.TOO_OFTEN
        if not self._all.count(now):  # asked last: whoever comes too often takes nothing from the others
            return Entry.BUSY
        openings.left -= address != UNTOLD
        self._all.left -= 1
        self._here[address] += 1
        return Entry.IN

    def leave(self, address: str) -> None:
        """A connection that entered is over."""
        self._here[address] -= 1
        if not self._here[address]:
            del self._here[address]

    def forget(self) -> None:
        """Forgets addresses that hold nothing and have opened little of late."""
        now = self._clock()
        for address, openings in tuple(self._openings.items()):
            openings.count(now)
            if address not in self._here and openings.left >= openings.most:
                del self._openings[address]


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
