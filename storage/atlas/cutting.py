"""Divisions cut into cells that each hold at least k homes: along the streets where addresses say where they run."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from storage.atlas.addresses import hundred_of
from storage.atlas.areas import Area
from storage.atlas.finding import STEPS, Finder
from storage.atlas.homes import Homes
from storage.atlas.shapes import GRID, whole_steps
from storage.atlas.splitting import Box, split
from storage.atlas.streets import along_streets
from storage.atlas.tiling import Cell, Pattern, cells_of, united
from storage.kit.errors import Refused

MARGIN = 10  # steps around a division's bounds, so that its own border never runs along the outermost box
ADDRESSED = 0.5  # of a division's homes: fewer addresses do not tell where its streets run


def cut(divisions: Sequence[Area], homes: Homes, k: int) -> list[Cell]:
    """Cells (grid steps) that tile each division and hold at least k homes; Refused, by name, where that cannot be."""
    return _united_to(k, _drawn(divisions, homes, k), divisions, homes)


def degrees(shape: BaseGeometry) -> BaseGeometry:
    """A shape in grid steps as one in degrees."""
    return shapely.transform(shape, lambda steps: steps / GRID)


def finder(cells: Sequence[Cell]) -> Finder:
    """Finds points in degrees among cells in grid steps."""
    return Finder([degrees(cell.shape) for cell in cells])


def counted(found: NDArray[np.int64], cells: int) -> NDArray[np.int64]:
    """How many homes each cell holds."""
    return np.bincount(found[found >= 0], minlength=cells)


def _drawn(divisions: Sequence[Area], homes: Homes, k: int) -> list[Cell]:
    """Each division's homes divided as they lie, and the cells drawn."""
    x, y = (whole_steps(v, STEPS) * (GRID / STEPS) for v in (homes.lon, homes.lat))
    shapes = [shapely.transform(area.shape, lambda degrees: degrees * GRID) for area in divisions]
    free = np.ones(len(x), dtype=bool)
    patterns = []
    for area, shape in zip(divisions, shapes, strict=True):
        shapely.prepare(shape)
        mine = free & shapely.intersects_xy(shape, x, y)
        _must_hold(k, int(mine.sum()), area, homes)
        free &= ~mine
        addresses = [homes.addresses[home] for home in np.flatnonzero(mine).tolist()]
        patterns.append(_pattern(x[mine], y[mine], addresses, shape, k))
    return cells_of(shapes, patterns)


def _pattern(
    x: NDArray[np.float64], y: NDArray[np.float64], addresses: Sequence[str], shape: BaseGeometry, k: int
) -> Pattern:
    """Along the streets where most homes say theirs, else halved again and again."""
    west, south, east, north = shapely.bounds(shape)
    stretch = math.cos(math.radians((south + north) / 2 / GRID))
    if sum(hundred_of(address) is not None for address in addresses) > ADDRESSED * len(addresses):
        return along_streets(x, y, addresses, shape, k=k, stretch=stretch)
    bounds = Box(math.floor(west) - MARGIN, math.floor(south) - MARGIN, east + MARGIN, north + MARGIN)
    return split(x, y, bounds, k=k, stretch=stretch)


def _united_to(k: int, cells: list[Cell], divisions: Sequence[Area], homes: Homes) -> list[Cell]:
    """Cells that rounding a border left with fewer than k homes, united with the neighbour they touch most."""
    while True:
        count = counted(finder(cells).find(homes.lon, homes.lat), len(cells))
        small = np.flatnonzero(count < k)
        if not len(small):
            return cells
        poor = cells.pop(int(small[0]))
        near = [i for i, cell in enumerate(cells) if cell.division == poor.division]
        if not near:
            _must_hold(k, int(count[small[0]]), divisions[poor.division], homes)
        best = max(near, key=lambda i: _touch(cells[i].shape, poor.shape))
        cells[best] = Cell(poor.division, united([cells[best].shape, poor.shape]))


def _touch(one: BaseGeometry, other: BaseGeometry) -> tuple[float, float]:
    """How long two cells border each other, and for those that do not, how near they are."""
    return one.intersection(other).length, -one.distance(other)


def _must_hold(k: int, held: int, area: Area, homes: Homes) -> None:
    if held >= k:
        return
    west, south, east, north = shapely.bounds(area.shape)
    turned = (west <= homes.lat) & (homes.lat <= east) & (south <= homes.lon) & (homes.lon <= north)
    hint = " Latitude and longitude look swapped." if turned.sum() >= k else ""
    raise Refused(f"Division {area.name} holds {held} homes, fewer than {k}.{hint}", code="too_few_homes")
