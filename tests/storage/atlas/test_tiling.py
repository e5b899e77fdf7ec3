"""Cells on one whole-number grid: no gap, no overlap."""

from __future__ import annotations

import shapely

from storage.atlas.splitting import Box, Split
from storage.atlas.tiling import cells_of, plain, united

SLANTED = shapely.Polygon([(0, 0), (100, 0), (133, 100), (0, 100)])
BESIDE = shapely.Polygon([(100, 0), (200, 0), (200, 100), (133, 100)])
QUARTERS = Split(
    [Box(-10, -10, 50, 41), Box(50, -10, 210, 41), Box(-10, 41, 210, 110)],
    [Box(-10, 41, 210, 41), Box(50, -10, 50, 41)],
)
WHOLE = Split([Box(-10, -10, 210, 110)], [])


def test_cells_tile_both_sides_of_a_border() -> None:
    """A cut that meets a slanted border moves it for both neighbours alike: areas add up, nothing overlaps."""
    cells = cells_of([SLANTED, BESIDE], [QUARTERS, WHOLE])

    assert [cell.division for cell in cells] == [0, 0, 0, 1]
    assert sum(cell.shape.area for cell in cells) == 200 * 100
    assert shapely.unary_union([cell.shape for cell in cells]).area == 200 * 100


def test_corners_are_whole() -> None:
    """Every corner is a whole grid step, the one on the slanted border too."""
    corners = shapely.get_coordinates([cell.shape for cell in cells_of([SLANTED, BESIDE], [QUARTERS, WHOLE])])

    assert (corners == corners.round()).all()


def test_a_division_of_two_islands_is_cut_in_both() -> None:
    """A cut goes through all parts of a division and a cell may have two."""
    islands = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)])
    split = Split([Box(-5, -5, 40, 5), Box(-5, 5, 40, 15)], [Box(-5, 5, 40, 5)])

    cells = cells_of([islands], [split])

    assert [cell.shape.area for cell in cells] == [100, 100]


def test_a_shape_has_one_form() -> None:
    """Corners on a straight line and the place a ring begins do not make another shape."""
    assert plain(shapely.Polygon([(5, 0), (9, 0), (9, 9), (0, 9), (0, 0)])).equals_exact(plain(shapely.box(0, 0, 9, 9)))


def test_neighbours_unite() -> None:
    """Two neighbours whose common side has a corner in only one of them become one shape without it."""
    assert united([shapely.box(0, 0, 1, 2), shapely.Polygon([(1, 0), (2, 0), (2, 2), (1, 2), (1, 1)])]).equals(
        shapely.box(0, 0, 2, 2)
    )
