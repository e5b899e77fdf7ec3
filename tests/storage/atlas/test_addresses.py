"""Which hundred-block an address stands in, and what homes together are called."""

from __future__ import annotations

import pytest

from storage.atlas.addresses import Hundred, hundred_of, spoken


@pytest.mark.parametrize(
    "address",
    ["2412 Park Ave", "2400 PARK AVE.", " 2499A  Park  Ave Apt 4", "2412-2416 Park Ave #3", "2450 1/2 Park Ave, KC"],
)
def test_one_hundred_block_is_written_in_many_ways(address: str) -> None:
    """Case, points, blanks, units and what follows a comma make no other street; both sides are one block."""
    assert hundred_of(address) == Hundred("park ave", 24)


@pytest.mark.parametrize("address", ["", "Park Ave", "2412", "2412 #3", "PO Box"])
def test_what_has_no_number_and_street_is_in_no_block(address: str) -> None:
    """Nothing is guessed."""
    assert hundred_of(address) is None


def test_another_side_of_town_is_another_street() -> None:
    """East and west of a numbered street, and an avenue and a street of one name, stay apart."""
    streets = ("1 E 31st St", "1 W 31st St", "1 Park Ave", "1 Park St")

    assert len({hundred_of(address) for address in streets}) == 4


def test_homes_are_called_by_the_street_most_stand_on() -> None:
    """With the hundreds it has there, in the spelling that is usual."""
    assert spoken(["2412 Park Ave", "2437  PARK AVE", "2437 Park Ave", "2599 Park Ave"]) == "2400-2600 Park Ave"
    assert spoken(["", "nowhere"]) == ""


def test_a_second_street_is_named_where_many_stand_on_it() -> None:
    """One home around the corner is not worth a word, a quarter of them is."""
    park = ["2412 Park Ave"] * 6

    assert spoken([*park, "7 Elm Ct"]) == "2400-2500 Park Ave"
    assert spoken([*park, "7 Elm Ct", "9 Elm Ct"]) == "2400-2500 Park Ave and Elm Ct"
