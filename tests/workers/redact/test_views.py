"""What pictures look like, in 64 bits, and whether a clip was seen before."""

from __future__ import annotations

import numpy as np
import pytest

from workers.redact.returning import FEWEST, can_return, returns
from workers.redact.views import (
    HEIGHT,
    NEAR,
    NOTHING,
    WIDTH,
    Views,
    from_bytes,
    is_any_near,
    says_something,
    to_bytes,
    views as look,
)

DRAWN = np.random.default_rng(8)
VIEW = from_bytes(bytes.fromhex("5555aaaa0f0ff0f0"))


def changed(view: np.uint64, bits: int) -> np.uint64:
    """The same with so many bits the other way."""
    return view ^ np.uint64((1 << bits) - 1)


def clip(*bits: int) -> Views:
    """A clip's keyframes: how many bits each is away from what is usual there."""
    return np.array([changed(VIEW[0], count) for count in bits], np.uint64)


def test_a_bit_says_whether_it_grows_brighter_to_the_right() -> None:
    """Row by row from the left; a picture that was cut off is none."""
    ramp = np.tile(np.linspace(0, 250, WIDTH).astype(np.uint8), (HEIGHT, 1))

    assert to_bytes(look(ramp.tobytes() + ramp[:, ::-1].tobytes() + b"cut off")).hex() == "f" * 16 + "0" * 16


def test_light_and_noise_change_few_bits() -> None:
    """Of a picture that is brighter, and noisy, it is near; of another one it is not."""
    places = DRAWN.integers(0, 200, (8, 9)).repeat(8, 0).repeat(8, 1)
    other = DRAWN.integers(0, 200, (8, 9)).repeat(8, 0).repeat(8, 1)
    noisy = places * 1.15 + 8 + DRAWN.normal(0, 6, places.shape)
    one, same, another = (look(picture.astype(np.uint8).tobytes()) for picture in (places, noisy, other))

    assert is_any_near(same, one)
    assert not is_any_near(another, one)


def test_an_even_picture_is_near_nothing() -> None:
    """Black ones are all alike: neither a list nor a clip is found by them."""
    black = look(bytes(WIDTH * HEIGHT))

    assert not says_something(black).any()
    assert not is_any_near(black, black)
    assert not is_any_near(NOTHING, black)


@pytest.mark.parametrize(("bits", "near"), [(NEAR, True), (NEAR + 1, False)])
def test_near_is_near(bits: int, near: bool) -> None:
    """Up to so many bits, and no more."""
    assert is_any_near(clip(bits), VIEW) is near


def test_a_clip_is_known_again_by_what_stands_out_in_it() -> None:
    """At the same times, nine of ten; a few bits more or less are no matter."""
    before = clip(0, 0, 20, 0, 0, 30, 0, 0, 12, 0)

    assert can_return(before)
    assert returns(before, clip(1, 0, 22, 1, 0, 28, 2, 0, 13, 0))
    assert returns(before, clip(0, 0, 20, 0, 0, 30, 0, 0, 12)), "though it has not come whole"
    assert not returns(before, clip(0, 0, 20, 0, 0, 30)), "two of three"
    assert not returns(before, clip(0, 20, 0, 0, 30, 0, 0, 12, 0, 0)), "at other times"


def test_another_clip_of_the_same_camera_is_another_clip() -> None:
    """What never changes is no mark: neither an empty clip of that view, nor one in which something else stands out."""
    before = clip(0, 0, 20, 0, 0, 30, 0, 0, 12, 0)

    assert not returns(before, clip(*[0] * 10))
    assert not returns(before, clip(0, 0, 0, 20, 0, 0, 30, 0, 0, 12))


def test_where_nothing_stands_out_nothing_is_kept() -> None:
    """Its view is its camera's: whatever that camera sends would be found by it. Nor is a photo known again."""
    for still in (clip(*[0] * 10), clip(0, 1, 2, 0, 3, 0), clip(0, 0, 20, 0, 0, 0, 0), clip(0), NOTHING):
        assert not can_return(still)
        assert not returns(still, still)
    assert FEWEST > 1
