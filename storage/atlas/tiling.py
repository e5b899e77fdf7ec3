"""Divisions and cuts into cells: one noded network on one whole-number grid, so nothing gapes or overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

OVERSHOOT = 2  # steps a cut runs past the border, so that it meets the border wherever rounding moves it


class Cell(NamedTuple):
    """A piece of the division with that index; `shape` in whole grid steps, in normal form."""

    division: int
    shape: BaseGeometry


class Pattern(Protocol):
    """How one division is cut: the lines to draw, in grid steps, and whose the ground between them is."""

    @property
    def lines(self) -> NDArray[np.object_]:
        """The cuts; they may run past the division."""

    def piece_at(self, points: NDArray[np.object_]) -> NDArray[np.int64]:
        """For each point the number of the piece it lies in."""


def cells_of(divisions: Sequence[BaseGeometry], patterns: Sequence[Pattern]) -> list[Cell]:
    """The cells of all divisions (grid steps). Borders move by at most a step, for both sides alike."""
    lines = [shapely.boundary(division) for division in divisions]
    lines += [_clipped(pattern.lines, division) for pattern, division in zip(patterns, divisions, strict=True)]
    network = shapely.unary_union(lines, grid_size=1)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    owner, piece = _places(shapely.point_on_surface(faces), divisions, patterns)
    cells = []
    for division, index in np.unique(np.stack([owner, piece])[:, owner >= 0], axis=1).T:
        pieces = faces[(owner == division) & (piece == index)]
        cells.append(Cell(int(division), plain(shapely.coverage_union_all(pieces))))
    return cells


def united(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """Neighbours (grid steps) as one shape in normal form; nothing moves, for all their corners are whole."""
    return plain(shapely.unary_union(shapes, grid_size=1))


def plain(shape: BaseGeometry) -> BaseGeometry:
    """The one normal form of a shape: no vertex on a straight line, rings from their lowest corner."""
    return shapely.normalize(shapely.simplify(shapely.normalize(shape), 0))


def _clipped(cuts: NDArray[np.object_], division: BaseGeometry) -> BaseGeometry:
    """The cuts inside a division, each running a little past its border."""
    cuts = cuts.copy()
    shapely.prepare(division)
    crossing = ~shapely.contains_properly(division, cuts)
    cuts[crossing] = shapely.intersection(cuts[crossing], shapely.buffer(division, OVERSHOOT))
    return shapely.GeometryCollection(cuts.tolist())


def _places(
    points: NDArray[np.object_], divisions: Sequence[BaseGeometry], patterns: Sequence[Pattern]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each point the first division that holds it (or -1), and its piece in that division's pattern."""
    owner = np.full(len(points), -1, dtype=np.int64)
    piece = np.zeros(len(points), dtype=np.int64)
    for index, (division, pattern) in enumerate(zip(divisions, patterns, strict=True)):
        shapely.prepare(division)
        mine = np.flatnonzero((owner < 0) & shapely.intersects(division, points))
        owner[mine] = index
        piece[mine] = pattern.piece_at(points[mine])
    return owner, piece
