"""The promise of a cell: at least k homes, one division, no gap, the same for the same homes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from storage.atlas.building import build
from storage.atlas.files import atlas_bytes
from storage.atlas.finding import Finder
from storage.kit.errors import Refused
from tests.storage.atlas.cities import DIVISIONS, demand_kept, homes_at, some_homes

STEP = 1e-6  # a tenth of the grid, so that homes fall on and beside grid lines and borders


def within(west: int, east: int, beyond: int, least: int) -> st.SearchStrategy[list[tuple[float, float]]]:
    """Homes between two meridians, in steps from (10, 50), and up to so many steps beyond the south and the north."""
    place = st.tuples(st.integers(west, east), st.integers(-beyond, 10_000 + beyond))
    return st.lists(place.map(lambda p: (10 + p[0] * STEP, 50 + p[1] * STEP)), min_size=least, max_size=least + 50)


# Enough in each division, drawn rather than hoped for, and some anywhere: on borders, and in no division at all.
LARGEST_K = 14
places = st.tuples(
    within(1, 9_999, -1, LARGEST_K + 2), within(13_701, 29_999, -1, LARGEST_K + 2), within(-300, 30_300, 300, 30)
).map(lambda parts: [*parts[0], *parts[1], *parts[2]])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(places, st.integers(8, LARGEST_K), st.randoms(use_true_random=False))
def test_what_a_cell_promises(points: list[tuple[float, float]], k: int, random: object) -> None:
    """For any homes: cells hold at least k, tile the city, keep to one division, and every home finds its own."""
    homes = homes_at(points)
    atlas, report = build(DIVISIONS, homes, k=k)

    places = Finder([block.shape for block in atlas.blocks]).find(homes.lon, homes.lat)
    found = [atlas.blocks[place] if place >= 0 else None for place in places]
    assert report.outside == found.count(None)
    demand_kept(atlas, homes, k)
    random.shuffle(points)  # type: ignore[attr-defined]
    assert atlas_bytes(build(DIVISIONS[::-1], homes_at(points), k=k)[0]) == atlas_bytes(atlas)


def test_k_under_eight_is_refused() -> None:
    """A city may ask for more homes in a cell, never for fewer than eight."""
    with pytest.raises(Refused, match="at least 8"):
        build(DIVISIONS, some_homes(), k=7)
