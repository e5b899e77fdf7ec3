"""An atlas as bytes, for keeping and for browsers."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from storage.atlas.building import build
from storage.atlas.files import (
    atlas_bytes,
    atlas_from,
    cell_file,
    cells_geojson,
    divisions_geojson,
    read_atlas,
    sealed,
    write_atlas,
)
from storage.atlas.shapes import Atlas, larger_id
from storage.kit.errors import Malformed
from storage.kit.ids import BlockId
from tests.storage.atlas.cities import DIVISIONS, some_homes


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """Two divisions of some cells."""
    return build(DIVISIONS, some_homes(), invented=True)[0]


def test_an_atlas_comes_back_as_it_was_written(atlas: Atlas, tmp_path: Path) -> None:
    """Writing and reading gives the same atlas, to the byte."""
    write_atlas(atlas, tmp_path / "atlas.geojson")

    again = read_atlas(tmp_path / "atlas.geojson")

    assert atlas_bytes(again) == atlas_bytes(atlas)
    assert (again.k, again.invented, again.digest) == (12, True, atlas.digest)


def test_the_file_is_plain_geojson(atlas: Atlas) -> None:
    """Any map program can read the file: one FeatureCollection of divisions and cells."""
    file = json.loads(atlas_bytes(atlas))

    kinds = [feature["properties"]["kind"] for feature in file["features"]]
    assert file["type"] == "FeatureCollection"
    assert (kinds.count("division"), kinds.count("cell")) == (2, len(atlas.blocks))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"homes":1', '"homes":9'),
        ('"k":12', '"k":8'),
        ('"invented":true', '"invented":false'),
        ("cell 1", "cell one"),
        ("50.01]", "50.02]"),
        ('"division":"', '"author":"x","division":"'),
        ("{", ""),
    ],
)
def test_a_changed_file_is_refused(atlas: Atlas, was: str, becomes: str) -> None:
    """A file that was edited after it was built is not taken."""
    text = atlas_bytes(atlas).decode()

    with pytest.raises(Malformed):
        atlas_from(text.replace(was, becomes).encode())


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff\xfe", b'{"type":"FeatureCollection","features":[]}'])
def test_what_is_no_atlas_is_malformed(raw: bytes) -> None:
    """Other bytes are called malformed."""
    with pytest.raises(Malformed):
        atlas_from(raw)


def test_a_browser_gets_all_cells_of_a_division_and_nothing_else(atlas: Atlas) -> None:
    """A cell file holds id, label, homes and division of every cell, at five decimals."""
    division = atlas.divisions[0]

    cells = json.loads(cells_geojson(atlas, division.id))["features"]

    assert [cell["properties"]["id"] for cell in cells] == [block.id for block in atlas.blocks_of(division.id)]
    assert {tuple(cell["properties"]) for cell in cells} == {("id", "label", "homes", "division")}
    corners = [n for cell in cells for pair in cell["geometry"]["coordinates"][0] for n in pair]
    assert all(round(n, 5) == n for n in corners)


def test_larger_blocks_are_a_list_of_their_cells(atlas: Atlas) -> None:
    """In the map's file and in the division's, without a shape of their own."""
    division = atlas.divisions[0].id

    listed = json.loads(cells_geojson(atlas, division))["larger"]

    assert [one["id"] for one in listed] == [larger.id for larger in atlas.larger_of(division)]
    assert {tuple(one) for one in listed} == {("id", "label", "homes", "cells")}
    assert [one.cells for one in atlas_from(atlas_bytes(atlas)).larger] == [one.cells for one in atlas.larger]


def test_a_map_without_larger_blocks_is_what_it_was(atlas: Atlas) -> None:
    """One from before there were any keeps its bytes, and with them its digest."""
    before = sealed(k=atlas.k, invented=True, divisions=atlas.divisions, blocks=atlas.blocks)

    assert b"larger" not in atlas_bytes(before)
    assert atlas_from(atlas_bytes(before)).digest == before.digest != atlas.digest


@pytest.mark.parametrize("wrong", ["twice", "across", "unknown", "homes", "id"])
def test_larger_blocks_that_do_not_nest_are_no_atlas(atlas: Atlas, wrong: str) -> None:
    """A cell in two of them, cells of two divisions, another count: refused though the digest is right."""
    first = atlas.larger[0]
    other = next(block for block in atlas.blocks if block.division != first.division)
    cells = {"twice": first.cells, "across": (first.cells[0], other.id), "unknown": (first.cells[0], BlockId("x"))}.get(
        wrong
    )
    bad = replace(first, id=larger_id(first.division, cells), cells=cells) if cells else replace(first, homes=9)
    if wrong == "id":
        bad = replace(first, id=other.id)
    larger = [*atlas.larger, bad] if wrong == "twice" else [bad]
    file = sealed(k=12, invented=True, divisions=atlas.divisions, blocks=atlas.blocks, larger=larger)

    with pytest.raises(Malformed):
        atlas_from(atlas_bytes(file))


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
