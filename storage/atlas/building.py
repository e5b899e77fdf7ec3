"""Homes and divisions in, an atlas out, with a report of everything that was mended, refused or left out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from storage.atlas.areas import Area, must_be_divisions
from storage.atlas.files import sealed
from storage.atlas.finding import STEPS, Finder
from storage.atlas.homes import Homes
from storage.atlas.labels import Place, Street, labels_of
from storage.atlas.shapes import GRID, K_DEFAULT, K_LEAST, Atlas, Block, Division, block_id, division_id, whole_steps
from storage.atlas.splitting import Box, split
from storage.atlas.tiling import Cell, cells_of, united
from storage.kit.errors import Refused

MARGIN = 10  # steps around a division's bounds, so that its own border never runs along the outermost box


@dataclass(frozen=True)
class Report:
    """What a build found: counts of homes per cell, and what did not go in as it came."""

    divisions: int
    cells: int
    homes: int
    least: int
    median: float
    most: int
    outside: int  # homes in no division
    rows_refused: Mapping[str, int]  # by reason
    mended: tuple[str, ...]  # names of polygons that came in invalid

    def lines(self) -> list[str]:
        """The report as a person reads it."""
        refused = ", ".join(f"{count} {why}" for why, count in self.rows_refused.items()) or "none"
        return [
            f"{self.cells} cells in {self.divisions} divisions hold {self.homes} homes",
            f"homes in a cell: smallest {self.least}, median {self.median:g}, largest {self.most}",
            f"homes outside every division: {self.outside}",
            f"rows refused: {refused}",
            f"polygons mended: {', '.join(self.mended) or 'none'}",
        ]


def build(
    divisions: Sequence[Area],
    homes: Homes,
    *,
    k: int = K_DEFAULT,
    invented: bool = False,
    streets: Sequence[Street] = (),
    neighborhoods: Sequence[Area] = (),
) -> tuple[Atlas, Report]:
    """Cells of at least `k` homes that tile each division. Same input in any order, same atlas.

    Refused: k under 8, divisions that overlap or have no shape, a division with fewer than k homes.
    """
    if k < K_LEAST:
        raise Refused(f"A cell holds at least {K_LEAST} homes.", code="k_too_small")
    must_be_divisions(divisions)
    divisions = sorted(divisions, key=lambda area: division_id(area.name))
    cells = _united_to(k, _cut(divisions, homes, k), divisions, homes)
    found = _finder(cells).find(homes.lon, homes.lat)
    blocks = _blocks(cells, found, divisions, homes, streets, neighborhoods)
    shapes = [united([c.shape for c in cells if c.division == i]) for i in range(len(divisions))]
    atlas = sealed(
        k=k,
        invented=invented,
        divisions=[
            Division(division_id(area.name), area.name, _degrees(shape))
            for area, shape in zip(divisions, shapes, strict=True)
        ],
        blocks=blocks,
    )
    mended = [area.name for area in (*divisions, *neighborhoods) if area.mended]
    return atlas, _report(atlas, found, homes, mended)


def _cut(divisions: Sequence[Area], homes: Homes, k: int) -> list[Cell]:
    """Each division's homes split, and the cells drawn in grid steps."""
    x, y = (whole_steps(v, STEPS) * (GRID / STEPS) for v in (homes.lon, homes.lat))
    shapes = [shapely.transform(area.shape, lambda degrees: degrees * GRID) for area in divisions]
    free = np.ones(len(x), dtype=bool)
    splits = []
    for area, shape in zip(divisions, shapes, strict=True):
        shapely.prepare(shape)
        mine = free & shapely.intersects_xy(shape, x, y)
        _must_hold(k, int(mine.sum()), area, homes)
        free &= ~mine
        west, south, east, north = shapely.bounds(shape)
        bounds = Box(math.floor(west) - MARGIN, math.floor(south) - MARGIN, east + MARGIN, north + MARGIN)
        stretch = math.cos(math.radians((south + north) / 2 / GRID))
        splits.append(split(x[mine], y[mine], bounds, k=k, stretch=stretch))
    return cells_of(shapes, splits)


def _united_to(k: int, cells: list[Cell], divisions: Sequence[Area], homes: Homes) -> list[Cell]:
    """Cells that rounding a border left with fewer than k homes, united with the neighbour they touch most."""
    while True:
        count = _counted(_finder(cells).find(homes.lon, homes.lat), len(cells))
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


def _blocks(
    cells: Sequence[Cell],
    found: NDArray[np.int64],
    divisions: Sequence[Area],
    homes: Homes,
    streets: Sequence[Street],
    neighborhoods: Sequence[Area],
) -> list[Block]:
    addresses: list[list[str]] = [[] for _ in cells]
    for home, cell in enumerate(found):
        if cell >= 0 and homes.addresses[home]:
            addresses[cell].append(homes.addresses[home])
    shapes = [_degrees(cell.shape) for cell in cells]
    places = [
        Place(divisions[cell.division], shape, near) for cell, shape, near in zip(cells, shapes, addresses, strict=True)
    ]
    labels = labels_of(places, streets, neighborhoods)
    held = _counted(found, len(cells))
    blocks = []
    for cell, shape, label, homes_held in zip(cells, shapes, labels, held, strict=True):
        division = division_id(divisions[cell.division].name)
        blocks.append(Block(block_id(division, shape), label, int(homes_held), division, shape))
    return blocks


def _report(atlas: Atlas, found: NDArray[np.int64], homes: Homes, mended: Sequence[str]) -> Report:
    held = sorted(block.homes for block in atlas.blocks)
    return Report(
        divisions=len(atlas.divisions),
        cells=len(held),
        homes=sum(held),
        least=held[0],
        median=float(np.median(held)),
        most=held[-1],
        outside=int((found < 0).sum()),
        rows_refused=homes.refused,
        mended=tuple(mended),
    )


def _finder(cells: Sequence[Cell]) -> Finder:
    return Finder([_degrees(cell.shape) for cell in cells])


def _counted(found: NDArray[np.int64], cells: int) -> NDArray[np.int64]:
    return np.bincount(found[found >= 0], minlength=cells)


def _degrees(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda steps: steps / GRID)
