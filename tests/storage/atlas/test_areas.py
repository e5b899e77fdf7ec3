"""Polygons that come in: mended, named, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from storage.atlas.areas import Area, must_be_divisions, read_areas
from storage.kit.errors import Malformed, Refused

SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]
BOW_TIE = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]


def a_file(folder: Path, *features: tuple[dict[str, Any], Any]) -> Path:
    """A GeoJSON file of polygons with properties."""
    path = folder / "areas.geojson"
    kinds = [{"type": "Polygon", "coordinates": c} if isinstance(c, list) else c for _, c in features]
    listed = [{"type": "Feature", "properties": f[0], "geometry": k} for f, k in zip(features, kinds, strict=True)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}))
    return path


def test_areas_come_by_name(tmp_path: Path) -> None:
    """Areas are read in the order of their names, under the usual property, whatever its case."""
    areas = read_areas(a_file(tmp_path, ({"NAME": "South  Side"}, SQUARE), ({"NAME": "East"}, SQUARE)))

    assert [area.name for area in areas] == ["East", "South Side"]


def test_the_property_that_names_can_be_chosen(tmp_path: Path) -> None:
    """With `name=` another property names the areas, and a feature without it is refused."""
    path = a_file(tmp_path, ({"name": "x", "code": 7}, SQUARE))

    assert [area.name for area in read_areas(path, name="CODE")] == ["7"]
    with pytest.raises(Refused):
        read_areas(path, name="beat")


def test_an_invalid_polygon_is_mended_and_says_so(tmp_path: Path) -> None:
    """A bow tie becomes two valid triangles, marked as mended."""
    (area,) = read_areas(a_file(tmp_path, ({"name": "Bow"}, BOW_TIE)))

    assert area.mended
    assert area.shape.is_valid
    assert area.shape.area == pytest.approx(0.5)


def test_features_of_one_name_are_one_area(tmp_path: Path) -> None:
    """A division exported in several features is one."""
    other = [[[2, 0], [3, 0], [3, 1], [2, 1], [2, 0]]]

    (area,) = read_areas(a_file(tmp_path, ({"name": "Isles"}, SQUARE), ({"name": "Isles"}, other)))

    assert area.shape.area == 2


@pytest.mark.parametrize("text", ["", "[]", '{"features": 3}', '{"features": [{"geometry": {"type": "Blob"}}]}', "{}"])
def test_what_is_no_collection_is_malformed(tmp_path: Path, text: str) -> None:
    """A file that is no FeatureCollection is called malformed, by its name."""
    path = tmp_path / "x.geojson"
    path.write_text(text)

    with pytest.raises(Malformed, match=r"x\.geojson"):
        read_areas(path)


def test_coordinates_that_are_not_degrees_are_refused(tmp_path: Path) -> None:
    """Metres of some map projection are refused."""
    with pytest.raises(Refused, match="degrees"):
        read_areas(a_file(tmp_path, ({"name": "Far"}, [[[0, 0], [5000, 0], [5000, 9000], [0, 0]]])))


@pytest.mark.parametrize("geometry", [None, {"type": "Point", "coordinates": [1, 1]}])
def test_a_division_without_ground_is_refused_by_name(tmp_path: Path, geometry: Any) -> None:
    """A division without a polygon is refused, naming it."""
    with pytest.raises(Refused, match="Nowhere"):
        must_be_divisions(read_areas(a_file(tmp_path, ({"name": "Nowhere"}, geometry), ({"name": "A"}, SQUARE))))


def test_overlapping_divisions_are_refused_by_name() -> None:
    """Two divisions that claim the same ground are refused; slivers from digitising are not."""
    one, other = Area("One", shapely.box(0, 0, 1, 1)), Area("Other", shapely.box(0.5, 0, 1.5, 1))
    sliver = Area("Sliver", shapely.box(0.99999, 0, 2, 1))

    must_be_divisions([one, sliver])
    with pytest.raises(Refused, match="One and Other"):
        must_be_divisions([one, other])


def test_a_city_fits_into_five_degrees() -> None:
    """Divisions half a world apart are a mistake; so is no division at all."""
    with pytest.raises(Refused, match="far apart"):
        must_be_divisions([Area("A", shapely.box(0, 0, 1, 1)), Area("B", shapely.box(60, 0, 61, 1))])
    with pytest.raises(Refused, match="no division"):
        must_be_divisions([])
