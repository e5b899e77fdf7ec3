"""The invented city that demos and tests live in."""

from __future__ import annotations

import re

import shapely

from storage.atlas.demo import demo_atlas
from storage.atlas.files import atlas_bytes, atlas_from
from tests.storage.atlas.cities import overlap


def test_six_divisions_of_a_few_hundred_cells() -> None:
    """The city has the six divisions of the product, a few hundred cells in all, each with at least twelve homes."""
    atlas = demo_atlas()

    assert [d.name for d in atlas.divisions] == ["Central", "East", "Metro", "North", "Shoal Creek", "South"]
    assert 200 < len(atlas.blocks) < 500
    assert min(block.homes for block in atlas.blocks) >= atlas.k == 12
    assert min(len(atlas.blocks_of(division.id)) for division in atlas.divisions) > 20


def test_it_says_that_it_is_invented() -> None:
    """The atlas and its file say so, and the city lies in the open ocean."""
    west, south, east, north = shapely.total_bounds([d.shape for d in demo_atlas().divisions])

    assert atlas_from(atlas_bytes(demo_atlas())).invented
    assert -41 < west < east < -39
    assert 9 < south < north < 11


def test_labels_read_as_people_speak() -> None:
    """Every cell is called by the hundreds of an avenue."""
    labels = [block.label for block in demo_atlas().blocks]

    assert all(re.fullmatch(r"\d+00-\d+00 \w+ Ave( and \w+ Ave)?(, cell \d)?", label) for label in labels)
    assert sum("cell" in label for label in labels) < 10


def test_it_is_whole_and_always_the_same() -> None:
    """The cells tile the divisions, and the same city is made on every machine."""
    atlas = demo_atlas()

    assert overlap(atlas) < 1e-15
    assert atlas.digest == "cc3b54626fb8ae1d35f931e097d7288f6adca72147288d6ef4456e89c48ab5fc"
