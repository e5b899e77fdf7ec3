"""What a camera burns into its picture."""

from __future__ import annotations

import numpy as np
import pytest

from bench.porches import HIGH, WIDE, Visit, Words, pictures, places
from workers.redact.boxes import NONE, Boxes
from workers.redact.overlay import finder, standing
from workers.redact.weights import weights

TEXT = np.array([[0.1, 0.1, 0.3, 0.15]])
PLATE = np.array([[0.6, 0.6, 0.7, 0.65]])


def covered(boxes: Boxes, left: float, top: float, right: float, bottom: float) -> bool:
    """Whether one of them holds all of a place in pixels of the composed clips."""
    place = np.array((left / WIDE, top / HIGH, right / WIDE, bottom / HIGH))
    return bool(((boxes[:, :2] <= place[:2]) & (boxes[:, 2:] >= place[2:])).all(axis=1).any())


@pytest.mark.parametrize("lines", [16, 40])
def test_a_name_and_a_clock_are_found(lines: int) -> None:
    """While its seconds run, and somebody walks behind them; nothing in the middle is taken for them."""
    words, find = Words(lines=lines), finder(weights())
    seen = list(pictures(Visit(3, 1, seconds=6, words=words)))[::20]

    found = standing([find(np.ascontiguousarray(picture[:, :, ::-1])) for picture in seen])

    assert all(covered(found, *place) for place in places(words))
    assert ((found[:, 2] - found[:, 0]) * (found[:, 3] - found[:, 1])).sum() < 0.1


def test_what_is_written_now_and_then_at_one_place_is_standing_there() -> None:
    """A third of the looks is enough: before a bright sky white letters are lost for a while."""
    (found,) = standing([TEXT, NONE, NONE, TEXT, NONE, NONE])

    assert (found[:2] <= TEXT[0, :2]).all()
    assert (found[2:] >= TEXT[0, 2:]).all()
    assert np.abs(found - TEXT[0]).max() < 0.02


def test_what_passes_by_is_not() -> None:
    """A plate is at another place in each look."""
    assert len(standing([PLATE + 0.06 * step for step in range(-3, 3)])) == 0
    assert len(standing([NONE, NONE])) == 0


def test_the_words_of_a_line_are_one_box() -> None:
    """Or a clock's running digits would stand between two."""
    line = np.array([[0.1, 0.1, 0.2, 0.14], [0.22, 0.1, 0.3, 0.14]])

    assert len(standing([line])) == 1


def test_only_pictures_in_colours_are_looked_at() -> None:
    """A grey one has another shape."""
    with pytest.raises(ValueError, match="colours"):
        finder(weights())(np.zeros((90, 160), np.uint8))
