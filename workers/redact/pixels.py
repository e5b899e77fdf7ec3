"""Fill boxes of a raw picture so that nothing can be brought back: one colour each, in brightness and in colour.

Does NOT protect: that somebody was there, how large, and how they moved. A box's one colour is the mean of what was in
it, so it tells light clothes from dark. A mosaic of several cells would look better and be put together again from
many frames, as plates and faces have been.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.redact.boxes import Boxes, demand_boxes

Bytes = NDArray[np.uint8]
MOST_SIDE = 4096


@dataclass(frozen=True)
class Shape:
    """Even width and height of a picture in pixels; its bytes are yuv420p, plane after plane."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if not all(2 <= side <= MOST_SIDE and side % 2 == 0 for side in (self.width, self.height)):
            raise ValueError("no picture has this shape")

    @property
    def bytes(self) -> int:
        """Of one picture."""
        return self.width * self.height * 3 // 2


def planes(picture: Bytes, shape: Shape) -> tuple[Bytes, Bytes, Bytes]:
    """Brightness and the two colours, as views. Raises ValueError for bytes of another shape."""
    if picture.shape != (shape.bytes,) or picture.dtype != np.uint8:
        raise ValueError("not a picture of this shape")
    bright, small = shape.width * shape.height, (shape.height // 2, shape.width // 2)
    quarter = bright // 4
    return (
        picture[:bright].reshape(shape.height, shape.width),
        picture[bright : bright + quarter].reshape(small),
        picture[bright + quarter :].reshape(small),
    )


def in_colours(picture: Bytes, shape: Shape) -> Bytes:
    """Height x width x (blue, green, red), as finders take it. Raises ValueError for bytes of another shape."""
    planes(picture, shape)
    return np.asarray(
        cv2.cvtColor(picture.reshape(shape.height * 3 // 2, shape.width), cv2.COLOR_YUV2BGR_I420), np.uint8
    )


def demand_colours(picture: Bytes) -> None:
    """Nothing for height x width x 3 bytes. Raises ValueError."""
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
        raise ValueError("not a picture in colours")


def fill(picture: Bytes, shape: Shape, boxes: Boxes) -> None:
    """Fill each box in place with its mean; boxes may reach over the border. Raises ValueError for unknown shapes."""
    bright, *colours = planes(picture, shape)
    demand_boxes(boxes)
    for left, top, right, bottom in boxes:
        # In pairs of pixels, outward: a sample of colour is never half inside.
        across = _within(left * shape.width / 2, right * shape.width / 2, shape.width // 2)
        down = _within(top * shape.height / 2, bottom * shape.height / 2, shape.height // 2)
        _flatten(bright[2 * down.start : 2 * down.stop, 2 * across.start : 2 * across.stop])
        for colour in colours:
            _flatten(colour[down, across])


def _within(begin: float, end: float, most: int) -> slice:
    return slice(min(most, max(0, math.floor(begin))), min(most, max(0, math.ceil(end))))


def _flatten(part: Bytes) -> None:
    if part.size:
        part[:] = round(float(part.mean()))
