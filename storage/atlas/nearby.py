"""How far blocks are from each other, and which lie round one: by the middles of published cells, and nothing finer."""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import dist

import numpy as np
import shapely
from numpy.typing import NDArray

from storage.atlas.shapes import Atlas
from storage.kit.ids import BlockId

METRES_PER_DEGREE = 111_195.0  # of latitude; of longitude it is less by the cosine


class Nearby:
    """The middles of an atlas's cells and larger blocks, in metres."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas

    def metres(self, one: str | None, other: str | None) -> float | None:
        """From middle to middle; None where one of them is not of this version."""
        first, second = self._index.get(one or ""), self._index.get(other or "")
        if first is None or second is None:
            return None
        return dist(self._points[first], self._points[second])

    def around(self, place: str | None, metres: float, *, most: int) -> list[BlockId]:
        """The places whose middle is so near, the nearest first, itself among them; none for one that is not known."""
        at = self._index.get(place or "")
        if at is None:
            return []
        apart = np.hypot(*(self._middles - self._middles[at]).T)
        nearest = np.argsort(apart, kind="stable")[:most]
        return [self._places[index] for index in nearest if apart[index] <= metres]

    @cached_property
    def _places(self) -> list[BlockId]:
        return [*(block.id for block in self._atlas.blocks), *(larger.id for larger in self._atlas.larger)]

    @cached_property
    def _index(self) -> dict[str, int]:
        return {str(place): at for at, place in enumerate(self._places)}

    @cached_property
    def _points(self) -> list[tuple[float, float]]:
        return [(x, y) for x, y in self._middles.tolist()]

    @cached_property
    def _middles(self) -> NDArray[np.float64]:
        degrees = shapely.get_coordinates(shapely.centroid([block.shape for block in self._atlas.blocks]))
        narrow = np.cos(np.radians(degrees[:, 1].mean())) if len(degrees) else 1.0
        cells = degrees * METRES_PER_DEGREE * np.array([narrow, 1.0])
        index = {block.id: at for at, block in enumerate(self._atlas.blocks)}
        larger = [cells[[index[cell] for cell in one.cells]].mean(axis=0) for one in self._atlas.larger]
        return np.vstack([cells, *larger])


@lru_cache(maxsize=1)
def nearby(atlas: Atlas) -> Nearby:
    """Of this version; one city in memory is enough."""
    return Nearby(atlas)
