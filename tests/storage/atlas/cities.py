"""Small made-up cities: two divisions side by side with a slanted border, and homes to put in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from storage.atlas.areas import Area
from storage.atlas.finding import Finder
from storage.atlas.homes import Homes
from storage.atlas.shapes import Atlas

WEST = Area("West", shapely.Polygon([(10.0, 50.0), (10.01, 50.0), (10.0137, 50.01), (10.0, 50.01)]))
EAST = Area("East", shapely.Polygon([(10.01, 50.0), (10.03, 50.0), (10.03, 50.01), (10.0137, 50.01)]))
DIVISIONS = (WEST, EAST)


def homes_at(points: Iterable[tuple[float, float]], addresses: Sequence[str] | None = None) -> Homes:
    """Homes at (lon, lat)."""
    lon, lat = np.array(list(points), dtype=float).reshape(-1, 2).T
    return Homes(lon, lat, addresses or [""] * len(lon))


def some_homes(count: int = 300) -> Homes:
    """Homes strewn over both divisions, the same every time, some on one point."""
    steps = np.arange(count)
    lon = 10.0005 + 0.029 * (steps * 0.618034 % 1)
    lat = 50.0005 + 0.009 * (steps * 0.414214 % 1)
    lon[-20:], lat[-20:] = 10.02, 50.005
    return Homes(np.round(lon, 7), np.round(lat, 7), [""] * count)


def overlap(atlas: Atlas) -> float:
    """Ground held twice or by nobody, in square degrees, over the city of the divisions."""
    shapes = [block.shape for block in atlas.blocks]
    whole = shapely.unary_union([division.shape for division in atlas.divisions])
    return float(
        abs(shapely.area(shapes).sum() - whole.area) + whole.symmetric_difference(shapely.unary_union(shapes)).area
    )


def demand_kept(atlas: Atlas, homes: Homes, k: int) -> None:
    """What a map promises of any homes: at least k in each cell, no gap, one division, each home in one cell."""
    found = Finder([block.shape for block in atlas.blocks]).find(homes.lon, homes.lat)
    assert min(block.homes for block in atlas.blocks) >= k
    held = np.bincount(found[found >= 0], minlength=len(atlas.blocks))
    assert held.tolist() == [block.homes for block in atlas.blocks]
    assert overlap(atlas) < 1e-15
    assert all(shapely.is_valid(block.shape) for block in atlas.blocks)
    assert len({(block.division, block.label) for block in atlas.blocks}) == len(atlas.blocks)
    for division in atlas.divisions:
        assert all(division.shape.buffer(1e-9).contains(block.shape) for block in atlas.blocks_of(division.id))
