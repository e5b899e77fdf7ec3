"""What cells are called."""

from __future__ import annotations

import json
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from storage.atlas.areas import Area
from storage.atlas.labels import Place, Street, labels_of, read_streets

TOWN = Area("Central", shapely.box(0, 0, 9, 9))
CELL = shapely.box(7, 7, 9, 9)


def a_place(*addresses: str, shape: BaseGeometry = CELL) -> Place:
    """A cell in the north-east of Central."""
    return Place(TOWN, shape, addresses)


def test_addresses_give_the_hundreds() -> None:
    """Homes are called by the hundreds of the street most of them stand on."""
    places = [
        a_place("2412 Park Ave", "2437  Park Ave", "2440 Park Ave", "2466 Park Ave", "7 Elm St"),
        a_place("12 Elm St Apt 4", "350-352 Elm St Apt 4"),
    ]

    assert labels_of(places, [], []) == ["2400-2500 Park Ave", "0-400 Elm St"]


def test_streets_with_numbers_give_the_hundreds() -> None:
    """Without addresses the longest street in the cell gives its range."""
    park = Street("Park Ave", shapely.LineString([(7, 8), (9, 8)]), (2400, 2498))
    elm = Street("Elm St", shapely.LineString([(8.5, 0), (8.5, 8.2)]), (1, 99))

    assert labels_of([a_place()], [elm, park], []) == ["2400-2500 Park Ave"]


def test_streets_without_numbers_give_the_corner() -> None:
    """Streets without numbers name the two that run longest through the cell; one that touches it does not count."""
    streets = [
        Street("Park Ave", shapely.LineString([(7, 8), (9, 8)])),
        Street("Elm St", shapely.LineString([(8.5, 0), (8.5, 8.2)])),
        Street("Far Rd", shapely.LineString([(6, 6), (7, 7)])),
    ]

    assert labels_of([a_place()], streets, []) == ["Park Ave and Elm St"]


def test_neighbourhoods_are_numbered() -> None:
    """Without streets a cell is numbered within its neighbourhood."""
    assert labels_of([a_place()], [], [Area("Hyde Park", shapely.box(6, 6, 9, 9))]) == ["Hyde Park, cell 1"]


def test_position_is_the_last_resort() -> None:
    """With nothing given a cell is called by where it lies in its division."""
    middle, south = shapely.box(4, 4, 5, 5), shapely.box(4, 0, 5, 1)

    labels = labels_of([a_place(), a_place(shape=middle), a_place(shape=south)], [], [])

    assert labels == ["north-east of Central, cell 1", "middle of Central, cell 1", "south of Central, cell 1"]


def test_no_two_cells_of_a_division_are_called_alike() -> None:
    """Cells of one name are numbered from north-west to south-east."""
    low, high = shapely.box(7, 7, 9, 8), shapely.box(7, 8, 9, 9)

    labels = labels_of([a_place("1 Elm St", shape=low), a_place("9 Elm St", shape=high)], [], [])

    assert labels == ["0-100 Elm St, cell 2", "0-100 Elm St, cell 1"]


def test_streets_are_read_with_their_numbers(tmp_path: Path) -> None:
    """Lines with a name are read with the house numbers of TIGER or plain from and to; nameless ones are left out."""
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    properties = [
        {"FULLNAME": "Park Ave", "LFROMADD": "2400", "LTOADD": "2498", "RFROMADD": None},
        {"name": "Elm St", "from": 1, "to": 99},
        {"name": None},
    ]
    listed = [{"type": "Feature", "properties": p, "geometry": line} for p in properties]
    path = tmp_path / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}))

    streets = read_streets(path)

    assert [(s.name, s.numbers) for s in streets] == [("Elm St", (1, 99)), ("Park Ave", (2400, 2498))]
