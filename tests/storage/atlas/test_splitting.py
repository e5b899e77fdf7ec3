"""Homes are halved, and no home is cut from its neighbour on the same point."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from storage.atlas.splitting import Box, cut, split

homes = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), min_size=1, max_size=200)


def test_a_cut_lies_between_the_middle_homes() -> None:
    """The cut is a whole step half way between the homes left and right of the median."""
    assert cut(np.array([1.0, 2.0, 8.0, 9.0]), 2) == 5


def test_a_cut_never_goes_through_a_home() -> None:
    """Where the middle homes share a coordinate the cut moves to the nearest gap."""
    assert cut(np.array([1.0, 5.0, 5.0, 5.0, 5.0, 9.0]), 1) == 3


def test_homes_closer_than_a_step_stay_together() -> None:
    """Where no grid line lies between two homes they are not parted."""
    assert cut(np.array([1.2, 1.3, 1.4, 1.5]), 1) is None


def test_too_few_homes_are_not_cut() -> None:
    """Fewer than 2k homes have no cut."""
    assert cut(np.arange(15.0), 8) is None


@settings(deadline=None)
@given(homes, st.integers(1, 12))
def test_boxes_hold_at_least_k_and_tile(places: list[tuple[int, int]], k: int) -> None:
    """Each box holds k homes or is the whole, no home lies on a side, and the boxes fill the bounds."""
    x, y = np.array(places, dtype=float).T / 100
    bounds = Box(-5, -5, 45, 45)

    boxes = split(x, y, bounds, k=k, stretch=0.7).boxes

    held = [np.sum((b.west < x) & (x < b.east) & (b.south < y) & (y < b.north)) for b in boxes]
    assert sum(held) == len(x)
    assert len(boxes) == 1 or min(held) >= k
    assert sum((b.east - b.west) * (b.north - b.south) for b in boxes) == 50 * 50
