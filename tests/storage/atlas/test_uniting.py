"""A new version may only unite cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from storage.atlas.areas import Area
from storage.atlas.building import build
from storage.atlas.files import sealed
from storage.atlas.shapes import Atlas, Block, block_id
from storage.atlas.uniting import unites
from tests.storage.atlas.cities import DIVISIONS, EAST, some_homes


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """Two divisions of some cells."""
    return build(DIVISIONS, some_homes())[0]


def with_blocks(atlas: Atlas, blocks: list[Block]) -> Atlas:
    """The atlas with other blocks."""
    return sealed(k=atlas.k, invented=atlas.invented, divisions=atlas.divisions, blocks=blocks)


def neighbours(atlas: Atlas) -> tuple[Block, Block]:
    """Two blocks of one division with a common side."""
    one = atlas.blocks[0]
    return one, next(b for b in atlas.blocks_of(one.division)[1:] if one.shape.intersection(b.shape).length > 0)


def merged(atlas: Atlas) -> Atlas:
    """The atlas with two neighbours united."""
    one, other = neighbours(atlas)
    shape = shapely.union(one.shape, other.shape)
    both = Block(block_id(one.division, shape), "both", one.homes + other.homes, one.division, shape)
    return with_blocks(atlas, [*(b for b in atlas.blocks if b not in (one, other)), both])


def changed(atlas: Atlas, change: Callable[[BaseGeometry], BaseGeometry]) -> Atlas:
    """The atlas with the first block's shape changed."""
    first, *rest = atlas.blocks
    return with_blocks(atlas, [replace(first, shape=change(first.shape)), *rest])


def test_the_same_cells_unite_nothing(atlas: Atlas) -> None:
    """A version with the same cells is fine, under other labels and counts too."""
    assert unites(atlas, with_blocks(atlas, [replace(b, label=b.id, homes=99) for b in atlas.blocks])) == []


def test_two_cells_may_become_one(atlas: Atlas) -> None:
    """Uniting neighbours is what a new version may do; cutting them apart again is not."""
    assert unites(atlas, merged(atlas)) == []
    assert unites(merged(atlas), atlas) != []


def test_noise_is_no_change(atlas: Atlas) -> None:
    """Coordinates off by a hair, as another program may write them, mean the same."""
    assert unites(atlas, changed(atlas, lambda s: shapely.transform(s, lambda c: c + 1e-9))) == []


def test_one_corner_moved_by_one_step_is_a_change(atlas: Atlas) -> None:
    """The smallest change there is on the grid is seen."""

    def pulled(shape: BaseGeometry) -> BaseGeometry:
        ring = list(shape.exterior.coords)  # type: ignore[attr-defined]
        ring[1] = (ring[1][0] + 1e-5, ring[1][1] + 1e-5)
        return shapely.Polygon(ring)

    assert unites(atlas, changed(atlas, pulled)) != []


def test_other_cells_are_told_in_words(atlas: Atlas) -> None:
    """Cells of another cut are refused with the first few named and the rest counted."""
    reasons = unites(atlas, build(DIVISIONS, some_homes(), k=9)[0])

    assert "is cut apart" in reasons[0]
    assert len(reasons) == 6
    assert reasons[5].startswith("and ")


def test_a_missing_cell_and_new_ground_are_seen(atlas: Atlas) -> None:
    """A cell that is gone and a cell that grew beyond the old ones are reasons."""
    grown = changed(atlas, lambda shape: shape.buffer(0.001, join_style="mitre"))

    assert unites(atlas, with_blocks(atlas, list(atlas.blocks[1:]))) == [f"{atlas.blocks[0].label} is cut apart"]
    assert any("takes in new ground" in reason for reason in unites(atlas, grown))


def test_a_cell_stays_in_its_division(atlas: Atlas) -> None:
    """Handing a cell to another division is a reason."""
    one = atlas.blocks[0]
    other = next(d.id for d in atlas.divisions if d.id != one.division)

    reasons = unites(atlas, with_blocks(atlas, [replace(one, division=other), *atlas.blocks[1:]]))

    assert reasons == [f"{one.label} changes its division"]


def test_divisions_stay(atlas: Atlas) -> None:
    """A division gone or new is a reason, by name."""
    renamed = build([Area("North", DIVISIONS[0].shape), EAST], some_homes())[0]

    assert unites(atlas, renamed) == ["division West is gone", "division North is new"]
