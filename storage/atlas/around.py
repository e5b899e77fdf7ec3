"""The ring of cells around a cell: those of its division that touch it. Never a radius round a home.

It is told by cells alone, so whoever moves an alert's block about learns where cells border, which the map shows.
"""

from __future__ import annotations

import numpy as np
import shapely

from storage.atlas.shapes import GRID, Atlas, whole_steps
from storage.kit.ids import BlockId


def cells_of(atlas: Atlas, place: BlockId) -> frozenset[BlockId]:
    """The cells a place of a post is made of: itself, or a larger block's; of an earlier map, itself alone."""
    found = atlas.place(place)
    return frozenset(getattr(found, "cells", (place,)))


def around(atlas: Atlas, place: BlockId) -> frozenset[BlockId]:
    """The cells that touch the place and are not of it; none for a place of an earlier map."""
    own = cells_of(atlas, place)
    cells = [block for cell in own if (block := atlas.block(cell))]
    if not cells:
        return frozenset()
    beside = [block for block in atlas.blocks_of(cells[0].division) if block.id not in own]
    whole = np.array([block.shape for block in (*cells, *beside)], dtype=object)
    # On the grid on which borders are the same numbers on both sides.
    whole = shapely.transform(whole, lambda degrees: whole_steps(degrees, GRID))
    joined = shapely.union_all(whole[: len(cells)])
    touches = shapely.intersects(joined, whole[len(cells) :])
    return frozenset(block.id for block, touched in zip(beside, touches, strict=True) if touched)


def places_with(atlas: Atlas, cells: frozenset[BlockId]) -> frozenset[BlockId]:
    """These cells, and the larger blocks that hold any of them: all that a post of there may name."""
    return cells | {larger.id for larger in atlas.larger if cells.intersection(larger.cells)}
