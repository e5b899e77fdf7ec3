"""What never moves, and what does."""

from __future__ import annotations

import numpy as np
import pytest

from workers.redact import porch
from workers.redact.pixels import Bytes, Shape, planes

SHAPE = Shape(320, 180)
STREET = np.random.default_rng(1).integers(40, 210, (9, 16), np.uint8).repeat(20, 0).repeat(20, 1)


def raw(at: int | None = None, *, lighter: int = 0, beside: int = 0, seed: int = 0) -> Bytes:
    """A picture of the street, with the camera's noise; a dark thing of 40 x 60 stands `at` so many pixels."""
    bright = np.roll(STREET, beside, 1).astype(int) + lighter
    if at is not None:
        bright[80:140, at : at + 40] = 5 + lighter
    bright += np.random.default_rng(seed).integers(-4, 5, bright.shape)
    return np.concatenate([np.clip(bright, 0, 255).astype(np.uint8).ravel(), np.full(320 * 90, 128, np.uint8)])


def halves(*pictures: Bytes) -> list[Bytes]:
    """As backdrops are made from."""
    return [porch.halved(picture, SHAPE) for picture in pictures]


WALK = [raw(at, seed=at) for at in range(0, 280, 20)]
BEHIND = porch.backdrop(halves(*WALK))


def hidden(picture: Bytes) -> Bytes:
    """The brightness of what comes out."""
    porch.cover(picture, SHAPE, porch.moving(porch.halved(picture, SHAPE), BEHIND))
    return planes(picture, SHAPE)[0]


def test_what_moves_stays_and_the_rest_is_the_same_cells() -> None:
    """Whatever stood there: of the street nothing is left but a rim round who passes."""
    out = hidden(raw(100, seed=99))

    assert (np.abs(out[84:136, 104:136].astype(int) - 5) <= 5).all()
    around = np.ones(out.shape, bool)
    around[70:150, 90:150] = False
    assert set(np.unique(out[around])) == set(porch.TONES)


def test_two_streets_are_the_same_when_nobody_is_there() -> None:
    """To the byte, in brightness and colours: no mean of anything is left that could be told again."""
    one, other = raw(seed=7), np.concatenate([raw(seed=8)[: 320 * 180] // 2, np.full(320 * 90, 90, np.uint8)])
    for picture in (one, other):
        half = porch.halved(picture, SHAPE)
        porch.cover(picture, SHAPE, porch.moving(half, porch.backdrop([half])))

    assert (one == other).all()


def test_what_is_parked_vanishes() -> None:
    """It stands there for most of the clip, whoever left it."""
    behind = porch.backdrop(halves(*[raw(100, seed=seed) for seed in range(9)]))

    assert not porch.moving(porch.halved(raw(100, seed=50), SHAPE), behind).any()


def test_a_camera_that_opens_its_eye_shows_nothing() -> None:
    """All of it is lighter by the same: that is no movement; who walks then is seen still."""
    assert not porch.moving(porch.halved(raw(lighter=25), SHAPE), BEHIND).any()
    assert porch.moving(porch.halved(raw(100, lighter=25), SHAPE), BEHIND)[45:65, 55:65].all()


def test_a_picture_in_which_most_moves_is_hidden_whole() -> None:
    """A lamp that goes on, or a camera that falls, would show all that is there."""
    other = np.concatenate([np.random.default_rng(3).integers(0, 255, 320 * 180, np.uint8), raw()[320 * 180 :]])

    assert set(np.unique(hidden(other))) == set(porch.TONES)


def test_specks_are_no_movement() -> None:
    """Rain, noise, an insect: each would show a spot of the street."""
    picture = raw(seed=5)
    planes(picture, SHAPE)[0][50:53, 50:53] = 255

    assert not porch.moving(porch.halved(picture, SHAPE), BEHIND).any()


@pytest.mark.parametrize(("beside", "still"), [(0, True), (1, True), (8, False), (60, False)])
def test_a_camera_that_moves_is_seen_to(beside: int, still: bool) -> None:
    """From one picture to the next; of what it shows then nothing can be said to never move."""
    pictures = halves(*[raw(beside=beside * (number % 3), seed=number) for number in range(12)])

    assert porch.stands_still(pictures, porch.backdrop(pictures)) == still


def test_a_backdrop_is_made_of_something() -> None:
    """And of pictures of its shape."""
    with pytest.raises(ValueError, match="no picture"):
        porch.backdrop([])
    with pytest.raises(ValueError, match="shape"):
        porch.halved(np.zeros(12, np.uint8), SHAPE)
