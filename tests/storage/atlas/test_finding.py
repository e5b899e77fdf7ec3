"""Every point has one cell, also on shared borders."""

from __future__ import annotations

import math

import shapely
from hypothesis import given, settings, strategies as st

from storage.atlas.finding import Finder

HALVES = [shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 2)]
FAN = [  # four triangles around (1, 1), one of them with a hole that a fifth fills
    shapely.Polygon([(0, 0), (2, 0), (1, 1)]),
    shapely.Polygon([(2, 0), (2, 2), (1, 1)]),
    shapely.Polygon([(2, 2), (0, 2), (1, 1)], [[(0.9, 1.6), (1.1, 1.6), (1.1, 1.7), (0.9, 1.7)]]),
    shapely.Polygon([(0, 2), (0, 0), (1, 1)]),
    shapely.box(0.9, 1.6, 1.1, 1.7),
]
coordinates = st.one_of(st.sampled_from([0.0, 0.9, 1.0, 1.1, 1.6, 1.7, 0.5, 1.5]), st.floats(0, 1.99, allow_nan=False))


def test_a_point_inside_finds_its_shape() -> None:
    """A point strictly inside belongs to that shape; a point outside all belongs to none."""
    found = Finder(HALVES).find([0.5, 1.5, 2.5], [1, 1, 1])

    assert found.tolist() == [0, 1, -1]


def test_a_point_on_a_shared_border_belongs_to_the_east() -> None:
    """A point on an upright border belongs to the shape east of it, and to no other."""
    assert Finder(HALVES).find([1.0], [1.0]).tolist() == [1]
    assert Finder(HALVES[::-1]).find([1.0], [1.0]).tolist() == [0]


def test_a_point_on_a_level_border_belongs_to_the_north() -> None:
    """A point on a level border belongs to the shape north of it."""
    assert Finder([shapely.box(0, 0, 1, 1), shapely.box(0, 1, 1, 2)]).find([0.5], [1.0]).tolist() == [1]


def test_what_is_no_number_is_nowhere() -> None:
    """Nan and endless coordinates are in no shape."""
    assert Finder(HALVES).find([math.nan, math.inf, 1e300], [1, -math.inf, 1]).tolist() == [-1, -1, -1]


def test_a_hole_is_outside() -> None:
    """A point in the hole of a ring is not in the shape."""
    assert Finder(FAN[:4]).find([1.0], [1.65]).tolist() == [-1]


def test_a_shape_in_several_parts_is_one() -> None:
    """A point in any part of a shape finds it."""
    islands = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])

    assert Finder([islands]).find([0.5, 1.5, 2.5], [0.5, 0.5, 0.5]).tolist() == [0, -1, 0]


@settings(deadline=None)
@given(coordinates, coordinates)
def test_every_point_has_exactly_one_shape(lon: float, lat: float) -> None:
    """Wherever a point lies in a tiling, corners and borders included, exactly one shape holds it."""
    holders = [i for i, shape in enumerate(FAN) if Finder([shape]).find([lon], [lat])[0] == 0]

    assert holders == Finder(FAN).find([lon], [lat]).tolist()
    assert len(holders) == 1
