"""How much ground blocks cover, and which of them lie close to which: in miles and metres, not degrees."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from storage.atlas.shapes import Atlas, Block
from storage.kit.ids import BlockId

METRES_PER_DEGREE = 111_195.0  # of a great circle; a city is too small for the Earth's flattening to matter
SQUARE_METRES = 2_589_988.11  # in a square mile
TOUCHING = 1.0  # metres: cells lie on a grid of 1.1 m
NEAR = 400.0  # metres, a quarter of a mile: wider than a block left out between two areas


@dataclass(frozen=True)
class Extent:
    """Square miles of each block, and the blocks that touch it or lie within NEAR of it, itself among both."""

    miles: Mapping[BlockId, float]
    touching: Mapping[BlockId, frozenset[BlockId]]
    near: Mapping[BlockId, frozenset[BlockId]]

    def area(self, blocks: Collection[BlockId]) -> float:
        """Square miles of these together."""
        return math.fsum(self.miles[block] for block in set(blocks))  # the same in whatever order


def extent(atlas: Atlas, wanted: Collection[BlockId]) -> Extent:
    """The extent of those of the blocks that this version has."""
    found = [block for each in sorted(set(wanted)) if (block := atlas.block(each)) is not None]
    if not found:
        return Extent({}, {}, {})
    shapes = _in_metres(found)
    miles = (float(area) / SQUARE_METRES for area in shapely.area(shapes))
    names = [block.id for block in found]
    return Extent(
        dict(zip(names, miles, strict=True)),
        _within(names, shapes, TOUCHING),
        _within(names, shapes, NEAR),
    )


def _in_metres(blocks: Collection[Block]) -> NDArray[np.object_]:
    degrees = np.array([block.shape for block in blocks], dtype=object)
    _, south, _, north = shapely.total_bounds(degrees)
    # One scale for all of them: over a city's height it is off by less than a thousandth.
    scale = np.array([math.cos(math.radians((south + north) / 2)), 1.0]) * METRES_PER_DEGREE
    return np.asarray(shapely.transform(degrees, lambda pairs: pairs * scale), dtype=object)


def _within(names: list[BlockId], shapes: NDArray[np.object_], metres: float) -> dict[BlockId, frozenset[BlockId]]:
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=metres)
    found: dict[BlockId, set[BlockId]] = {name: set() for name in names}
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        found[names[a]].add(names[b])
    return {name: frozenset(others) for name, others in found.items()}
