"""What a build found, for the operator who reads it: counts, and what did not go in as it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.atlas.addresses import Hundred, hundred_of
from storage.atlas.homes import Homes
from storage.atlas.shapes import Atlas
from storage.atlas.tiling import Cell

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Report:
    """What a build found: counts of homes per cell, and what did not go in as it came."""

    divisions: int
    cells: int
    homes: int
    least: int
    median: float
    most: int
    larger: tuple[int, int, int]  # larger blocks: how many, and homes in the smallest and the largest
    outside: int  # homes in no division
    hundreds: int  # hundred-blocks that addresses name, one in two divisions counted in each
    torn: int  # of these, in more than one cell: two that lie too far apart, or homes on another's doorstep
    rows_refused: Mapping[str, int]  # by reason
    mended: tuple[str, ...]  # names of polygons that came in invalid

    def lines(self) -> list[str]:
        """The report as a person reads it."""
        refused = ", ".join(f"{count} {why}" for why, count in self.rows_refused.items()) or "none"
        return [
            f"{self.cells} cells in {self.divisions} divisions hold {self.homes} homes",
            f"homes in a cell: smallest {self.least}, median {self.median:g}, largest {self.most}",
            "larger blocks: {}, of {} to {} homes".format(*self.larger),
            *([f"hundred-blocks: {self.hundreds}, {self.torn} of them in more than one cell"] if self.hundreds else []),
            f"homes outside every division: {self.outside}",
            f"rows refused: {refused}",
            f"polygons mended: {', '.join(self.mended) or 'none'}",
        ]


def report_of(atlas: Atlas, cells: Sequence[Cell], found: Whole, homes: Homes, mended: Sequence[str]) -> Report:
    """What is told of a build: `found` is the index of each home's cell, or -1."""
    hundreds = _hundreds(cells, found, homes)
    held = sorted(block.homes for block in atlas.blocks)
    joined = [larger.homes for larger in atlas.larger]
    return Report(
        divisions=len(atlas.divisions),
        cells=len(held),
        homes=sum(held),
        least=held[0],
        median=float(np.median(held)),
        most=held[-1],
        larger=(len(joined), min(joined, default=0), max(joined, default=0)),
        outside=int((found < 0).sum()),
        hundreds=len(hundreds),
        torn=sum(cells > 1 for cells in hundreds),
        rows_refused=homes.refused,
        mended=tuple(mended),
    )


def _hundreds(cells: Sequence[Cell], found: Whole, homes: Homes) -> list[int]:
    """In how many cells each hundred-block of a division is."""
    places: dict[tuple[int, Hundred], set[int]] = defaultdict(set)
    for home in np.flatnonzero(found >= 0).tolist():
        hundred = hundred_of(homes.addresses[home])
        if hundred:
            places[cells[found[home]].division, hundred].add(int(found[home]))
    return [len(held) for held in places.values()]
