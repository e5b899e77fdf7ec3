"""Cells along streets: whole hundred-blocks, merged until k homes hide in each."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from storage.atlas.addresses import Hundred, hundred_of
from storage.atlas.building import build
from storage.atlas.files import atlas_bytes
from storage.atlas.finding import Finder
from storage.atlas.homes import Homes
from storage.atlas.shapes import Atlas
from tests.storage.atlas.cities import DIVISIONS, EAST, demand_kept, homes_at

METRE = 1 / 111_195
APART = 6e-5  # degrees between homes: more than borders are straightened by

Home = tuple[float, float, str]


def a_street(name: str, east: float, hundreds: range, lots: int = 5, north: float = 0.0) -> list[Home]:
    """Homes on both sides of a street in East, a hundred every 100 metres northwards."""
    return [
        (
            10.015 + (east + side * 15) * METRE / 0.64,
            50.001 + (north + (hundred - hundreds.start) * 100 + lot * 90 / lots) * METRE,
            f"{hundred * 100 + lot * 2 + (side + 1) // 2} {name}",
        )
        for hundred in hundreds
        for lot in range(lots)
        for side in (-1, 1)
    ]


def addressed(homes: list[Home]) -> Homes:
    """These homes with their addresses."""
    return homes_at([(lon, lat) for lon, lat, _ in homes], [address for *_, address in homes])


def labels(*streets: list[Home]) -> list[str]:
    """What the cells of a city of these streets are called."""
    return [
        f"{b.label} [{b.homes}]"
        for b in build([EAST], addressed([home for street in streets for home in street]))[0].blocks
    ]


def in_cells(atlas: Atlas, homes: Homes) -> dict[Hundred | None, set[tuple[str, str]]]:
    """Division and cell of each hundred-block's homes."""
    found = Finder([block.shape for block in atlas.blocks]).find(homes.lon, homes.lat)
    cells: dict[Hundred | None, set[tuple[str, str]]] = defaultdict(set)
    for place, address in zip(found.tolist(), homes.addresses, strict=True):
        if place >= 0:
            cells[hundred_of(address)].add((atlas.blocks[place].division, atlas.blocks[place].id))
    return cells


def test_blocks_are_merged_along_their_street() -> None:
    """Ten homes a hundred: two hundreds hide twenty, and no cell takes a half of one or a piece of another street."""
    found = labels(a_street("Park Ave", 0, range(24, 30)), a_street("Elm St", 100, range(24, 30)))

    assert found == [f"{h}00-{h + 2}00 {s} [20]" for s in ("Elm St", "Park Ave") for h in (24, 26, 28)] or found == [
        f"{h}00-{h + 2}00 {s} [20]" for h in (24, 26, 28) for s in ("Elm St", "Park Ave")
    ]


def test_a_block_that_hides_enough_is_a_cell() -> None:
    """Sixteen homes a hundred need no other."""
    assert labels(a_street("Park Ave", 0, range(24, 27), lots=8)) == [
        f"{h}00-{h + 1}00 Park Ave [16]" for h in (24, 25, 26)
    ]


def test_a_short_street_joins_its_neighbour_and_is_named() -> None:
    """A court of six homes cannot hide anybody alone."""
    assert labels(a_street("Park Ave", 0, range(24, 25), lots=7), a_street("Elm Ct", 60, range(1, 2), lots=3)) == [
        "2400-2500 Park Ave and Elm Ct [20]"
    ]


def test_streets_of_one_name_far_apart_are_two() -> None:
    """The same hundred a kilometre away is another block: no cell is strewn over a city."""
    here, there = (a_street("Park Ave", 0, range(24, 26), lots=8, north=north) for north in (0, 700))

    found = labels(here, there)

    assert sorted(found) == [f"{h}00-{h + 1}00 Park Ave, cell {n} [16]" for h in (24, 25) for n in (1, 2)]


def test_what_a_failed_lookup_answered_tears_no_street() -> None:
    """Forty homes of twenty blocks on one point are where they stand, and every other home is where its block is."""
    streets = a_street("Park Ave", 0, range(24, 34), lots=8)
    lost = [(10.02, 50.005, f"{2400 + n * 50} Oak St") for n in range(40)]

    atlas, report = build([EAST], addressed([*streets, *lost]))

    assert len([block for block in atlas.blocks if "Park" in block.label]) == 10
    assert report.least >= 12


def test_a_tower_is_a_city() -> None:
    """Forty homes on one point have all the ground there is."""
    atlas, _ = build([EAST], addressed([(10.02, 50.005, f"{n} Main St") for n in range(40)]))

    assert [(block.label, block.homes) for block in atlas.blocks] == [("0-100 Main St", 40)]
    assert atlas.larger == ()


def test_homes_without_an_address_are_counted_where_they_stand() -> None:
    """A few that say nothing go with the block around them."""
    streets = a_street("Park Ave", 0, range(24, 26), lots=8)
    silent = [(lon + 2e-4, lat, "") for lon, lat, _ in streets[::6]]

    atlas, report = build([EAST], addressed([*streets, *silent]))

    assert sorted(block.label for block in atlas.blocks) == ["2400-2500 Park Ave", "2500-2600 Park Ave"]
    assert report.homes == len(streets) + len(silent)


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_few_addresses_leave_the_city_as_it_was(share: float) -> None:
    """Where most homes say no street, homes are halved as they lie: the cells are those without any address."""
    streets = a_street("Park Ave", 0, range(24, 30), lots=8)
    few = [(lon, lat, a if n < share * len(streets) else "") for n, (lon, lat, a) in enumerate(streets)]
    none = [(lon, lat, "") for lon, lat, _ in streets]

    with_few, without = (build([EAST], addressed(homes))[0] for homes in (few, none))

    assert {block.id for block in with_few.blocks} == {block.id for block in without.blocks}


lots = st.tuples(st.integers(0, 490), st.integers(0, 165), st.sampled_from("ABCDEF"), st.integers(0, 399))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(lots, min_size=60, max_size=150, unique_by=lambda lot: lot[:2]), st.integers(8, 14), st.randoms())
def test_what_a_cell_along_streets_promises(lots: list[tuple[int, int, str, int]], k: int, random: object) -> None:
    """For any homes with any addresses: the promises of every map."""
    both_sides = [(x, y, "Z", 0) for x in (5, 480) for y in range(0, 160, 10)]
    homes = [(10 + x * APART, 50 + y * APART, f"{number} {name} St") for x, y, name, number in [*lots, *both_sides]]

    atlas, report = build(DIVISIONS, addressed(homes), k=k)

    demand_kept(atlas, addressed(homes), k)
    assert report.hundreds
    random.shuffle(homes)  # type: ignore[attr-defined]
    assert atlas_bytes(build(DIVISIONS[::-1], addressed(homes), k=k)[0]) == atlas_bytes(atlas)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 7)), min_size=4, max_size=7), st.integers(8, 14))
def test_no_hundred_block_is_torn(streets: list[tuple[int, int]], k: int) -> None:
    """Whatever the lots and lengths of the streets of a town: both sides of each hundred lie in one cell."""
    homes = addressed(
        [home for i, (h, n) in enumerate(streets) for home in a_street(f"{'ABCDEFG'[i]} St", 100 * i, range(h), n)]
        + a_street("Long Ave", 750, range(8), 8)
    )

    atlas, report = build([EAST], homes, k=k)

    demand_kept(atlas, homes, k)
    assert all(len(cells) == 1 for cells in in_cells(atlas, homes).values())
    assert (report.torn, report.hundreds) == (0, len({hundred_of(address) for address in homes.addresses}))
