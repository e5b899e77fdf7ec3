"""Which cell holds a point: exactly one answer, by whole-number arithmetic a browser can repeat.

The rule: every coordinate is multiplied by ten million and rounded to a whole number (Math.round). Along a
cell's rings, the edge from (x1, y1) up to (x2, y2), y1 < y2, is crossed by the point (x, y) if
`y1 <= y < y2` and `(x2 - x1) * (y - y1) > (x - x1) * (y2 - y1)`. The cell with an odd count holds the point.
So a point on a shared border belongs to the cell east of it (north of it on a level border), never to two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

STEPS = 10_000_000  # a centimetre; two differences inside a city of nine degrees multiply to less than 2**53
NOWHERE = 400.0  # degrees

Whole = NDArray[np.int64]


class Finder:
    """Finds points among shapes that do not overlap."""

    def __init__(self, shapes: Sequence[BaseGeometry]) -> None:
        whole = shapely.transform(np.array(shapes, dtype=object), lambda c: np.floor(c * STEPS + 0.5))
        self._tree = shapely.STRtree(whole)
        self._edges, self._first, self._count = _edges_of(whole)

    def find(self, lon: ArrayLike, lat: ArrayLike) -> Whole:
        """For each point (degrees) the index of the shape that holds it, or -1."""
        x, y = _whole(lon), _whole(lat)
        point, shape = self._tree.query(shapely.points(x, y))
        inside = self._holds(shape, x[point], y[point])
        found = np.full(len(x), -1, dtype=np.int64)
        found[point[inside]] = shape[inside]
        return found

    def _holds(self, shape: Whole, x: Whole, y: Whole) -> NDArray[np.bool_]:
        """Pair by pair: is the number of crossed edges of `shape` odd?"""
        if not len(shape):
            return np.zeros(0, dtype=bool)
        count = self._count[shape]
        start = np.cumsum(count) - count
        edge = np.arange(count.sum()) + np.repeat(self._first[shape] - start, count)
        x1, y1, x2, y2 = self._edges[:, edge]
        x, y = np.repeat(x, count), np.repeat(y, count)
        crossed = (y1 <= y) & (y < y2) & ((x2 - x1) * (y - y1) > (x - x1) * (y2 - y1))
        odd: NDArray[np.bool_] = np.add.reduceat(crossed, start) % 2 == 1
        return odd


def _whole(degrees: ArrayLike) -> Whole:
    """Degrees in whole steps; what is no number lies nowhere on Earth."""
    given = np.asarray(degrees, dtype=float)
    known = np.where(np.abs(given) < NOWHERE, given, NOWHERE)
    return np.asarray(np.floor(known * STEPS + 0.5), dtype=np.int64)


def _edges_of(shapes: NDArray[np.object_]) -> tuple[Whole, Whole, Whole]:
    """All rising edges as four rows, with each shape's first edge and number of edges."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    ends = coords.astype(np.int64)
    kept = (ring[1:] == ring[:-1]) & (ends[1:, 1] != ends[:-1, 1])
    a, b = ends[:-1][kept], ends[1:][kept]
    low, high = np.where(a[:, 1:] < b[:, 1:], a, b), np.where(a[:, 1:] < b[:, 1:], b, a)
    count = np.bincount(owner[part[ring[1:][kept]]], minlength=len(shapes))
    return np.vstack([low.T, high.T]), np.cumsum(count) - count, count
