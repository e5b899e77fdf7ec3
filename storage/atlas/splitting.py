"""A division's homes, halved again and again until another cut would leave fewer than k on one side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Box(NamedTuple):
    """West, south, east, north in grid steps."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Split:
    """Boxes that tile the bounds, and the cuts between them as thin boxes."""

    boxes: list[Box]
    cuts: list[Box]

    @property
    def lines(self) -> NDArray[np.object_]:
        """The cuts, to be drawn."""
        ends = np.array(self.cuts, dtype=float).reshape(-1, 2, 2)
        return np.array([shapely.LineString(pair) for pair in ends], dtype=object)

    def piece_at(self, points: NDArray[np.object_]) -> NDArray[np.int64]:
        """For each point the box that holds it."""
        held = np.zeros(len(points), dtype=np.int64)
        tree = shapely.STRtree(shapely.box(*np.array(self.boxes, dtype=float).T))
        point, box = tree.query(points, predicate="intersects")
        held[point] = box
        return held


def split(x: Floats, y: Floats, bounds: Box, *, k: int, stretch: float) -> Split:
    """Halve the homes at (x, y), in grid steps; `stretch` is how many steps north one step east is long."""
    done = Split([], [])
    todo = [(x, y, bounds)]
    while todo:
        x, y, box = todo.pop()
        wide = len(x) > 0 and np.ptp(x) * stretch >= np.ptp(y)
        east = cut(x, k) if wide else None
        north = cut(y, k) if east is None else None
        if east is None and north is None and not wide:
            east = cut(x, k)
        if east is not None:
            done.cuts.append(Box(east, box.south, east, box.north))
            todo.append((x[x < east], y[x < east], box._replace(east=east)))
            todo.append((x[x > east], y[x > east], box._replace(west=east)))
        elif north is not None:
            done.cuts.append(Box(box.west, north, box.east, north))
            todo.append((x[y < north], y[y < north], box._replace(north=north)))
            todo.append((x[y > north], y[y > north], box._replace(south=north)))
        else:
            done.boxes.append(box)
    return done


def cut(values: Floats, k: int) -> float | None:
    """The grid line nearest the median that touches no home and leaves k on both sides, if there is one."""
    if len(values) < 2 * k:
        return None
    ordered = np.sort(values)
    below = np.arange(k, len(ordered) - k + 1)  # how many homes lie under the cut
    low, high = ordered[below - 1], ordered[below]
    line = np.floor((low + high) / 2 + 0.5)
    line = np.where((low < line) & (line < high), line, np.floor(low) + 1)
    possible = np.flatnonzero(line < high)
    if not len(possible):
        return None
    best = possible[np.argmin(np.abs(below[possible] - len(ordered) / 2))]
    return float(line[best])
