"""A division cut along its streets: whole hundred-blocks, merged with the next until k homes hide in each cell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from storage.atlas.addresses import Hundred, hundred_of
from storage.atlas.ground import Ground, as_points, ground_of
from storage.atlas.merging import merged

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

REACH = 180.0  # steps north, 200 m: what stands further apart is not one block, whatever its address says
SLACK = 4.0  # steps a border may be straightened by, where no home stands as near


@dataclass(frozen=True, eq=False)
class StreetPattern:
    """Borders (grid steps) between groups of sites; what lies between them belongs to the group of the nearest."""

    lines: NDArray[np.object_]
    sites: Floats
    group: Whole

    def piece_at(self, points: NDArray[np.object_]) -> Whole:
        """For each point the group whose ground it is."""
        nearest = shapely.STRtree(as_points(self.sites)).query_nearest(points, all_matches=False)
        return np.asarray(self.group[nearest[1]], dtype=np.int64)


def along_streets(
    x: Floats, y: Floats, addresses: Sequence[str], division: BaseGeometry, *, k: int, stretch: float
) -> StreetPattern:
    """Cuts between whole hundred-blocks of the homes at (x, y), in grid steps; `stretch` as in `split`."""
    sites, site = np.unique(np.floor(np.stack([x, y], axis=1) + 0.5), axis=0, return_inverse=True)
    unit, names = _units(sites * (stretch, 1.0), _hundreds(site, addresses, len(sites)))
    ground = ground_of(sites, division)
    homes = np.bincount(unit[site], minlength=len(names))
    touching = _touching(unit, ground)
    group = merged(homes.tolist(), _runs(names, unit, sites * (stretch, 1.0)), touching, k=k)[unit]
    return StreetPattern(_borders(group, ground, sites), sites, group)


def _hundreds(site: Whole, addresses: Sequence[str], sites: int) -> list[Hundred | None]:
    """For each site the hundred-block that most of its homes name: one place is never in two."""
    named: list[Counter[Hundred]] = [Counter() for _ in range(sites)]
    for place, address in zip(site.tolist(), addresses, strict=True):
        hundred = hundred_of(address)
        if hundred:
            named[place][hundred] += 1
    return [min(found, key=lambda h: (-found[h], h)) if found else None for found in named]


def _units(metric: Floats, hundreds: Sequence[Hundred | None]) -> tuple[Whole, list[Hundred | None]]:
    """The unit of each site and the hundred-block of each unit; a site without one is a unit of its own."""
    together: dict[Hundred, list[int]] = defaultdict(list)
    unit = np.zeros(len(hundreds), dtype=np.int64)
    names: list[Hundred | None] = []
    for site, hundred in enumerate(hundreds):
        if hundred:
            together[hundred].append(site)
        else:
            unit[site] = len(names)
            names.append(None)
    for hundred in sorted(together):
        sites = np.array(together[hundred])
        piece = _pieces(metric[sites])
        unit[sites] = len(names) + piece
        names += [hundred] * (int(piece.max()) + 1)
    return unit, names


def _pieces(metric: Floats) -> Whole:
    """Which of the places that lie within REACH of one another each point is in, numbered from the west."""
    if np.ptp(metric, axis=0).max() <= REACH / 2:
        return np.zeros(len(metric), dtype=np.int64)
    points = as_points(metric)
    parts = shapely.get_parts(shapely.unary_union(shapely.buffer(points, REACH / 2)))
    parts = parts[np.lexsort(shapely.bounds(parts).T[::-1])]
    return np.asarray(shapely.STRtree(parts).query_nearest(points, all_matches=False)[1], dtype=np.int64)


def _runs(names: Sequence[Hundred | None], unit: Whole, metric: Floats) -> list[list[int]]:
    """Units that follow each other along a street, each within REACH of the next; those without a street alone."""
    order = np.argsort(unit, kind="stable")
    places = np.asarray(shapely.multipoints(as_points(metric[order]), indices=unit[order]), dtype=object)
    runs: list[list[int]] = []
    for one, name in enumerate(names):
        last = names[one - 1] if one else None
        follows = name and last and last.street == name.street
        if follows and shapely.distance(places[one - 1], places[one]) <= REACH:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _touching(unit: Whole, ground: Ground) -> dict[tuple[int, int], float]:
    """How long two units border each other."""
    one, other = unit[ground.one], unit[ground.other]
    pairs, which = np.unique(np.sort(np.stack([one, other], axis=1), axis=1), axis=0, return_inverse=True)
    length = np.bincount(which, weights=ground.length)
    return {(int(a), int(b)): float(m) for (a, b), m in zip(pairs, length, strict=True) if a != b}


def _borders(group: Whole, ground: Ground, sites: Floats) -> NDArray[np.object_]:
    """The lines between groups, straightened by up to SLACK where no site stands near, so that files stay small."""
    pairs = np.sort(np.stack([group[ground.one], group[ground.other]], axis=1), axis=1)
    drawn = pairs[:, 0] != pairs[:, 1]
    if not drawn.any():
        return np.array([], dtype=object)
    _, which = np.unique(pairs[drawn], axis=0, return_inverse=True)
    order = np.argsort(which, kind="stable")
    together = shapely.multilinestrings(ground.lines[drawn][order], indices=which[order])
    chains = shapely.get_parts(shapely.line_merge(together))
    near, _ = shapely.STRtree(as_points(sites)).query(chains, predicate="dwithin", distance=SLACK + 2)
    free = np.ones(len(chains), dtype=bool)
    free[near] = False
    chains[free] = shapely.simplify(chains[free], SLACK)
    return np.asarray(chains, dtype=object)
