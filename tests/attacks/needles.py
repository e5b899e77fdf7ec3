"""Finds many short byte strings in many bytes at once: thousands of secrets in a hundred megabytes, in seconds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

WINDOW = 6  # bytes; a shorter needle would be found by chance in any film
STEP = 1 << 20  # bytes looked at in one go
SLOTS = 22  # bits: a table of 4 MB says of most places at once that nothing begins there
SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Needles:
    """Looks for all of `needles` in one walk. Each is known by one of its windows, one that few others have."""

    def __init__(self, needles: Sequence[bytes]) -> None:
        if any(len(needle) < WINDOW for needle in needles):
            raise ValueError(f"A needle has at least {WINDOW} bytes.")
        self._needles = needles
        shared = Counter(window for needle in needles for _, window in _windows(needle))
        self._known: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, needle in enumerate(needles):
            at, window = min(_windows(needle), key=lambda found: shared[found[1]])
            self._known[int.from_bytes(window, "little")].append((number, at))
        self._anchors = np.array(sorted(self._known), dtype=np.uint64)
        self._maybe = np.zeros(1 << SLOTS, dtype=bool)
        self._maybe[_slots(self._anchors)] = True

    def find(self, data: bytes) -> Iterator[tuple[int, int]]:
        """The number of each needle that stands in `data`, and where."""
        for start in range(0, max(len(data) - WINDOW + 1, 0), STEP):
            for place, window in self._likely(data[start : start + STEP + WINDOW - 1]):
                for number, offset in self._known[window]:
                    begins = start + place - offset
                    if begins >= 0 and data.startswith(self._needles[number], begins):
                        yield number, begins

    def _likely(self, piece: bytes) -> Iterator[tuple[int, int]]:
        codes = _codes(piece)
        places = np.flatnonzero(self._maybe[_slots(codes)])
        if len(places) == 0 or len(self._anchors) == 0:
            return
        nearest = np.minimum(np.searchsorted(self._anchors, codes[places]), len(self._anchors) - 1)
        for place in places[self._anchors[nearest] == codes[places]]:
            yield int(place), int(codes[place])


def _windows(needle: bytes) -> list[tuple[int, bytes]]:
    """The first, the middle and the last: one of them tells a needle from its like."""
    last = len(needle) - WINDOW
    return [(at, needle[at : at + WINDOW]) for at in (last, last // 2, 0)]


def _codes(piece: bytes) -> NDArray[np.uint64]:
    """Each place's window as a number."""
    raw = np.frombuffer(piece, dtype=np.uint8)
    count = len(raw) - WINDOW + 1
    codes = np.zeros(count, dtype=np.uint64)
    for at in range(WINDOW):
        codes |= raw[at : at + count].astype(np.uint64) << np.uint64(8 * at)
    return codes


def _slots(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (codes * SPREAD) >> np.uint64(64 - SLOTS)
