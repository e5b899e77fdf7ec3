"""Larger blocks: whole cells joined once, so that a post may say less of where it was and any two posts still nest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from storage.atlas.larger_labels import label_of
from storage.atlas.shapes import GRID, Block, LargerBlock, larger_id, whole_steps

MOST_CELLS = 4  # more only where a cell borders none but full ones

Near = Mapping[int, Mapping[int, float]]


def larger_blocks(blocks: Sequence[Block]) -> list[LargerBlock]:
    """One for each cell but the only one of its division; the same for the same cells in any order.

    The cell with the fewest homes comes first and joins the neighbour it shares the longest border with. Shapes and
    counts alone decide, never who lives or posts there.
    """
    blocks = sorted(blocks, key=lambda block: (block.homes, block.id))
    shapes = np.array([block.shape for block in blocks], dtype=object)
    whole = np.asarray(shapely.transform(shapes, lambda degrees: whole_steps(degrees, GRID)), dtype=object)
    taken = {block.label for block in blocks}
    joined = []
    for cells in _joined(blocks, whole, _borders(blocks, whole)):
        one = _larger([blocks[cell] for cell in cells], taken)
        taken.add(one.label)
        joined.append(one)
    return joined


def _larger(cells: Sequence[Block], taken: set[str]) -> LargerBlock:
    ids = tuple(sorted(cell.id for cell in cells))
    division = cells[0].division
    label = label_of([cell.label for cell in cells], taken)
    return LargerBlock(larger_id(division, ids), label, sum(cell.homes for cell in cells), division, ids)


def _joined(blocks: Sequence[Block], whole: NDArray[np.object_], near: Near) -> list[list[int]]:
    """Cells by their number in `blocks`, in groups of two and more."""
    group: dict[int, list[int]] = {}
    for cell in range(len(blocks)):
        if cell in group:
            continue
        best = _best(cell, blocks, whole, near, group)
        if best is not None:
            together = group.setdefault(best, [best])
            together.append(cell)
            group[cell] = together
    firsts = {min(together): together for together in group.values()}
    return [sorted(firsts[first]) for first in sorted(firsts)]


def _best(
    cell: int, blocks: Sequence[Block], whole: NDArray[np.object_], near: Near, group: Mapping[int, list[int]]
) -> int | None:
    """The neighbour with the longest border, of those with room if there are any; an island's nearest."""
    beside = sorted(near.get(cell, {}), key=lambda other: (-near[cell][other], other))
    room = [other for other in beside if len(group.get(other, ())) < MOST_CELLS]
    if beside:
        return (room or beside)[0]
    others = [other for other, block in enumerate(blocks) if block.division == blocks[cell].division and other != cell]
    if not others:
        return None
    return min(others, key=lambda other: (float(shapely.distance(whole[cell], whole[other])), other))


def _borders(blocks: Sequence[Block], whole: NDArray[np.object_]) -> Near:
    """How many steps each cell borders each other of its division."""
    one, other = shapely.STRtree(whole).query(whole, predicate="intersects")
    division = np.array([block.division for block in blocks])
    kept = (one != other) & (division[one] == division[other])
    one, other = one[kept], other[kept]
    near: dict[int, dict[int, float]] = {}
    length = np.asarray(shapely.length(shapely.intersection(whole[one], whole[other])), dtype=float)
    for a, b, steps in zip(one.tolist(), other.tolist(), length.tolist(), strict=True):
        if steps > 0:
            near.setdefault(a, {})[b] = steps
    return near
