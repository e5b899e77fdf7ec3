"""The promise of a cell: at least k homes, one division, no gap, the same for the same homes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.atlas.areas import Area
from storage.atlas.building import build
from storage.atlas.files import atlas_bytes
from storage.atlas.finding import Finder
from storage.atlas.homes import Homes
from storage.kit.errors import Refused
from tests.storage.atlas.cities import DIVISIONS, EAST, WEST, homes_at, overlap, some_homes

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
    assert found[:5] == [atlas.block_at(lat, lon) for lon, lat in points[:5]]
    assert min(block.homes for block in atlas.blocks) >= k
    assert [sum(f is block for f in found) for block in atlas.blocks] == [block.homes for block in atlas.blocks]
    assert report.outside == found.count(None)
    assert overlap(atlas) < 1e-15
    assert all(shapely.is_valid(block.shape) for block in atlas.blocks)
    assert len({(block.division, block.label) for block in atlas.blocks}) == len(atlas.blocks)
    random.shuffle(points)  # type: ignore[attr-defined]
    assert atlas_bytes(build(DIVISIONS[::-1], homes_at(points), k=k)[0]) == atlas_bytes(atlas)


def test_cells_keep_to_their_division() -> None:
    """A cell lies within the division it names, to the metre that borders are rounded to."""
    atlas, _ = build(DIVISIONS, some_homes())

    for area in DIVISIONS:
        division = atlas.division(area.name)
        assert division
        assert division.shape.hausdorff_distance(area.shape) < 1.5e-5
        assert all(division.shape.buffer(1e-9).contains(block.shape) for block in atlas.blocks_of(division.id))


def test_homes_on_one_point_stay_together() -> None:
    """Forty flats at one address are in one cell, however many they are."""
    homes = homes_at([*((10.021, 50.005),) * 40, *((10.015 + i * 1e-4, 50.002) for i in range(30))])

    atlas, _ = build([EAST], homes)

    block = atlas.block_at(50.005, 10.021)
    assert block
    assert block.homes >= 40


def test_homes_outside_are_counted() -> None:
    """A home in no division goes into no cell, and the report says how many there were."""
    inside, beyond = some_homes(), homes_at([(11.0, 50.0), (9.0, 50.0)])
    homes = Homes(np.concatenate([inside.lon, beyond.lon]), np.concatenate([inside.lat, beyond.lat]), [""] * 302)

    atlas, report = build(DIVISIONS, homes)

    assert report.outside == 2
    assert report.homes == sum(block.homes for block in atlas.blocks) == 300


def test_the_report_tells_what_was_found() -> None:
    """The report gives cells, smallest, median and largest count, refused rows and mended polygons, in words."""
    bent = Area("West", WEST.shape, mended=True)
    homes = some_homes()

    _, report = build([bent, EAST], Homes(homes.lon, homes.lat, homes.addresses, {"zero": 3}))

    assert (report.divisions, report.homes, report.mended) == (2, 300, ("West",))
    assert 12 <= report.least <= report.median <= report.most
    assert "rows refused: 3 zero" in report.lines()
    assert "polygons mended: West" in report.lines()


def test_a_division_with_too_few_homes_is_refused_by_name() -> None:
    """No cell of such a division could hide anyone."""
    with pytest.raises(Refused, match="East holds 0 homes, fewer than 12"):
        build(DIVISIONS, homes_at([(10.005, 50.001 + i * 1e-4) for i in range(40)]))


def test_swapped_homes_are_named() -> None:
    """Homes with latitude first are told apart from homes that are missing."""
    homes = some_homes()

    with pytest.raises(Refused, match="swapped"):
        build(DIVISIONS, Homes(homes.lat, homes.lon, homes.addresses))


def test_k_under_eight_is_refused() -> None:
    """A city may ask for more homes in a cell, never for fewer than eight."""
    with pytest.raises(Refused, match="at least 8"):
        build(DIVISIONS, some_homes(), k=7)


def test_a_home_that_a_rounded_border_takes_away_leaves_no_small_cell() -> None:
    """Where rounding a border moves a home across, the cell that lost it is united with a neighbour."""
    slope = [(10.01 + 0.0037 * t, 50 + 0.01 * t) for t in np.linspace(0.02, 0.98, 48)]
    on_the_border = [(lon - 2e-7, lat) for lon, lat in slope]
    far = [(10.02, 50.001 + i * 1e-4) for i in range(12)]

    atlas, report = build(DIVISIONS, homes_at([*on_the_border, *far]))

    assert report.least >= 12
    assert sum(block.homes for block in atlas.blocks) == 60
