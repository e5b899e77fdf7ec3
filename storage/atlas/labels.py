"""What a cell is called, as people speak: by its addresses, its streets, its neighbourhood, or where it lies."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from storage.atlas.addresses import hundreds, spoken
from storage.atlas.areas import Area, features, name_in
from storage.kit.errors import Refused

RANGES = re.compile(r"([lr]?_?(from|to)_?(hn|addr?e?s*s?|number)?|[lr][ft]?add)", re.IGNORECASE)  # TIGER's and ours


class Place(NamedTuple):
    """A cell to be named: its division, its shape in degrees, the addresses of its homes."""

    division: Area
    shape: BaseGeometry
    addresses: Sequence[str]


@dataclass(frozen=True, eq=False)
class Street:
    """A named line in degrees, with the house numbers along it where they are known."""

    name: str
    line: BaseGeometry
    numbers: tuple[int, ...] = ()


def read_streets(path: Path, *, name: str = "") -> list[Street]:
    """All named lines of a GeoJSON file; lines without a name are left out, as footpaths have none."""
    found = []
    for properties, line in features(path):
        try:
            called = name_in(properties, name)
        except Refused:
            continue
        if shapely.get_dimensions(line) == 1:
            found.append(Street(called, line, tuple(_numbers(properties))))
    return sorted(found, key=lambda street: (street.name, street.numbers, shapely.to_wkb(street.line)))


def labels_of(places: Sequence[Place], streets: Sequence[Street], neighborhoods: Sequence[Area]) -> list[str]:
    """A label for each place, no two alike in one division; numbers run from north-west to south-east."""
    along = _streets_through(places, streets)
    quarter = _neighborhoods_around(places, neighborhoods)
    street = [spoken(place.addresses) or _from_streets(along[i]) for i, place in enumerate(places)]
    stems = [street[i] or quarter[i] or _position(place) for i, place in enumerate(places)]
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, stem in enumerate(stems):
        alike[places[i].division.name, stem].append(i)
    for (_, stem), cells in alike.items():
        if len(cells) == 1 and street[cells[0]]:
            continue
        for number, i in enumerate(sorted(cells, key=lambda i: _reading_order(places[i])), start=1):
            stems[i] = f"{stem}, cell {number}"
    return stems


def _from_streets(along: Sequence[tuple[Street, float]]) -> str:
    """The longest street in the cell with its numbers, or with the street that crosses it."""
    length: dict[str, float] = defaultdict(float)
    numbers: dict[str, list[int]] = defaultdict(list)
    for street, metres in along:
        length[street.name] += metres
        numbers[street.name] += street.numbers
    names = sorted(length, key=lambda name: (-length[name], name))
    if not names:
        return ""
    if numbers[names[0]]:
        return hundreds(numbers[names[0]], names[0])
    return " and ".join(names[:2])


def _streets_through(places: Sequence[Place], streets: Sequence[Street]) -> list[list[tuple[Street, float]]]:
    """For each place the streets that run through it and how far, by their order in `streets`."""
    through: list[list[tuple[Street, float]]] = [[] for _ in places]
    tree = shapely.STRtree([street.line for street in streets])
    cells, lines = tree.query([place.shape for place in places], predicate="intersects")
    for cell, line in sorted(zip(cells.tolist(), lines.tolist(), strict=True)):
        length = round(streets[line].line.intersection(places[cell].shape).length, 9)
        if length > 0:
            through[cell].append((streets[line], length))
    return through


def _neighborhoods_around(places: Sequence[Place], neighborhoods: Sequence[Area]) -> list[str]:
    """For each place the neighbourhood that holds its middle, or the empty text."""
    found = [""] * len(places)
    tree = shapely.STRtree([area.shape for area in neighborhoods])
    cells, areas = tree.query([place.shape.representative_point() for place in places], predicate="intersects")
    for cell, area in sorted(zip(cells.tolist(), areas.tolist(), strict=True), reverse=True):
        found[cell] = neighborhoods[area].name
    return found


def _position(place: Place) -> str:
    """`north-east of Central`: which ninth of its division's bounds the cell's middle lies in."""
    west, south, east, north = shapely.bounds(place.division.shape)
    middle = place.shape.centroid
    across = int(np.clip((middle.x - west) / (east - west) * 3, 0, 2))
    up = int(np.clip((middle.y - south) / (north - south) * 3, 0, 2))
    words = [("south", "", "north")[up], ("west", "", "east")[across]]
    return f"{'-'.join(word for word in words if word) or 'middle'} of {place.division.name}"


def _reading_order(place: Place) -> tuple[float, float, bytes]:
    middle = place.shape.centroid
    return -round(middle.y, 3), middle.x, shapely.to_wkb(place.shape)


def _numbers(properties: Any) -> Iterator[int]:
    """House numbers in the properties of a street: `from`, `to`, and the four of TIGER and OpenAddresses."""
    for key, value in properties.items():
        if RANGES.fullmatch(key) and str(value).strip().isdigit():
            yield int(value)
