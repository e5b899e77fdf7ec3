"""A new version may only unite cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from storage.atlas.areas import Area
from storage.atlas.building import build
from storage.atlas.files import sealed
from storage.atlas.shapes import Atlas, Block, LargerBlock, block_id, larger_id
from storage.atlas.uniting import unites
from tests.storage.atlas.cities import DIVISIONS, EAST, some_homes


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """Two divisions of some cells."""
    return build(DIVISIONS, some_homes())[0]


def with_blocks(atlas: Atlas, blocks: list[Block], larger: Sequence[LargerBlock] | None = None) -> Atlas:
    """The atlas with other blocks, and the larger ones it had."""
    joined = atlas.larger if larger is None else larger
    return sealed(k=atlas.k, invented=atlas.invented, divisions=atlas.divisions, blocks=blocks, larger=joined)


def of_cells(*cells: Block) -> LargerBlock:
    """A larger block of these cells."""
    ids, division = tuple(cell.id for cell in cells), cells[0].division
    return LargerBlock(larger_id(division, ids), "larger", sum(cell.homes for cell in cells), division, ids)


def cells_in(atlas: Atlas, larger: LargerBlock) -> list[Block]:
    """The cells of a larger block."""
    return [block for block in atlas.blocks if block.id in larger.cells]


def as_one(cells: Sequence[Block]) -> Block:
    """These cells as one."""
    shape, division = shapely.unary_union([cell.shape for cell in cells]), cells[0].division
    return Block(block_id(division, shape), "both", sum(cell.homes for cell in cells), division, shape)


def united(atlas: Atlas, cells: Sequence[Block], larger: Sequence[LargerBlock]) -> Atlas:
    """The atlas with these cells as one, and these larger blocks."""
    return with_blocks(atlas, [*(b for b in atlas.blocks if b not in cells), as_one(cells)], larger)


def merged(atlas: Atlas) -> Atlas:
    """The atlas with the cells of its first cell's larger block united."""
    gone = next(larger for larger in atlas.larger if atlas.blocks[0].id in larger.cells)
    return united(atlas, cells_in(atlas, gone), [larger for larger in atlas.larger if larger is not gone])


def changed(atlas: Atlas, change: Callable[[BaseGeometry], BaseGeometry]) -> Atlas:
    """The atlas with the first block's shape changed."""
    first, *rest = atlas.blocks
    return with_blocks(atlas, [replace(first, shape=change(first.shape)), *rest])


def test_the_same_cells_unite_nothing(atlas: Atlas) -> None:
    """A version with the same cells is fine, under other labels and counts too."""
    assert unites(atlas, with_blocks(atlas, [replace(b, label=b.id, homes=99) for b in atlas.blocks])) == []


def test_two_cells_may_become_one(atlas: Atlas) -> None:
    """Uniting cells is what a new version may do; cutting them apart again is not."""
    assert unites(atlas, merged(atlas)) == []
    assert unites(merged(atlas), atlas) != []


def test_larger_blocks_are_kept(atlas: Atlas) -> None:
    """Neither dropped, nor joined otherwise, nor united: a later cell across both would cut through each."""
    one, other, *rest = atlas.larger_of(atlas.larger[0].division)
    both = of_cells(*cells_in(atlas, one), *cells_in(atlas, other))

    for larger in ([], rest, [both, *rest]):
        reasons = unites(atlas, with_blocks(atlas, list(atlas.blocks), larger))
        assert f"{one.label} is not kept as a larger block" in reasons


def test_a_cell_does_not_cut_through_larger_blocks(atlas: Atlas) -> None:
    """A cell of one and a cell of the other do not become one, though both larger blocks become one around it."""
    one, other, *rest = atlas.larger_of(atlas.larger[0].division)
    elsewhere = [larger for larger in atlas.larger if larger.division != one.division]
    (a, *left), (b, *right) = cells_in(atlas, one), cells_in(atlas, other)
    around = of_cells(as_one([a, b]), *left, *right)

    assert unites(atlas, united(atlas, [a, b], [around, *rest, *elsewhere])) != []


def test_cells_within_a_larger_block_may_unite(atlas: Atlas) -> None:
    """It stays, of fewer cells; all of it may become one cell, and join others that did."""
    division = atlas.larger[0].division
    three = next(larger for larger in atlas.larger if len(larger.cells) > 2)
    a, b, *rest = cells_in(atlas, three)
    others = [larger for larger in atlas.larger if larger is not three]

    assert unites(atlas, united(atlas, [a, b], [of_cells(as_one([a, b]), *rest), *others])) == []

    one, other, *kept = atlas.larger_of(division)
    elsewhere = [larger for larger in atlas.larger if larger.division != division]
    first, second = as_one(cells_in(atlas, one)), as_one(cells_in(atlas, other))
    cells = [b for b in atlas.blocks if b.id not in (*one.cells, *other.cells)]
    new = with_blocks(atlas, [*cells, first, second], [of_cells(first, second), *kept, *elsewhere])
    assert unites(atlas, new) == []


def test_a_map_from_before_there_were_larger_blocks_gets_them(atlas: Atlas) -> None:
    """Nothing was posted in any, so that there is nothing to keep."""
    assert unites(with_blocks(atlas, list(atlas.blocks), []), atlas) == []


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
