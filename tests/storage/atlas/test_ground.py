"""Whose ground is whose."""

from __future__ import annotations

import numpy as np
import shapely

from storage.atlas.ground import ground_of

TOWN = shapely.box(0, 0, 100, 100)


def borders(*sites: tuple[float, float]) -> dict[tuple[int, int], float]:
    """How long the sites border each other in TOWN."""
    ground = ground_of(np.array(sites, dtype=float), TOWN)
    return {
        (min(one, other), max(one, other)): round(float(length), 6)
        for one, other, length in zip(ground.one, ground.other, ground.length, strict=True)
    }


def test_the_border_runs_in_the_middle() -> None:
    """Between two homes the line is as far from one as from the other, and counts as long as it is in town."""
    ground = ground_of(np.array([(20.0, 50.0), (60.0, 50.0)]), TOWN)

    assert set(shapely.get_coordinates(ground.lines)[:, 0]) == {40.0}
    assert ground.length.tolist() == [100.0]


def test_neighbours_border_each_other() -> None:
    """Four homes in a square border those beside them, and across the corner nobody for any length."""
    found = borders((25, 25), (75, 25), (25, 75), (75, 75))

    assert {pair: length for pair, length in found.items() if length} == {
        (0, 1): 50,
        (0, 2): 50,
        (1, 3): 50,
        (2, 3): 50,
    }


def test_one_home_has_all_the_ground() -> None:
    """And borders nobody."""
    assert borders((7, 7)) == {}


def test_homes_in_a_line_border_the_next() -> None:
    """Nothing degenerates where all homes stand on one straight road."""
    assert borders((10, 50), (30, 50), (50, 50), (90, 50)) == {(0, 1): 100, (1, 2): 100, (2, 3): 100}
