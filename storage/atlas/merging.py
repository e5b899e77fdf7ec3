"""Units of homes merged until each group holds k: along their street first, then with whom they border most."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def merged(
    homes: Sequence[int], runs: Sequence[Sequence[int]], touching: Mapping[tuple[int, int], float], *, k: int
) -> NDArray[np.int64]:
    """The group of each unit, numbered from 0.

    `homes` counts each unit's homes, `runs` are units in the order they stand along a street, `touching` says how
    long two units border each other. A group holds k, unless all together do not.
    """
    groups = _Groups(homes, touching)
    for run in runs:
        _along(run, groups, k)
    groups.unite_small(k)
    _, group = np.unique([groups.of(unit) for unit in range(len(homes))], return_inverse=True)
    return np.asarray(group, dtype=np.int64)


def _along(run: Sequence[int], groups: _Groups, k: int) -> None:
    """From one end of a street to the other; what is left over at the end goes with the last that is full."""
    full: list[int] = []
    open_at = None
    for unit in run:
        open_at = unit if open_at is None else groups.unite(open_at, unit)
        if groups.homes[open_at] >= k:
            full.append(open_at)
            open_at = None
    if open_at is not None and full:
        groups.unite(full[-1], open_at)


class _Groups:
    """Groups of units, each under the number of its first, and how long they border each other."""

    def __init__(self, homes: Sequence[int], touching: Mapping[tuple[int, int], float]) -> None:
        self.homes = dict(enumerate(homes))
        self._parent = list(range(len(homes)))
        self._near: dict[int, dict[int, float]] = defaultdict(dict)
        for (one, other), length in touching.items():
            self._near[one][other] = self._near[other][one] = length

    def of(self, unit: int) -> int:
        """The group that holds a unit."""
        while self._parent[unit] != unit:
            self._parent[unit] = unit = self._parent[self._parent[unit]]
        return unit

    def unite(self, one: int, other: int) -> int:
        """Makes two groups one, under the smaller number."""
        one, other = min(one, other), max(one, other)
        self._parent[other] = one
        self.homes[one] += self.homes.pop(other)
        near = self._near[one]
        for third, length in self._near.pop(other, {}).items():
            del self._near[third][other]
            if third != one:
                near[third] = self._near[third][one] = near.get(third, 0.0) + length
        return one

    def unite_small(self, k: int) -> None:
        """The smallest group first, with the neighbour it borders most, until none is under k or has one."""
        small = [(homes, group) for group, homes in self.homes.items() if homes < k]
        heapq.heapify(small)
        while small:
            homes, group = heapq.heappop(small)
            near = self._near[group]
            if self.homes.get(group) != homes or not near:
                continue
            best = min(near, key=lambda other: (-near[other], other))
            both = self.unite(group, best)
            if self.homes[both] < k:
                heapq.heappush(small, (self.homes[both], both))
