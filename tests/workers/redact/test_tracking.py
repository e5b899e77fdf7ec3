"""Boxes follow what moves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from workers.redact.boxes import NONE, Boxes, from_pixels
from workers.redact.pixels import Bytes, Shape
from workers.redact.tracking import DRIFT, LOST, follow, grey

WIDE, HIGH = 480, 270


def scene(left: int, top: int = 100, side: int = 40) -> Bytes:
    """A textured square before a smooth background, whose place is known."""
    rng = np.random.default_rng(3)
    square = cv2.resize(rng.integers(0, 255, (10, 10), np.uint8), (side, side), interpolation=cv2.INTER_CUBIC)
    picture = np.tile(np.linspace(60, 90, WIDE).astype(np.uint8), (HIGH, 1))
    picture[top : top + side, left : left + side] = square
    return picture


def box(left: int, top: int = 100, side: int = 40) -> Boxes:
    """The square's."""
    return from_pixels([(left, top, left + side, top + side)], WIDE, HIGH)


def covers(outer: Boxes, inner: Boxes) -> bool:
    """Whether the one lies within the other, to a pixel."""
    return bool((outer[:, :2] <= inner[:, :2] + 1 / HIGH).all() and (outer[:, 2:] >= inner[:, 2:] - 1 / HIGH).all())


@pytest.mark.parametrize("by", [0, 3, 12, 40, -25])
def test_a_box_moves_with_what_is_in_it(by: int) -> None:
    """Either way, up to its own width from one picture to the next, and hardly larger than it was."""
    found = follow(box(200), scene(200), scene(200 + by))

    assert covers(found, box(200 + by))
    assert (found[0, 2] - found[0, 0]) * WIDE < 40 * DRIFT + 2


def test_a_box_grows_with_what_comes_nearer() -> None:
    """A tenth in one step."""
    assert covers(follow(box(200), scene(200), scene(198, 98, 44)), box(198, 98, 44))


def test_each_box_goes_its_own_way() -> None:
    """Rows stay in order."""
    still, moving = box(60), box(200)

    found = follow(np.vstack([still, moving]), np.maximum(scene(60), scene(200)), np.maximum(scene(60), scene(215)))

    assert covers(found[:1], still)
    assert covers(found[1:], box(215))


def test_what_is_lost_stays_and_grows() -> None:
    """Off the picture no point is found again."""
    away = from_pixels([(-200, -200, -100, -100)], WIDE, HIGH)

    found = follow(away, scene(200), scene(200))

    assert found[0, 2] - found[0, 0] == pytest.approx((away[0, 2] - away[0, 0]) * LOST)


def test_no_box_is_followed_for_nothing() -> None:
    """Most pictures have none."""
    assert len(follow(NONE, scene(0), scene(0))) == 0


def test_pictures_are_made_small() -> None:
    """To the same size whatever they come out in; a small one stays as it is."""
    assert grey(np.zeros(1920 * 1080 * 3 // 2, np.uint8), Shape(1920, 1080)).shape == (270, 480)
    assert grey(np.zeros(64 * 36 * 3 // 2, np.uint8), Shape(64, 36)).shape == (36, 64)
