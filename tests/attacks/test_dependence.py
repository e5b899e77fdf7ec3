"""The measure of dependence sees what tells of an author, and nothing where nothing does."""

from __future__ import annotations

import random

from tests.attacks.dependence import UNLIKELY, by_chance, orders_alike

AUTHORS = ["a", "b", "c", "d"] * 3
ONE_BLOCK = ["block"] * len(AUTHORS)


def test_a_field_that_is_the_author_says_all_there_is() -> None:
    """Chance does not say as much."""
    told = [author.upper() for author in AUTHORS]

    assert by_chance(AUTHORS, ONE_BLOCK, told) < UNLIKELY


def test_half_a_secret_is_seen() -> None:
    """Whether the author is one of the first two."""
    assert by_chance(AUTHORS, ONE_BLOCK, [author < "c" for author in AUTHORS]) < 0.01


def test_what_is_the_same_for_all_or_everybodys_own_says_nothing() -> None:
    """Nor does what was drawn by chance."""
    dice = random.Random(1)

    assert by_chance(AUTHORS, ONE_BLOCK, ["same"] * 12) == 1
    assert by_chance(AUTHORS, ONE_BLOCK, range(12)) == 1
    assert by_chance(AUTHORS, ONE_BLOCK, [dice.random() < 0.5 for _ in AUTHORS]) > 0.05


def test_several_columns_that_each_say_a_little_say_it_together() -> None:
    """Two halves of a secret are more than one."""
    halves = [[author in pair for author in AUTHORS] for pair in ("ab", "ac")]

    assert by_chance(AUTHORS, ONE_BLOCK, *halves) < UNLIKELY < by_chance(AUTHORS, ONE_BLOCK, halves[0])


def test_what_the_group_says_already_is_not_counted_again() -> None:
    """A label of the block tells the author no better than the block does."""
    groups = ["here"] * 6 + ["there"] * 6
    authors = ["a", "b"] * 3 + ["c", "d"] * 3

    assert by_chance(authors, groups, groups) == 1
    assert by_chance(authors, groups, authors) < 0.05


def test_an_order_that_follows_time_is_seen() -> None:
    """Rising or falling; a shuffled one is not."""
    rising = list(range(12))

    assert orders_alike(rising, [7 * number for number in rising]) < UNLIKELY
    assert orders_alike(rising, [-number for number in rising]) < UNLIKELY
    assert orders_alike(rising, random.Random(2).sample(rising, 12)) > 0.05
