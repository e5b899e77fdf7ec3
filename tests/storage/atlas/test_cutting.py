"""Divisions cut into cells that hold k homes."""

from __future__ import annotations

import numpy as np
import pytest

from storage.atlas.building import build
from storage.atlas.finding import Finder
from storage.atlas.homes import Homes
from storage.kit.errors import Refused
from tests.storage.atlas.cities import DIVISIONS, EAST, homes_at, some_homes


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

    (place,) = Finder([block.shape for block in atlas.blocks]).find([10.021], [50.005])
    assert atlas.blocks[place].homes >= 40


def test_a_division_with_too_few_homes_is_refused_by_name() -> None:
    """No cell of such a division could hide anyone."""
    with pytest.raises(Refused, match="East holds 0 homes, fewer than 12"):
        build(DIVISIONS, homes_at([(10.005, 50.001 + i * 1e-4) for i in range(40)]))


def test_swapped_homes_are_named() -> None:
    """Homes with latitude first are told apart from homes that are missing."""
    homes = some_homes()

    with pytest.raises(Refused, match="swapped"):
        build(DIVISIONS, Homes(homes.lat, homes.lon, homes.addresses))


def test_a_home_that_a_rounded_border_takes_away_leaves_no_small_cell() -> None:
    """Where rounding a border moves a home across, the cell that lost it is united with a neighbour."""
    slope = [(10.01 + 0.0037 * t, 50 + 0.01 * t) for t in np.linspace(0.02, 0.98, 48)]
    on_the_border = [(lon - 2e-7, lat) for lon, lat in slope]
    far = [(10.02, 50.001 + i * 1e-4) for i in range(12)]

    atlas, report = build(DIVISIONS, homes_at([*on_the_border, *far]))

    assert report.least >= 12
    assert sum(block.homes for block in atlas.blocks) == 60
