"""The build from files: made-up ones, and real cities where the shared data are there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from storage.atlas.areas import read_areas
from storage.atlas.building import build
from storage.atlas.from_files import Properties, build_from_files
from storage.atlas.homes import Columns, read_homes
from storage.kit.errors import Refused
from tests.storage.atlas.cities import DIVISIONS, homes_at, overlap, some_homes

GEODATA = Path(__file__).parents[4] / "shared" / "geodata"
real = pytest.mark.skipif(not GEODATA.is_dir(), reason="the shared geodata are not beside this checkout")

KC_DIVISIONS = GEODATA / "kc-STANDIN-divisions-from-council-districts.geojson"  # not the real patrol divisions
CUTS = ["kc-parcels-dense-northeast.csv", "kc-parcels-suburban-shoalcreek.csv", "kc-parcels-rural-northland.csv"]


def a_collection(path: Path, features: list[tuple[dict[str, object], BaseGeometry]]) -> Path:
    """A GeoJSON file."""
    listed = [{"type": "Feature", "properties": p, "geometry": shapely.geometry.mapping(g)} for p, g in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}))
    return path


def test_files_become_an_atlas(tmp_path: Path) -> None:
    """Divisions, homes and streets in files of other people's naming give the atlas that `build` gives."""
    homes = some_homes()
    rows = [f"{lon},{lat},x" for lon, lat in zip(homes.lon, homes.lat, strict=True)]
    csv = tmp_path / "homes.csv"
    csv.write_text("\n".join(["e,n,kind", *rows, "10,50,y"]))
    divisions = a_collection(tmp_path / "d.geojson", [({"beat": area.name}, area.shape) for area in DIVISIONS])
    street = shapely.LineString([(10.0, 50.0), (10.03, 50.01)])

    atlas, report = build_from_files(
        divisions=divisions,
        homes=csv,
        where="kind=x",
        streets=a_collection(tmp_path / "s.geojson", [({"road": "Long Rd"}, street)]),
        neighborhoods=a_collection(tmp_path / "n.geojson", [({"n": "Old Town"}, shapely.box(10, 50, 10.03, 50.005))]),
        columns=Columns("e", "n"),
        properties=Properties("beat", "road", "n"),
    )

    assert {b.id for b in atlas.blocks} == {b.id for b in build(DIVISIONS, homes)[0].blocks}
    assert report.homes == 300
    stems = {block.label.split(",")[0] for block in atlas.blocks}
    assert {"Long Rd", "Old Town"} < stems
    assert any("of West" in stem or "of East" in stem for stem in stems)


@real
@pytest.mark.parametrize("cut", CUTS)
def test_real_homes_hide_among_twelve(cut: str) -> None:
    """In grid, cul-de-sacs and scattered farmhouses alike, each home finds a cell of at least twelve."""
    homes = read_homes(GEODATA / cut, where="landuse=Residential")
    around = shapely.box(homes.lon.min(), homes.lat.min(), homes.lon.max(), homes.lat.max()).buffer(0.001)
    areas = [
        area for area in read_areas(KC_DIVISIONS) if shapely.contains_xy(area.shape, homes.lon, homes.lat).sum() >= 12
    ]

    atlas, report = build(areas, homes, neighborhoods=read_areas(GEODATA / "kc-neighborhoods-145.geojson"))

    assert report.least >= 12
    assert report.homes + report.outside == len(homes.lon)
    assert overlap(atlas) < 1e-12
    assert shapely.unary_union([block.shape for block in atlas.blocks]).intersects(around)


@real
def test_real_polygons_that_are_broken_are_mended_by_name() -> None:
    """Four of Kansas City's 145 neighbourhoods come in invalid; they are mended and named."""
    areas = read_areas(GEODATA / "kc-neighborhoods-145.geojson")

    mended = [area.name for area in areas if area.mended]
    assert mended == ["Hidden Valley", "Mission Lake", "Richards Gebaur", "Stayton Meadows"]
    assert all(area.shape.is_valid for area in areas)


@real
def test_real_precincts_are_tiled() -> None:
    """Seattle's five precincts, a real division set of many islands, are tiled without gap or overlap."""
    areas = read_areas(GEODATA / "seattle-spd-precincts.geojson")
    west, south, east, north = shapely.total_bounds([area.shape for area in areas])
    spread = [
        (west + (east - west) * (i * 0.618034 % 1), south + (north - south) * (i * 0.414214 % 1)) for i in range(2000)
    ]

    atlas, report = build(areas, homes_at(spread))

    assert [division.name for division in atlas.divisions] == ["E", "N", "S", "SW", "W"]
    assert report.least >= 12
    assert overlap(atlas) < 1e-12


@real
def test_neighbourhoods_are_no_divisions() -> None:
    """Polygons without homes in them are refused as divisions, by name."""
    with pytest.raises(Refused, match="holds 0 homes"):
        build_from_files(divisions=GEODATA / "kc-neighborhoods-145.geojson", homes=GEODATA / CUTS[0])
