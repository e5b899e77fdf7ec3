"""Follow boxes from one picture to the next, in either direction, by how the points inside them move.

Does NOT protect: what moves further between two pictures than a few of its own widths, turns into something else, or
lies behind something for longer than a box is carried. A box whose points are lost stays where it was and grows.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.redact.boxes import Boxes, enlarged, moved
from workers.redact.pixels import Bytes, Shape, planes

Points = NDArray[np.float64]

WIDEST = 480  # pixels: movement is seen as well in a small picture, for a tenth of the time
WINDOW, LEVELS = (15, 15), 3  # so far the smallest of the pyramid's pictures sees some 100 pixels of movement
GRID: Points = np.stack(np.meshgrid(*[np.linspace(0.1, 0.9, 5)] * 2), axis=-1).reshape(-1, 2)
ENOUGH = len(GRID) // 3  # points that must be found again for a box to be believed
MOST_LARGER = 1.1  # from one picture to the next: what comes nearer. What goes away is covered by the larger box
DRIFT = 1.02  # each step adds what the movement may be wrong by
LOST = 1.05  # a box whose points are lost is twice as wide after fifteen steps: half a second


def grey(picture: Bytes, shape: Shape) -> Bytes:
    """A small picture of a raw one's brightness, to find points again in. Raises ValueError for another shape."""
    scale = min(1.0, WIDEST / max(shape.width, shape.height))
    size = (max(1, round(shape.width * scale)), max(1, round(shape.height * scale)))
    return np.asarray(cv2.resize(planes(picture, shape)[0], size, interpolation=cv2.INTER_AREA), np.uint8)


def follow(boxes: Boxes, there: Bytes, here: Bytes) -> Boxes:
    """Where what is in `boxes` of the grey picture `there` is in `here`, a row each, in the same order."""
    if not len(boxes):
        return boxes
    size = np.array(there.shape[::-1], np.float64)
    points: Points = (boxes[:, None, :2] + GRID * (boxes[:, None, 2:] - boxes[:, None, :2])) * size
    begun = points.reshape(-1, 1, 2).astype(np.float32)
    found, seen, _ = cv2.calcOpticalFlowPyrLK(there, here, begun, np.empty_like(begun), winSize=WINDOW, maxLevel=LEVELS)
    ends, known = found.reshape(points.shape).astype(np.float64), seen.reshape(points.shape[:2]) == 1
    return np.vstack(
        [
            _carried(boxes[row : row + 1], points[row][one] / size, ends[row][one] / size)
            for row, one in enumerate(known)
        ]
    )


def _carried(box: Boxes, points: Points, ends: Points) -> Boxes:
    if len(points) < ENOUGH:
        return enlarged(box, LOST)
    by = np.median(ends - points, axis=0)
    before, after = (np.median(np.abs(each - np.median(each, axis=0)).sum(axis=1)) for each in (points, ends))
    larger = float(np.clip(after / before, 1, MOST_LARGER)) if before > 0 else 1.0
    return enlarged(moved(box, by), larger * DRIFT)
