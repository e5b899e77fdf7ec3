"""Finding a block, and names that never change by accident."""

from __future__ import annotations

import math

import pytest
import shapely

from storage.atlas.building import build
from storage.atlas.shapes import Atlas, block_id, division_id
from storage.kit.errors import Refused
from tests.storage.atlas.cities import DIVISIONS, some_homes


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """Two divisions of some cells around 50 N, 10 E."""
    return build(DIVISIONS, some_homes())[0]


def test_a_point_finds_its_block(atlas: Atlas) -> None:
    """A place in the city is in the one block whose shape holds it."""
    block = atlas.block_at(50.0031, 10.0052)

    assert block
    assert block.shape.contains(shapely.Point(10.0052, 50.0031))
    assert atlas.block(block.id) is block
    assert block in atlas.blocks_of(block.division)


def test_outside_there_is_no_block(atlas: Atlas) -> None:
    """A place outside every division has no block, and never a default one."""
    assert atlas.block_at(51.0, 10.0) is None


def test_swapped_coordinates_are_refused(atlas: Atlas) -> None:
    """Longitude in place of latitude is named as such."""
    with pytest.raises(Refused) as refused:
        atlas.block_at(10.0052, 50.0031)

    assert refused.value.code == "swapped"


@pytest.mark.parametrize(
    ("lat", "lon"), [(math.nan, 10), (50, math.inf), (0, 0), (91, 0), (0, 181), (None, 10), ("50", 10)]
)
def test_what_is_no_place_is_refused(atlas: Atlas, lat: float, lon: float) -> None:
    """Missing, endless, impossible and null-island coordinates are refused without repeating them."""
    with pytest.raises(Refused) as refused:
        atlas.block_at(lat, lon)

    assert refused.value.code == "no_place"
    assert "9" not in refused.value.message


def test_a_division_is_found_by_id_or_name(atlas: Atlas) -> None:
    """Id and name lead to the same division, the name in any case; anything else to none."""
    west = atlas.division("west ")

    assert west
    assert atlas.division(west.id) is west
    assert atlas.division("Nowhere") is None


def test_ids_follow_from_what_they_name() -> None:
    """A division's id follows from its name, a block's from division and ground, whatever the float noise."""
    cell, noisy = shapely.box(10, 50, 10.01, 50.01), shapely.box(10 + 1e-12, 50 - 1e-12, 10.01, 50.01)
    north, south = division_id("North"), division_id("South")

    assert division_id(" north ") == north != south
    assert len(north) == len(block_id(north, cell)) == 26
    assert block_id(north, cell) == block_id(north, noisy)
    assert block_id(north, cell) != block_id(south, cell)
    assert block_id(north, cell) != block_id(north, shapely.box(10, 50, 10.01, 50.02))
