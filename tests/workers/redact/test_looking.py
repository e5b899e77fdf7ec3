"""A stream of pictures, looked at now and then."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workers.redact.test_tracking import HIGH, WIDE, box, scene
from workers.redact import porch
from workers.redact.boxes import NONE, Boxes
from workers.redact.looking import Look, Redactor
from workers.redact.pixels import Bytes, Shape, planes

SHAPE = Shape(WIDE, HIGH)


def raw(left: int) -> Bytes:
    """A raw picture of the scene."""
    return np.concatenate([scene(left).ravel(), np.full(WIDE * HIGH // 2, 128, np.uint8)])


class Finding:
    """Finds the square where it says, and counts how often it looked."""

    def __init__(self, *boxes: Boxes) -> None:
        self.boxes = list(boxes)
        self.looked = 0

    def __call__(self, picture: Bytes) -> Boxes:
        assert picture.shape == (HIGH, WIDE, 3)
        self.looked += 1
        return self.boxes.pop(0) if self.boxes else NONE


def through(redactor: Redactor, pictures: list[Bytes]) -> list[Bytes]:
    """All of them, to the end."""
    out = [ready for picture in pictures for ready in redactor.take(picture)]
    return out + redactor.end()


def seen(picture: Bytes, left: int) -> float:
    """How much of the square can still be told apart: the spread of its brightness."""
    return float(planes(picture, SHAPE)[0][100:140, left : left + 40].std())


PLACES = [100 + 7 * step for step in range(11)]


def test_between_two_looks_what_moves_is_covered() -> None:
    """The look before carries it on, the look after carries it back: each alone would do."""
    for found in ([box(PLACES[0])], [NONE, box(PLACES[5])], [NONE, NONE, box(PLACES[10])]):
        out = through(Redactor(SHAPE, [Look(Finding(*found), 5, 10)]), [raw(left) for left in PLACES])

        assert max(seen(picture, left) for picture, left in zip(out, PLACES, strict=True)) < 12
    assert min(seen(raw(left), left) for left in PLACES) > 40


def test_every_picture_comes_out_once_and_in_order() -> None:
    """However many there are, and whatever is looked for."""
    for count in (0, 1, 2, 5, 16, 17):
        pictures = [np.full(SHAPE.bytes, number, np.uint8) for number in range(count)]
        redactor = Redactor(SHAPE, [Look(Finding(), 3, 6), Look(Finding(), 5, 5)])

        assert [int(picture[0]) for picture in through(redactor, pictures)] == list(range(count))


def test_no_more_pictures_are_held_than_the_looks_reach() -> None:
    """Or a clip of two minutes would have to fit into memory."""
    redactor = Redactor(SHAPE, [Look(Finding(), 2, 4)])

    assert [len(redactor.take(raw(0))) for _ in range(8)] == [0, 0, 0, 0, 1, 1, 1, 1]
    assert len(redactor.end()) == 4


def test_the_last_picture_is_looked_at() -> None:
    """Those since the last look have one after them too; one that was looked at is not looked at again."""
    for count, looks in ((1, 1), (5, 2), (6, 2), (7, 3)):
        finding = Finding()
        through(Redactor(SHAPE, [Look(finding, 5, 5)]), [raw(0) for _ in range(count)])
        assert finding.looked == looks


def test_what_is_found_is_let_go_after_a_while() -> None:
    """What nobody finds any more is gone, or was never there."""
    out = through(Redactor(SHAPE, [Look(Finding(box(100)), 4, 8)]), [raw(100) for _ in range(12)])

    assert [seen(picture, 100) < 12 for picture in out] == [True] * 9 + [False] * 3


def test_whatever_is_looked_for_is_filled() -> None:
    """Two finders, two places."""
    both = np.concatenate([np.maximum(scene(60), scene(300)).ravel(), np.full(WIDE * HIGH // 2, 128, np.uint8)])

    (out,) = through(Redactor(SHAPE, [Look(Finding(box(60)), 5, 5), Look(Finding(box(300)), 5, 5)]), [both])

    assert max(seen(out, 60), seen(out, 300)) < 12


def test_looks_that_leave_a_gap_are_refused() -> None:
    """Nobody would fill what passes there."""
    with pytest.raises(ValueError, match="neither"):
        Look(Finding(), 5, 4)


def test_what_stands_is_filled_in_every_picture_at_once() -> None:
    """No look is waited for, and none is taken."""
    redactor = Redactor(SHAPE, [], box(100))

    for _ in range(3):
        (out,) = redactor.take(raw(100))
        assert seen(out, 100) < 12
    assert redactor.end() == []


def test_of_what_never_moves_nothing_is_shown() -> None:
    """Beside what is looked for, which is filled; what moves is told before it is."""
    behind = porch.backdrop([porch.halved(raw(left), SHAPE) for left in PLACES])

    out = through(Redactor(SHAPE, [Look(Finding(), 5, 5)], behind=behind), [raw(left) for left in PLACES])

    for picture, left in zip(out, PLACES, strict=True):
        bright = planes(picture, SHAPE)[0]
        assert set(np.unique(bright[:60])) == set(porch.TONES)
        assert seen(picture, left) > 25


def test_a_picture_of_another_shape_is_refused() -> None:
    """It ends the program before it is written."""
    with pytest.raises(ValueError, match="shape"):
        Redactor(SHAPE, [Look(Finding(), 1, 1)]).take(np.zeros(12, np.uint8))
