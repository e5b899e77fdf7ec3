"""What is filled, and what is left as it was."""

from __future__ import annotations

import numpy as np
import pytest

from workers.redact.boxes import ALL, NONE
from workers.redact.pixels import Bytes, Shape, demand_colours, fill, in_colours, planes

SHAPE = Shape(64, 36)


@pytest.fixture
def noise() -> Bytes:
    """A picture of which no two neighbours are alike."""
    return np.random.default_rng(1).integers(16, 235, SHAPE.bytes, np.uint8)


def test_a_box_is_one_colour_in_brightness_and_in_colour(noise: Bytes) -> None:
    """Its mean, in all three planes: a face told by its colours alone is still a face."""
    before = [plane.copy() for plane in planes(noise, SHAPE)]

    fill(noise, SHAPE, np.array([[0.25, 0.5, 0.5, 1.0]]))

    for plane, was in zip(planes(noise, SHAPE), before, strict=True):
        high, wide = plane.shape
        inside = plane[high // 2 :, wide // 4 : wide // 2]
        assert np.unique(inside).tolist() == [round(float(was[high // 2 :, wide // 4 : wide // 2].mean()))]


def test_what_is_outside_is_untouched(noise: Bytes) -> None:
    """To the last bit; and nothing changes where there is no box."""
    before = noise.copy()

    fill(noise, SHAPE, NONE)
    assert (noise == before).all()
    fill(noise, SHAPE, np.array([[0.25, 0.5, 0.5, 1.0]]))

    for plane, was in zip(planes(noise, SHAPE), planes(before, SHAPE), strict=True):
        high, wide = plane.shape
        outside = np.ones(plane.shape, bool)
        outside[high // 2 :, wide // 4 : wide // 2] = False
        assert (plane[outside] == was[outside]).all()


def test_a_box_is_filled_outward_to_whole_samples_of_colour(noise: Bytes) -> None:
    """A box within one pixel takes the four that share a colour, and that colour."""
    before = noise.copy()

    fill(noise, SHAPE, np.array([[10.4 / 64, 10.4 / 36, 10.6 / 64, 10.6 / 36]]))

    changed = planes(noise, SHAPE)[0] != planes(before, SHAPE)[0]
    assert {tuple(place) for place in np.argwhere(changed).tolist()} <= {(10, 10), (10, 11), (11, 10), (11, 11)}
    assert len(np.unique(planes(noise, SHAPE)[0][10:12, 10:12])) == 1


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ([-0.5, -0.5, 0.25, 0.5], (slice(None, 18), slice(None, 16))),
        ([0.75, 0.5, 9.0, 9.0], (slice(18, None), slice(48, None))),
        ([-1, -1, 2, 2], (slice(None), slice(None))),
    ],
)
def test_a_box_over_the_border_is_filled_up_to_it(box: list[float], inside: tuple[slice, slice], noise: Bytes) -> None:
    """And the other side of the picture is not."""
    before = planes(noise.copy(), SHAPE)[0]

    fill(noise, SHAPE, np.array([box]))

    bright = planes(noise, SHAPE)[0]
    outside = np.ones(bright.shape, bool)
    outside[inside] = False
    assert len(np.unique(bright[inside])) == 1
    assert (bright[outside] == before[outside]).all()


@pytest.mark.parametrize("box", [[-3, -3, -2, -2], [1.5, 1.5, 2, 2]])
def test_a_box_beside_the_picture_changes_nothing(box: list[float], noise: Bytes) -> None:
    """What left the picture is still followed."""
    before = noise.copy()

    fill(noise, SHAPE, np.array([box], float))

    assert (noise == before).all()


def test_two_pictures_that_differ_inside_only_become_the_same() -> None:
    """Nothing of the order of pixels is left: shuffled, they give the same bytes."""
    noise = np.random.default_rng(2).integers(0, 255, SHAPE.bytes, np.uint8)
    other = np.concatenate([np.sort(plane, axis=None) for plane in planes(noise, SHAPE)])

    fill(noise, SHAPE, ALL)
    fill(other, SHAPE, ALL)

    assert (noise == other).all()


@pytest.mark.parametrize("shape", [(0, 2), (3, 2), (2, 5), (4098, 2), (-2, 2)])
def test_a_shape_no_rung_has_is_refused(shape: tuple[int, int]) -> None:
    """Odd, empty or huge."""
    with pytest.raises(ValueError, match="shape"):
        Shape(*shape)


def test_bytes_of_another_shape_are_refused(noise: Bytes) -> None:
    """One too few, other numbers, or rows."""
    for wrong in (noise[:-1], noise.astype(np.int16), noise.reshape(2, -1)):
        with pytest.raises(ValueError, match="shape"):
            fill(wrong, SHAPE, NONE)
        with pytest.raises(ValueError, match="shape"):
            in_colours(wrong, SHAPE)


def test_finders_are_given_colours() -> None:
    """Grey becomes grey, at the picture's size; what is no picture in colours is refused."""
    seen = in_colours(np.full(SHAPE.bytes, 128, np.uint8), SHAPE)

    assert seen.shape == (36, 64, 3)
    assert abs(seen.astype(int) - 130).max() < 3
    demand_colours(seen)
    for wrong in (seen[..., 0], seen[..., :2], seen.astype(float), seen[:0]):
        with pytest.raises(ValueError, match="colours"):
            demand_colours(wrong)
