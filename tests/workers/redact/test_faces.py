"""Faces are found, large and small."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bench.scenes import street
from workers.redact.boxes import from_pixels
from workers.redact.faces import find


@pytest.mark.parametrize(("width", "height", "lines"), [(854, 480, 32), (480, 854, 60), (1920, 1080, 48)])
def test_faces_are_found_and_more_than_covered(width: int, height: int, lines: int) -> None:
    """Drawn ones that look ahead: all of them, brow to chin, in the smallest size and the largest, upright too."""
    scene = street(width, height, random.Random(1), "faces", lines, many=4)

    found = find(np.ascontiguousarray(scene.picture[:, :, ::-1]))

    for left, top, right, bottom in from_pixels(scene.boxes, width, height):
        across, down = (right - left) / 6, (bottom - top) / 6
        assert (
            (found[:, 0] <= left + across)
            & (found[:, 1] <= top + down)
            & (found[:, 2] >= right - across)
            & (found[:, 3] >= bottom - down)
        ).any()


def test_nothing_is_found_in_an_empty_picture() -> None:
    """A wall is no face."""
    assert find(np.full((90, 160, 3), 120, np.uint8)).shape == (0, 4)


def test_what_is_no_picture_is_refused() -> None:
    """Rather than finding nobody in it."""
    with pytest.raises(ValueError, match="colours"):
        find(np.zeros((90, 160), np.uint8))
