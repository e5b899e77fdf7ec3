"""How far blocks are from each other."""

from __future__ import annotations

import pytest
from shapely.geometry import box

from storage.atlas.files import sealed
from storage.atlas.nearby import nearby
from storage.atlas.shapes import Block, Division, LargerBlock, block_id, division_id, larger_id


def test_blocks_are_as_far_as_their_middles() -> None:
    """In metres at that latitude; the nearest first, a larger block at the middle of its cells, the unknown nowhere."""
    where = division_id("Central")
    cells = [box(10 + n * 0.01, 60, 10.01 + n * 0.01, 60.01) for n in range(4)]
    blocks = [Block(block_id(where, cell), f"cell {n}", 12, where, cell) for n, cell in enumerate(cells)]
    pair = tuple(block.id for block in blocks[:2])
    larger = [LargerBlock(larger_id(where, pair), "two", 24, where, pair)]
    whole = [Division(where, "Central", box(10, 60, 10.04, 60.01))]
    found = nearby(sealed(k=12, invented=True, divisions=whole, blocks=blocks, larger=larger))

    assert found.metres(blocks[0].id, blocks[1].id) == pytest.approx(556, abs=2)  # a hundredth of a degree at 60 north
    assert found.metres(blocks[0].id, larger[0].id) == pytest.approx(278, abs=2)
    assert found.metres(blocks[0].id, "unknown") is None
    assert found.metres(None, None) is None
    assert found.around(blocks[0].id, 600, most=9) == [blocks[0].id, larger[0].id, blocks[1].id]
    assert found.around(blocks[0].id, 600, most=2) == [blocks[0].id, larger[0].id]
    assert found.around("unknown", 600, most=9) == []
