"""The ring around a cell is the cells of its division that touch it, told by cells alone."""

from __future__ import annotations

from storage.atlas.around import around, cells_of, places_with
from storage.atlas.demo import demo_atlas
from storage.kit.ids import BlockId
from tests.workers.airlock.alerted_town import street


def test_a_cells_ring_is_what_touches_it_in_its_division() -> None:
    """On a street the neighbour on either side; at a division's border nothing beyond it."""
    atlas = street()
    cells = [block.id for block in atlas.blocks]

    assert [around(atlas, cell) for cell in cells] == [
        {cells[1]},
        {cells[0], cells[2]},
        {cells[1], cells[3]},
        {cells[2]},
        frozenset(),
    ]


def test_a_larger_blocks_ring_is_around_all_of_it() -> None:
    """None of its own cells is of it."""
    atlas = street()
    cells = [block.id for block in atlas.blocks]
    first = next(larger for larger in atlas.larger if cells[0] in larger.cells)

    assert cells_of(atlas, first.id) == set(cells[:2])
    assert around(atlas, first.id) == {cells[2]}
    assert places_with(atlas, frozenset({cells[0]})) == {cells[0], first.id}


def test_a_place_of_an_earlier_map_is_itself_alone() -> None:
    """Nothing is guessed of where it was."""
    gone = BlockId("gone")

    assert (cells_of(street(), gone), around(street(), gone)) == ({gone}, frozenset())


def test_rings_are_mutual_and_never_empty_in_a_city() -> None:
    """Who is around me has me around them: else the ring would say more of one than of the other."""
    atlas = demo_atlas()
    rings = {block.id: around(atlas, block.id) for block in atlas.blocks[:60]}

    assert all(rings.values())
    assert not [(a, b) for a, ring in rings.items() for b in ring if b in rings and a not in rings[b]]
    of = {block.id: block.division for block in atlas.blocks}
    assert not [(a, b) for a, ring in rings.items() for b in ring if of[a] != of[b]]
