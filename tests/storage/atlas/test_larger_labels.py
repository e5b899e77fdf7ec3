"""What a larger block is called."""

from __future__ import annotations

import pytest

from storage.atlas.larger_labels import MOST_LETTERS, label_of


@pytest.mark.parametrize(
    ("labels", "together"),
    [
        (["2600-2800 Park Ave", "2400-2600 Park Ave"], "2400-2800 Park Ave"),
        (["2400-2600 Park Ave", "2500-2900 Park Ave"], "2400-2900 Park Ave"),
        (["2400-2500 Park Ave", "2700-2800 Park Ave"], "2400-2500 Park Ave and 2700-2800 Park Ave"),
        (["100-200 Oak St", "2400-2600 Elm St", "200-300 Oak St"], "2400-2600 Elm St and 100-300 Oak St"),
        (["Waldo, cell 12", "Waldo, cell 7", "Waldo, cell 8"], "Waldo, cells 7, 8 and 12"),
        (["Waldo, cell 7", "Elm St and Oak St"], "Waldo, cell 7 and Elm St and Oak St"),
    ],
)
def test_cells_are_put_together_as_people_would(labels: list[str], together: str) -> None:
    """Ranges of a street that meet become one, cells of one name are listed."""
    assert label_of(labels, set()) == together
    assert label_of(labels[::-1], set()) == together


def test_it_is_never_called_as_another_block() -> None:
    """What is taken is said in full."""
    assert label_of(["1-2 A St", "2-3 A St"], {"1-3 A St"}) == "1-2 A St and 2-3 A St"


def test_a_long_one_is_cut_with_a_word() -> None:
    """The record keeps 200 letters of it."""
    label = label_of([f"{n}00-{n + 1}00 {'Long ' * 14}St" for n in (1, 3, 5, 7)], set())

    assert label.endswith(" St and around")
    assert len(label) <= MOST_LETTERS
