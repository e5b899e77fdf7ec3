"""What a browser finds its cell with."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest

from storage.atlas.building import build
from storage.atlas.cell_files import cell_file, cells_geojson, divisions_geojson
from storage.atlas.shapes import Atlas
from tests.storage.atlas.cities import DIVISIONS, some_homes


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """Two divisions of some cells."""
    return build(DIVISIONS, some_homes(), invented=True)[0]


def test_a_browser_gets_all_cells_of_a_division_and_nothing_else(atlas: Atlas) -> None:
    """A cell file holds id, label, homes and division of every cell, at five decimals."""
    division = atlas.divisions[0]

    cells = json.loads(cells_geojson(atlas, division.id))["features"]

    assert [cell["properties"]["id"] for cell in cells] == [block.id for block in atlas.blocks_of(division.id)]
    assert {tuple(cell["properties"]) for cell in cells} == {("id", "label", "homes", "division")}
    corners = [n for cell in cells for pair in cell["geometry"]["coordinates"][0] for n in pair]
    assert all(round(n, 5) == n for n in corners)


def test_a_cell_file_is_named_by_its_content(atlas: Atlas) -> None:
    """The SHA-256 is of the plain bytes, the packed bytes unpack to them, and it is made once."""
    file = cell_file(atlas, atlas.divisions[0].id)

    assert file.sha256 == hashlib.sha256(file.raw).hexdigest()
    assert gzip.decompress(file.gzipped) == file.raw
    assert cell_file(atlas, atlas.divisions[0].id) is file


def test_divisions_name_their_cell_files(atlas: Atlas) -> None:
    """The list of divisions says where each one's cells are, and that the city is invented."""
    listed = json.loads(divisions_geojson(atlas, lambda division, sha256: f"/cells/{division}/{sha256}"))["features"]

    assert [d["properties"]["name"] for d in listed] == ["East", "West"]
    assert all(d["properties"]["invented"] for d in listed)
    east = atlas.divisions[0].id
    assert listed[0]["properties"]["cells"] == f"/cells/{east}/{cell_file(atlas, east).sha256}"


def test_larger_blocks_are_a_list_of_their_cells(atlas: Atlas) -> None:
    """By their places in the file, without a shape of their own."""
    division = atlas.divisions[0].id

    file = json.loads(cells_geojson(atlas, division))

    listed = file["larger"]
    assert [one["id"] for one in listed] == [larger.id for larger in atlas.larger_of(division)]
    named = [[file["features"][place]["properties"]["id"] for place in one["cells"]] for one in listed]
    assert named == [list(larger.cells) for larger in atlas.larger_of(division)]
    assert {tuple(one) for one in listed} == {("id", "label", "homes", "cells")}
