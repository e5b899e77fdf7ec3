"""What an operator is told of a build."""

from __future__ import annotations

import numpy as np

from storage.atlas.areas import Area
from storage.atlas.building import build
from storage.atlas.homes import Homes
from tests.storage.atlas.cities import DIVISIONS, EAST, WEST, homes_at, some_homes


def test_homes_outside_are_counted() -> None:
    """A home in no division goes into no cell, and the report says how many there were."""
    inside, beyond = some_homes(), homes_at([(11.0, 50.0), (9.0, 50.0)])
    homes = Homes(np.concatenate([inside.lon, beyond.lon]), np.concatenate([inside.lat, beyond.lat]), [""] * 302)

    atlas, report = build(DIVISIONS, homes)

    assert report.outside == 2
    assert report.homes == sum(block.homes for block in atlas.blocks) == 300


def test_the_report_tells_what_was_found() -> None:
    """The report gives cells, smallest, median and largest count, refused rows and mended polygons, in words."""
    bent = Area("West", WEST.shape, mended=True)
    homes = some_homes()

    _, report = build([bent, EAST], Homes(homes.lon, homes.lat, homes.addresses, {"zero": 3}))

    assert (report.divisions, report.homes, report.mended) == (2, 300, ("West",))
    assert 12 <= report.least <= report.median <= report.most
    assert report.larger[1] >= 24
    assert f"larger blocks: {report.larger[0]}, of {report.larger[1]} to {report.larger[2]} homes" in report.lines()
    assert "rows refused: 3 zero" in report.lines()
    assert "polygons mended: West" in report.lines()


def test_torn_hundred_blocks_are_counted() -> None:
    """One whose homes lie too far apart for one cell is named as what it is; without addresses nothing is said."""
    near = [(10.02 + i * 1e-4, 50.002) for i in range(30)]
    far = [(10.02 + i * 1e-4, 50.008) for i in range(30)]

    _, torn = build([EAST], homes_at([*near, *far], ["2400 Park Ave"] * 60))
    _, silent = build([EAST], homes_at([*near, *far]))

    assert "hundred-blocks: 1, 1 of them in more than one cell" in torn.lines()
    assert not any("hundred" in line for line in silent.lines())
