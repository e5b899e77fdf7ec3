"""Boxes in a picture, as shares of its width and height: the same whatever size it comes out in.

Does NOT protect: a box is a rectangle that stands upright. What reaches beyond it, such as hair or a shadow, stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Boxes = NDArray[np.float64]  # a row each: left, top, right, bottom, of which 0 to 1 is in the picture

NONE: Boxes = np.empty((0, 4))
ALL: Boxes = np.array([[0.0, 0.0, 1.0, 1.0]])


def from_pixels(corners: ArrayLike, width: int, height: int) -> Boxes:
    """Boxes from rows of left, top, right, bottom in pixels of a picture."""
    found: Boxes = np.asarray(corners, np.float64).reshape(-1, 4) / np.array([width, height, width, height])
    return found


def demand_boxes(boxes: Boxes) -> None:
    """Nothing for rows of four finite numbers in order. Raises ValueError."""
    if boxes.ndim != 2 or boxes.shape[1] != 4 or not np.isfinite(boxes).all():
        raise ValueError("no boxes")
    if (boxes[:, :2] > boxes[:, 2:]).any():
        raise ValueError("a box that ends before it begins")


def grown(boxes: Boxes, across: NDArray[np.float64] | float, down: NDArray[np.float64] | float) -> Boxes:
    """Each box larger about its middle, by these shares of the picture at either side."""
    much = np.broadcast_to(np.stack(np.broadcast_arrays(across, down), axis=-1), (len(boxes), 2))
    return np.hstack([boxes[:, :2] - much, boxes[:, 2:] + much])


def enlarged(boxes: Boxes, times: float) -> Boxes:
    """Each box `times` as wide and as high, about its middle."""
    wide, high = (boxes[:, 2:] - boxes[:, :2]).T * (times - 1) / 2
    return grown(boxes, wide, high)


def moved(boxes: Boxes, by: NDArray[np.float64]) -> Boxes:
    """Each box at another place: `by` is right and down, a row each."""
    return boxes + np.hstack([by, by])
