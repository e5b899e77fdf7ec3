"""Finding a block, and names that never change by accident."""

from __future__ import annotations

import pytest
import shapely

from storage.atlas.building import build
from storage.atlas.shapes import Atlas, block_id, division_id
from tests.storage.atlas.cities import DIVISIONS, some_homes


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """Two divisions of some cells around 50 N, 10 E."""
    return build(DIVISIONS, some_homes())[0]


def test_a_block_is_found_by_its_id(atlas: Atlas) -> None:
    """And among those of its division; of what is no id of this version there is none."""
    block = atlas.blocks[0]

    assert atlas.block(block.id) is block
    assert block in atlas.blocks_of(block.division)
    assert atlas.block("nowhere") is None


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
