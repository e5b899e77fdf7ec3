"""The ground nearest to each home, and the lines where it meets the ground of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

FAR = 4.0  # spans of the bounds: so far out that all ground inside them is nearer to any home


@dataclass(frozen=True, eq=False)
class Ground:
    """`lines[i]` (grid steps): where the ground of site `one[i]` meets that of `other[i]`; `length` of it: inside."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    lines: NDArray[np.object_]
    length: NDArray[np.float64]


def ground_of(sites: NDArray[np.float64], division: BaseGeometry) -> Ground:
    """Borders between the ground of distinct `sites` (rows of x, y), with their length inside the division."""
    west, south, east, north = shapely.bounds(division)
    reach = FAR * max(east - west, north - south)
    x, y = (west + east) / 2, (south + north) / 2
    frame = [(x - reach, y), (x + reach, y), (x, y - reach), (x, y + reach)]
    cells = shapely.voronoi_polygons(shapely.multipoints(np.vstack([sites, frame])), ordered=True)
    rings, ring = shapely.get_coordinates(shapely.get_parts(cells)[: len(sites)], return_index=True)
    kept = ring[1:] == ring[:-1]
    owner, start, end = ring[1:][kept], rings[:-1][kept], rings[1:][kept]
    # Two neighbours run along their border in opposite directions, between the very same two corners.
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ends = np.hstack([np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)])
    order = np.lexsort((owner, *ends.T))
    pair = np.flatnonzero((ends[order][1:] == ends[order][:-1]).all(axis=1))
    lines = np.asarray(shapely.linestrings(ends[order][pair].reshape(-1, 2, 2)), dtype=object)
    return Ground(owner[order][pair], owner[order][pair + 1], lines, _inside(lines, division))


def as_points(places: NDArray[np.float64]) -> NDArray[np.object_]:
    """Rows of x, y as points."""
    return np.asarray(shapely.points(places), dtype=object)


def _inside(lines: NDArray[np.object_], division: BaseGeometry) -> NDArray[np.float64]:
    shapely.prepare(division)
    length = shapely.length(lines)
    crossing = ~shapely.contains_properly(division, lines)
    length[crossing] = shapely.length(shapely.intersection(lines[crossing], division))
    return np.asarray(length, dtype=np.float64)
