"""An invented city in the middle of the Atlantic: six divisions, a bending grid, a river, a diagonal road.

Nobody lives there. It goes through the same build as a real city, and its atlas says `invented`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from storage.atlas.areas import Area
from storage.atlas.building import build
from storage.atlas.homes import Homes
from storage.atlas.shapes import Atlas

LAT, LON = 10.0, -40.0  # the middle of the city: 1,500 km from any street
METRES_PER_DEGREE = 111_195.0
HALF_WIDTH, HALF_HEIGHT = 2000, 1250  # metres
AVENUES = """
    Juniper Garland Willow Thistle Orchard Meadow Lantern Harbor Copper Park
    Marigold Chapel Foundry Summit Linden Quarry Heron Saddle Clover Prairie
"""  # from west to east
AVENUE_APART, STREET_APART = 200, 110  # metres
FIRST_STREET = 8  # the northernmost hundred
LOTS = 8  # on each side of an avenue between two streets
ANCHORS = {  # a point of each division, in metres east and north of the middle
    "North": (-1200, 1000),
    "Shoal Creek": (1200, 1000),
    "Metro": (-1500, 0),
    "Central": (0, 0),
    "East": (1500, 0),
    "South": (0, -1000),
}

Metres = NDArray[np.float64]


@cache
def demo_atlas() -> Atlas:
    """The invented city, the same on every machine."""
    addresses = list(_addresses())
    lon, lat = _degrees(np.array([(east, north) for east, north, _ in addresses])).T
    homes = Homes(np.round(lon, 7), np.round(lat, 7), [address for *_, address in addresses])
    return build(_divisions(), homes, invented=True)[0]


def _divisions() -> list[Area]:
    """The pieces that the river and four made-up border streets cut the city into."""
    east = np.arange(-HALF_WIDTH - 100, HALF_WIDTH + 101, 50.0)
    lines = [
        shapely.box(-HALF_WIDTH, -HALF_HEIGHT, HALF_WIDTH, HALF_HEIGHT).exterior,
        shapely.LineString(np.stack([east, _river(east)], axis=1)),
        shapely.LineString([(-HALF_WIDTH, -605), (HALF_WIDTH, -605)]),
        shapely.LineString([(-700, -605), (-700, 900)]),
        shapely.LineString([(700, -605), (700, 900)]),
        shapely.LineString([(100, 300), (100, HALF_HEIGHT)]),
    ]
    south_of_river = [_up_to_river(line, north=False) for line in lines[3:5]]
    network = shapely.unary_union([*lines[:3], *south_of_river, _up_to_river(lines[5], north=True)])
    bent = shapely.transform(shapely.segmentize(network, 50), _degrees)
    pieces = shapely.get_parts(shapely.polygonize(shapely.get_parts(bent)))
    anchors = _degrees(np.array(list(ANCHORS.values()), dtype=float))
    return [Area(name, pieces[shapely.contains_xy(pieces, *at)][0]) for name, at in zip(ANCHORS, anchors, strict=True)]


def _addresses() -> Iterator[tuple[float, float, str]]:
    """Metres east, metres north and address of every house: fewer at the edge, none in river or road."""
    for column, avenue in enumerate(AVENUES.split()):
        for row in range(2 * HALF_HEIGHT // STREET_APART):
            for lot in range(2 * LOTS):
                side = 1 if lot % 2 else -1
                key = f"{avenue}/{row}/{lot}"
                east = -HALF_WIDTH + AVENUE_APART * (column + 0.5) + side * 28 + 9 * _chance(key, "east")
                north = HALF_HEIGHT - STREET_APART * row - 15 - 11 * (lot // 2) - 4 * _chance(key, "north")
                empty = 0.05 + 0.3 * math.hypot(east / HALF_WIDTH, north / HALF_HEIGHT) ** 2
                road = abs(north - 0.55 * east + 500) / math.hypot(1, 0.55)
                if _chance(key, "lot") > empty and road > 30 and abs(north - _river(east)) > 70:
                    number = 100 * (FIRST_STREET + row) + 8 * (lot // 2) + 4 + lot % 2
                    yield east, north, f"{number} {avenue} Ave"


def _up_to_river(line: shapely.LineString, *, north: bool) -> shapely.LineString:
    """A border street that ends in the river."""
    (east, south), (_, top) = line.coords
    river = float(_river(east))
    return shapely.LineString([(east, river), (east, top)] if north else [(east, south), (east, river)])


def _river(east: Metres | float) -> Metres:
    return np.asarray(560 + 130 * np.sin(np.asarray(east) / 650) - 0.05 * np.asarray(east))


def _degrees(metres: Metres) -> Metres:
    """Plan to map: the grid bends a little, so that no two blocks look alike."""
    east, north = metres[:, 0], metres[:, 1]
    lon = LON + (east + 70 * np.sin(north / 600) + 40 * np.sin(east / 700)) / METRES_PER_DEGREE / math.cos(
        math.radians(LAT)
    )
    lat = LAT + (north + 90 * np.sin(east / 900 + 0.5) + 30 * np.sin(north / 400)) / METRES_PER_DEGREE
    return np.stack([lon, lat], axis=1)


def _chance(*key: str) -> float:
    """A number from 0 to 1 that is the same for the same key on every machine."""
    return int.from_bytes(hashlib.sha256("/".join(key).encode()).digest()[:6], "big") / 2**48
