"""Larger blocks: every two places a post may carry hold one another or share no home."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings, strategies as st

from storage.atlas.building import build
from storage.atlas.finding import Finder
from storage.atlas.nesting import larger_blocks
from storage.atlas.shapes import Atlas, Block, block_id, division_id
from tests.storage.atlas.cities import DIVISIONS, EAST, homes_at, some_homes

TOWN = division_id("Town")


def a_cell(west: float, south: float, east: float, north: float, homes: int = 14, division: str = "Town") -> Block:
    """A rectangle in hundreds of steps."""
    shape, where = shapely.box(*(n / 1000 for n in (west, south, east, north))), division_id(division)
    return Block(block_id(where, shape), f"{west:g}-{east:g} {south:g}th St", homes, where, shape)


def joined(*cells: Block) -> list[set[int]]:
    """Which cells, by their order here, are one larger block."""
    number = {cell.id: n for n, cell in enumerate(cells)}
    return sorted(({number[cell] for cell in larger.cells} for larger in larger_blocks(cells)), key=min)


def demand_nested(atlas: Atlas) -> None:
    """Larger blocks tile each division with whole cells, so that any two places nest; no two are called alike."""
    named: dict[str, set[str]] = {}
    for larger in atlas.larger:
        cells = [atlas.block(cell) for cell in larger.cells]
        assert len(cells) > 1
        assert {cell.division for cell in cells if cell} == {larger.division}
        assert larger.homes == sum(cell.homes for cell in cells if cell)
        named[larger.id] = set(larger.cells)
    alone = {d.id for d in atlas.divisions if len(atlas.blocks_of(d.id)) == 1}
    assert sorted(cell for cells in named.values() for cell in cells) == sorted(
        block.id for block in atlas.blocks if block.division not in alone
    )
    places = [*named.values(), *({block.id} for block in atlas.blocks)]
    assert all(one <= other or other <= one or not one & other for one, other in combinations(places, 2))
    every = [(place.division, place.label) for place in (*atlas.blocks, *atlas.larger)]
    assert len(set(every)) == len(every)


def test_the_smallest_joins_whom_it_borders_most() -> None:
    """Not the nearest, nor the one it is called after."""
    small, long, short, far = (
        a_cell(0, 0, 4, 4, homes=12),
        a_cell(4, 0, 8, 4, homes=20),
        a_cell(0, 4, 2, 8, homes=20),
        a_cell(2, 4, 8, 8, homes=20),
    )

    assert joined(small, long, short, far)[0] >= {0, 1}


def test_who_lives_there_decides_nothing() -> None:
    """The same shapes and counts under other names in another order are joined alike."""
    row = [a_cell(n * 2, 0, n * 2 + 2, 2, homes=12 + n % 3) for n in range(9)]

    assert {larger.cells for larger in larger_blocks(row)} == {larger.cells for larger in larger_blocks(row[::-1])}


def test_a_full_one_takes_no_more_unless_it_must() -> None:
    """Up to four cells are joined; what borders only full ones is not left alone."""
    row = [a_cell(n * 2, 0, n * 2 + 2, 2) for n in range(12)]
    star = [a_cell(0, 0, 10, 2, homes=30), *(a_cell(n * 2, 2, n * 2 + 1, 4) for n in range(5))]

    assert all(2 <= len(cells) <= 4 for cells in joined(*row))
    assert joined(*star) == [{0, 1, 2, 3, 4, 5}]


def test_an_island_joins_the_nearest_and_a_lone_cell_none() -> None:
    """Across the water, but never across the border of a division."""
    assert joined(a_cell(0, 0, 2, 2), a_cell(5, 0, 7, 2), a_cell(7, 0, 9, 2, division="Other")) == [{0, 1}]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(1, 29_999), st.integers(0, 9_999)), min_size=60, max_size=160), st.booleans())
def test_any_two_places_of_any_city_nest(places: list[tuple[int, int]], addressed: bool) -> None:
    """For any homes, with streets or without: so n posts of one author meet in the smallest place they named."""
    fill = [(x, y) for x in (2_000, 25_000) for y in range(500, 9_500, 600)]
    points = [(10 + x * 1e-6, 50 + y * 1e-6) for x, y in [*places, *fill]]
    addresses = [f"{y // 20} {'ABCDEFGH'[x // 4_000]} St" if addressed else "" for x, y in [*places, *fill]]

    atlas, _ = build(DIVISIONS, homes_at(points, addresses))

    demand_nested(atlas)


def test_any_two_homes_of_a_larger_block_carry_the_same_place() -> None:
    """Wherever in it somebody stands, what a post says is the larger block's id, label and count, and nothing else."""
    homes = some_homes()
    atlas, _ = build([EAST], homes_at([(x, y) for x, y in zip(homes.lon, homes.lat, strict=True) if x > 10.0142]))
    of_cell = {cell: larger for larger in atlas.larger for cell in larger.cells}

    said: dict[str, set[tuple[str, str, int]]] = {}
    for place in Finder([block.shape for block in atlas.blocks]).find(homes.lon, homes.lat):
        if place >= 0:
            larger = of_cell[atlas.blocks[place].id]
            said.setdefault(larger.id, set()).add((larger.id, larger.label, larger.homes))

    assert len(said) == len(atlas.larger) > 3
    assert all(len(words) == 1 for words in said.values())
    assert np.min([larger.homes for larger in atlas.larger]) >= 24
