"""Plates are found, and whatever else is written."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bench.scenes import street
from workers.redact.boxes import ALL, NONE, from_pixels
from workers.redact.plates import MOST, finder, where_written
from workers.redact.weights import weights


@pytest.mark.parametrize(("width", "height", "lines"), [(854, 480, 28), (1920, 1080, 48)])
def test_plates_are_found_from_their_first_letter_to_their_last(width: int, height: int, lines: int) -> None:
    """Each is covered, but for a twentieth at its edges."""
    scene = street(width, height, random.Random(2), "plates", lines, many=4)
    covered = np.zeros((height, width), bool)

    for left, top, right, bottom in finder(weights())(np.ascontiguousarray(scene.picture[:, :, ::-1])):
        covered[int(top * height) : int(bottom * height) + 1, int(left * width) : int(right * width) + 1] = True

    for left, top, right, bottom in scene.boxes:
        assert covered[int(top) : int(bottom), int(left) : int(right)].mean() > 0.95
    assert covered.mean() < 0.3


def test_where_the_network_is_sure_there_is_a_box() -> None:
    """Larger than the marks, on all sides; specks are none, nor is what only looks a little like letters."""
    sure = np.zeros((64, 96))
    sure[20:30, 10:50] = 0.9
    sure[60, 90] = 1
    sure[50:60, 60:90] = 0.4

    (box,) = where_written(sure)

    assert (box < from_pixels([(10, 20, 50, 30)], 96, 64)[0]).tolist() == [True, True, False, False]
    assert box == pytest.approx(from_pixels([(4, 14, 56, 36)], 96, 64)[0])


def test_what_fills_an_eighth_of_the_picture_is_no_plate() -> None:
    """A person before a wall looks like one large letter."""
    sure = np.zeros((64, 96))
    sure[10:50, 20:60] = 0.9

    assert len(where_written(sure)) == 0


def test_a_picture_full_of_writing_is_lost() -> None:
    """Following thousands of boxes would cost whoever drew them nothing, and us everything."""
    sure = np.zeros((200, 200))
    sure[::4, :] = 0.9
    sure[:, ::8] = 0
    assert len(where_written(np.zeros((64, 96)))) == len(NONE)
    assert where_written(sure).tolist() == ALL.tolist()
    assert MOST < 50 * 25


def test_what_is_no_picture_is_refused() -> None:
    """Rather than finding nothing in it."""
    with pytest.raises(ValueError, match="colours"):
        finder(weights())(np.zeros((90, 160), np.uint8))
