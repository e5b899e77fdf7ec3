"""An atlas as bytes, for keeping and for browsers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from storage.atlas.building import build
from storage.atlas.files import (
    atlas_bytes,
    atlas_from,
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
    assert [larger.cells for larger in again.larger] == [larger.cells for larger in atlas.larger]


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
