"""Homes and divisions in, an atlas out, with a report of everything that was mended, refused or left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from storage.atlas.areas import Area, must_be_divisions
from storage.atlas.cutting import counted, cut, degrees, finder
from storage.atlas.files import sealed
from storage.atlas.homes import Homes
from storage.atlas.labels import Place, Street, labels_of
from storage.atlas.nesting import larger_blocks
from storage.atlas.report import Report, report_of
from storage.atlas.shapes import K_DEFAULT, K_LEAST, Atlas, Block, Division, block_id, division_id
from storage.atlas.tiling import Cell, united
from storage.kit.errors import Refused


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
    cells = cut(divisions, homes, k)
    found = finder(cells).find(homes.lon, homes.lat)
    blocks = _blocks(cells, found, divisions, homes, streets, neighborhoods)
    shapes = [united([c.shape for c in cells if c.division == i]) for i in range(len(divisions))]
    atlas = sealed(
        k=k,
        invented=invented,
        divisions=[
            Division(division_id(area.name), area.name, degrees(shape))
            for area, shape in zip(divisions, shapes, strict=True)
        ],
        blocks=blocks,
        larger=larger_blocks(blocks),
    )
    mended = [area.name for area in (*divisions, *neighborhoods) if area.mended]
    return atlas, report_of(atlas, cells, found, homes, mended)


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
    shapes = [degrees(cell.shape) for cell in cells]
    places = [
        Place(divisions[cell.division], shape, near) for cell, shape, near in zip(cells, shapes, addresses, strict=True)
    ]
    labels = labels_of(places, streets, neighborhoods)
    held = counted(found, len(cells))
    blocks = []
    for cell, shape, label, homes_held in zip(cells, shapes, labels, held, strict=True):
        division = division_id(divisions[cell.division].name)
        blocks.append(Block(block_id(division, shape), label, int(homes_held), division, shape))
    return blocks
