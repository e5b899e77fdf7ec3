"""Whether a photo is one that was seen before."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from workers.redact.photo_looks import BYTES, SIDE, is_again, look, seen

Picture = NDArray[np.uint8]


def a_photo(seed: int = 1) -> Picture:
    """Light and dark places with soft edges, four times as large as is looked at."""
    coarse = Image.fromarray(np.random.default_rng(seed).integers(20, 200, (28, 28), np.uint8), "L")
    return np.asarray(coarse.resize((4 * SIDE, 4 * SIDE), Image.Resampling.BICUBIC))


BEFORE = a_photo()


def grey(picture: Picture) -> bytes:
    """As it is looked at."""
    return Image.fromarray(picture, "L").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()


PHOTO = seen(grey(BEFORE))


def cropped(picture: Picture, left: float, right: float, top: float, bottom: float) -> Picture:
    """These shares of it cut off."""
    high, wide = picture.shape
    return picture[int(top * high) : high - int(bottom * high), int(left * wide) : wide - int(right * wide)]


def noisy(picture: Picture) -> Picture:
    """Saved with few bytes."""
    noise = np.random.default_rng(2).normal(0, 10, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def lighter(picture: Picture) -> Picture:
    """By a fifth."""
    return np.clip(picture * 1.2 + 5, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "anew",
    [
        BEFORE,
        noisy(BEFORE),
        lighter(BEFORE),
        BEFORE[::3, ::3],
        cropped(BEFORE, 0.04, 0, 0, 0),
        cropped(BEFORE, 0.02, 0.02, 0.02, 0.02),
        lighter(cropped(BEFORE, 0, 0.04, 0.02, 0)),
    ],
    ids=["as it was", "noisy", "lighter", "smaller", "cropped", "cropped all round", "cropped and lighter"],
)
def test_a_photo_that_was_saved_otherwise_is_known_again(anew: Picture) -> None:
    """And the first one, where the second was removed: one is a part of the other either way."""
    assert is_again(look(grey(BEFORE)), seen(grey(anew)))
    assert is_again(look(grey(anew)), PHOTO)


def test_another_photo_is_another() -> None:
    """Of another place, or mirrored; and nothing is like what is not known."""
    before = look(grey(BEFORE))

    assert len(before) == BYTES
    for other in (a_photo(2), BEFORE[:, ::-1], cropped(BEFORE, 0.2, 0.2, 0.2, 0.2)):
        assert not is_again(before, seen(grey(other)))
    assert not is_again(b"", PHOTO)


def test_somebody_who_was_not_there_makes_it_another() -> None:
    """A tenth of a side across and a fifth tall, in a picture that is else the same to the pixel."""
    walked = BEFORE.copy()
    walked[300:460, 350:420] = 240

    assert not is_again(look(grey(BEFORE)), seen(grey(walked)))


def test_of_an_even_picture_nothing_is_kept() -> None:
    """Black, and the noise of a dark night: all of these are alike."""
    night = noisy(np.full((4 * SIDE, 4 * SIDE), 20, np.uint8))

    for even in (np.zeros((SIDE, SIDE), np.uint8), night):
        assert look(grey(even)) == b""
        assert not is_again(look(grey(BEFORE)), seen(grey(even)))
