"""Named polygons from a GeoJSON file: mended where they can be, named where they were, refused where not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape as shape_of
from shapely.geometry.base import BaseGeometry

from storage.kit.errors import Malformed, Refused

NAME_PROPERTIES = ("division", "name", "precinct", "label", "fullname", "street")
OVERLAP = 0.001  # share of the smaller area: digitised borders overlap by slivers, divisions do not
CITY_DEGREES = 5.0  # wider than any city, and narrow enough for the whole-number rule in finding.py


@dataclass(frozen=True, eq=False)
class Area:
    """A named polygon in degrees, lon lat; `mended` says whether it came in invalid."""

    name: str
    shape: BaseGeometry
    mended: bool = False


def read_areas(path: Path, *, name: str = "") -> list[Area]:
    """All polygons of a file, one Area for each name, by name; `name` is the property that holds it."""
    pieces: dict[str, list[Area]] = {}
    for properties, shape in features(path):
        called = name_in(properties, name)
        pieces.setdefault(called, []).append(_mended(called, shape))
    return [_together(pieces[called]) for called in sorted(pieces)]


def features(path: Path) -> Iterable[tuple[Mapping[str, Any], BaseGeometry]]:
    """Properties and shape of every feature; Malformed for no FeatureCollection, Refused if not in degrees."""
    try:
        found = json.loads(path.read_bytes())["features"]
        pairs = [(f.get("properties") or {}, shape_of(f["geometry"] or _NOTHING)) for f in found]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ShapelyError) as error:
        raise Malformed(f"{path.name} is not a GeoJSON FeatureCollection.") from error
    west, south, east, north = shapely.total_bounds([shape for _, shape in pairs])
    if west < -180 or south < -90 or east > 180 or north > 90:
        raise Refused(f"{path.name} is not in degrees, longitude first (EPSG:4326).", code="not_degrees")
    return pairs


def name_in(properties: Mapping[str, Any], wanted: str) -> str:
    """The feature's name: property `wanted`, or else the first of NAME_PROPERTIES, in any case; Refused for none."""
    by_name = {key.casefold(): value for key, value in properties.items()}
    for key in [wanted.casefold()] if wanted else NAME_PROPERTIES:
        if str(by_name.get(key) or "").strip():
            return " ".join(str(by_name[key]).split())
    raise Refused("A feature has no name.", code="no_name", fields={wanted or "name": "missing"})


def must_be_divisions(areas: Sequence[Area]) -> None:
    """Refused, naming them, unless these are polygons of one city that do not overlap."""
    if not areas:
        raise Refused("There is no division in the file.", code="no_division")
    for area in areas:
        if area.shape.is_empty:
            raise Refused(f"Division {area.name} has no shape.", code="no_shape")
    west, south, east, north = shapely.total_bounds([area.shape for area in areas])
    if east - west > CITY_DEGREES or north - south > CITY_DEGREES:
        raise Refused("The divisions lie too far apart for one city.", code="not_a_city")
    for one, other in combinations(areas, 2):
        shared = one.shape.intersection(other.shape).area
        if shared > OVERLAP * min(one.shape.area, other.shape.area):
            raise Refused(f"Divisions {one.name} and {other.name} overlap.", code="overlap")


_NOTHING = {"type": "GeometryCollection", "geometries": []}


def _mended(name: str, shape: BaseGeometry) -> Area:
    valid = shapely.is_valid(shape)
    return Area(name, _polygons(shape if valid else shapely.make_valid(shape)), mended=not valid)


def _together(areas: list[Area]) -> Area:
    shape = shapely.unary_union([area.shape for area in areas])
    return Area(areas[0].name, shape, mended=any(area.mended for area in areas))


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """The polygons in a shape, without the lines and points that mending can leave."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.unary_union(parts[shapely.get_dimensions(parts) == 2])
