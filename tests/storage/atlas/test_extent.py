"""Ground is measured in miles and metres, whatever the latitude."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shapely.affinity import translate

from storage.atlas.extent import extent
from storage.kit.ids import BlockId
from tests.storage.footage.asked import ACROSS, DOWN, MILES, SIDE, atlas, square


def test_a_square_has_its_measure() -> None:
    """And several have that of all; one named twice counts once, one the version has not is not there."""
    found = extent(atlas(), [square(0), square(1), BlockId("of old")])

    assert found.miles == pytest.approx({square(0): MILES, square(1): MILES}, rel=1e-4)
    assert found.area([square(0), square(1), square(0)]) == pytest.approx(2 * MILES, rel=1e-4)
    assert extent(atlas(), []).miles == {}


def test_a_square_far_from_the_equator_is_narrower() -> None:
    """By the cosine of its latitude: at 60 degrees half as wide."""
    here = atlas()
    moved = tuple(replace(one, shape=translate(one.shape, yoff=60)) for one in here.blocks)

    found = extent(replace(here, blocks=moved), [square(3, 3)])

    assert found.miles[square(3, 3)] == pytest.approx(MILES / 2, rel=1e-3)


def test_what_touches_and_what_lies_near() -> None:
    """Corners touch; one square left out is near, two are not; each is among its own."""
    whole = [square(x, y) for x in range(ACROSS) for y in range(DOWN)]

    found = extent(atlas(), whole)

    assert found.touching[square(5, 2)] == {square(x, y) for x in (4, 5, 6) for y in (1, 2, 3)}
    row = {square(x) for x in range(ACROSS)}
    assert found.near[square(5)] & row == {square(x) for x in range(3, 8)}
    assert SIDE > 0
