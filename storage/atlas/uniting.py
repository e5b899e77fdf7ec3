"""A new version may only unite cells and keeps larger blocks, or two versions together would tell more than either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from storage.atlas.finding import Finder
from storage.atlas.shapes import GRID, Atlas, Block, whole_steps
from storage.kit.ids import BlockId

LEAST_CHANGE = 0.5  # square steps: no two shapes on the grid differ by less, whatever noise a file brought in
NAMED = 5  # reasons told in full; the rest are counted


def unites(old: Atlas, new: Atlas) -> list[str]:
    """Why `new` is not made by uniting cells of `old`, for a person; empty if it is."""
    reasons = [f"division {d.name} is gone" for d in old.divisions if d.id not in {n.id for n in new.divisions}]
    reasons += [f"division {n.name} is new" for n in new.divisions if n.id not in {d.id for d in old.divisions}]
    if reasons:
        return reasons
    was, now = _whole(old.blocks), _whole(new.blocks)
    into = _inside_which(old.blocks, new.blocks)
    lost = shapely.area(shapely.difference(was, now[into])) + shapely.area(was) * (into < 0)
    held = np.bincount(into[into >= 0], weights=shapely.area(was)[into >= 0], minlength=len(now))
    gained = shapely.area(now) - held
    reasons += [f"{b.label} is cut apart" for b, area in zip(old.blocks, lost, strict=True) if area >= LEAST_CHANGE]
    reasons += [f"{b.label} takes in new ground" for b, a in zip(new.blocks, gained, strict=True) if a >= LEAST_CHANGE]
    reasons += [
        f"{block.label} changes its division"
        for block, index in zip(old.blocks, into, strict=True)
        if index >= 0 and new.blocks[index].division != block.division
    ]
    reasons = reasons or _larger_lost(old, new, into)
    return reasons[:NAMED] + ([f"and {len(reasons) - NAMED} more"] if len(reasons) > NAMED else [])


def _larger_lost(old: Atlas, new: Atlas, into: NDArray[np.int64]) -> list[str]:
    """Each larger block stays as it is or becomes part of one cell.

    Were two of them united, a later cell could lie across both, and a post in it and one in either would meet in what
    they share. So all places of all versions nest, which comparing each version with the one before it then shows.
    """
    became = {block.id: int(index) for block, index in zip(old.blocks, into, strict=True)}
    was: dict[int, set[BlockId]] = defaultdict(set)
    for cell, index in became.items():
        was[index].add(cell)
    index_of = {block.id: index for index, block in enumerate(new.blocks)}
    kept = {frozenset(index_of[cell] for cell in larger.cells) for larger in new.larger}
    reasons = []
    for larger in old.larger:
        cells = frozenset(became[cell] for cell in larger.cells)
        is_whole = cells in kept and set().union(*(was[index] for index in cells)) == set(larger.cells)
        if len(cells) > 1 and not is_whole:
            reasons.append(f"{larger.label} is not kept as a larger block")
    return reasons


def _inside_which(old: Sequence[Block], new: Sequence[Block]) -> NDArray[np.int64]:
    """For each old cell the index of the new one that holds a point of it, or -1."""
    inner = shapely.get_coordinates(shapely.point_on_surface([block.shape for block in old]))
    return Finder([block.shape for block in new]).find(inner[:, 0], inner[:, 1])


def _whole(blocks: Sequence[Block]) -> NDArray[np.object_]:
    shapes = np.array([block.shape for block in blocks], dtype=object)
    return np.asarray(shapely.transform(shapes, lambda degrees: whole_steps(degrees, GRID)), dtype=object)
