"""How units of homes become groups that hide k."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from storage.atlas.merging import merged


def groups(homes: list[int], runs: list[list[int]], touching: dict[tuple[int, int], float], k: int = 12) -> list[int]:
    """The group of each unit."""
    return merged(homes, runs, touching, k=k).tolist()


def test_a_block_that_holds_enough_stays_alone() -> None:
    """Nothing is merged that hides k by itself."""
    assert groups([14, 12, 30], [[0, 1, 2]], {(0, 1): 9, (1, 2): 9}) == [0, 1, 2]


def test_blocks_are_merged_with_the_next_of_their_street() -> None:
    """Though another street is bordered for longer."""
    across = {(0, 3): 90.0, (1, 4): 90.0, (2, 5): 90.0, (0, 1): 1.0, (1, 2): 1.0, (3, 4): 1.0, (4, 5): 1.0}

    assert groups([7, 7, 12, 7, 7, 12], [[0, 1, 2], [3, 4, 5]], across) == [0, 0, 1, 2, 2, 3]


def test_the_end_of_a_street_goes_with_what_is_before_it() -> None:
    """What is left over joins the last that is full, not a stranger."""
    assert groups([12, 3, 40], [[0, 1], [2]], {(0, 1): 1, (1, 2): 50}) == [0, 0, 1]


def test_a_short_street_goes_with_whom_it_borders_most() -> None:
    """Where a whole street hides fewer than k, smallest first."""
    assert groups([5, 7, 14, 14], [[0], [1], [2], [3]], {(0, 1): 8, (0, 2): 9, (1, 2): 2, (1, 3): 11}) == [0, 1, 0, 1]


def test_what_is_not_enough_together_is_one_group() -> None:
    """Then no group holds k, and whoever asked must see to it."""
    assert groups([5, 4], [[0], [1]], {(0, 1): 1}) == [0, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=40), st.integers(8, 20), st.data())
def test_every_group_holds_k_and_hangs_together(homes: list[int], k: int, data: st.DataObject) -> None:
    """For any blocks along any streets of a city that hangs together."""
    starts = data.draw(st.sets(st.integers(1, len(homes) - 1)))
    runs = [list(range(a, b)) for a, b in zip([0, *sorted(starts)], [*sorted(starts), len(homes)], strict=True)]
    touching = {(i, i + 1): float(data.draw(st.integers(0, 9))) for i in range(len(homes) - 1)}

    found = groups(homes, runs, touching, k)

    held = {group: sum(h for h, g in zip(homes, found, strict=True) if g == group) for group in found}
    assert min(held.values()) >= k or len(held) == 1
    assert found == sorted(found)  # whatever is merged lies side by side
