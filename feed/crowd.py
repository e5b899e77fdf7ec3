"""How many connections one address may hold and open, so that nobody fills the house for the others.

Addresses are kept in memory for as long as they hold a connection or have opened many of late, and are never written
down. Behind a proxy the address is the one the proxy saw: the last hop of X-Forwarded-For, from trusted networks only.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from storage.kit.variables import Network

MOST_AT_ONCE = 512  # a police station or a block of flats behind one address has a few hundred screens
MOST_IN_A_ROW = 512  # so that all of them may come back at once after a restart
A_SECOND = 10.0  # openings each second beyond that
_ONE_HOUSEHOLD = 64  # bits: whoever has one IPv6 address has all of these


@dataclass
class _Openings:
    """How many openings are left, and when that was counted."""

    left: float
    at: float


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

    def address(self, peer: str, forwarded: str | None) -> str | None:
        """Whose connection it is: `peer`, or what a trusted one says; None for this machine itself."""
        found = _parsed(peer)
        if found is not None and any(found in network for network in self._trusted):
            found = _parsed((forwarded or "").rpartition(",")[2]) or found
        if found is None or found.is_loopback:
            return None
        if isinstance(found, IPv6Address):
            return str(int(found) >> (128 - _ONE_HOUSEHOLD))
        return str(found)

    def enter(self, address: str) -> bool:
        """Lets one more connection in, and counts it; False where that address has, or opened, too many."""
        now = self._clock()
        openings = self._openings.setdefault(address, _Openings(MOST_IN_A_ROW, now))
        openings.left = min(MOST_IN_A_ROW, openings.left + (now - openings.at) * A_SECOND)
        openings.at = now
        if openings.left < 1 or self._here[address] >= self._most:
            return False
        openings.left -= 1
        self._here[address] += 1
        return True

    def leave(self, address: str) -> None:
        """A connection that entered is over."""
        self._here[address] -= 1
        if not self._here[address]:
            del self._here[address]

    def forget(self) -> None:
        """Forgets addresses that hold nothing and have opened little of late."""
        now = self._clock()
        for address, openings in tuple(self._openings.items()):
            if address not in self._here and openings.left + (now - openings.at) * A_SECOND >= MOST_IN_A_ROW:
                del self._openings[address]


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
