"""Hide whatever never moves, and leave what does: a porch goes, who stands on it stays.

What stands there most of the time, the median over the clip, becomes cells that are the same for every clip. Cells that
kept the mean of what was under them would look better, and the same camera's clips would be told by them as before
(docs/decisions/0012).

Does NOT protect: a narrow rim of the background round whatever moves, its shadow, and what a thing that leaves uncovers
where it had stood for most of the clip. What stands still for most of the clip vanishes, a parked car or a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from workers.redact.pixels import Bytes, Shape, planes

LEAST = np.array((16, 10, 10), np.uint8)  # steps of brightness and colours: below, it is the camera's own noise
NOISE = 3  # times what a place usually differs from its median: leaves in the wind stand still
AROUND = np.ones((3, 3), np.uint8)  # of half the pixels: so far an edge may tremble
EXPOSURE = 40  # steps at most that a whole picture is lighter or darker for the camera's own reasons
SMALLEST = 1 / 2500  # of the picture: what moves and is smaller is a speck, and so is stillness within what moves
MOST = 0.5  # of a picture: where more than that moves it is the camera or the light, and the picture is hidden whole
SHAKEN = 0.006  # of the width: as far a picture may lie beside the others
SURE = 0.1  # of a phase correlation: below, nothing was found to lie anywhere
CELLS = 20  # along the shorter side
TONES = (96, 112)


@dataclass(frozen=True)
class Backdrop:
    """What never moves lies between `low` and `high`: half height x half width x (brightness, two colours) each."""

    low: Bytes
    high: Bytes


def halved(picture: Bytes, shape: Shape) -> Bytes:
    """A raw picture as a backdrop is held. Raises ValueError for bytes of another shape."""
    bright, *colours = planes(picture, shape)
    small = cv2.resize(bright, (shape.width // 2, shape.height // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.merge((small, *colours)), np.uint8)


def backdrop(halves: Sequence[Bytes]) -> Backdrop:
    """What stands there in most of these. Raises ValueError for none."""
    if not halves:
        raise ValueError("no picture")
    middle, noise = np.empty_like(halves[0]), np.empty_like(halves[0])
    for row in range(len(middle)):  # in one row of all of them at a time: the whole is large
        rows = np.stack([half[row] for half in halves], axis=-1)
        middle[row] = _median(rows)
        usual = middle[row][..., None]
        noise[row] = _median(np.maximum(rows, usual) - np.minimum(rows, usual))
    tolerated = cv2.add(np.broadcast_to(LEAST, noise.shape).copy(), cv2.multiply(noise, np.full_like(noise, NOISE)))
    low, high = cv2.erode(middle, AROUND), cv2.dilate(middle, AROUND)
    return Backdrop(np.asarray(cv2.subtract(low, tolerated)), np.asarray(cv2.add(high, tolerated)))


def moving(half: Bytes, behind: Backdrop) -> Bytes:
    """255 where something moves, 0 where nothing does, half height x half width; all 0 where too much does."""
    found = _differing(half, behind)
    return found if found.mean() <= 255 * MOST else np.zeros_like(found)


def stands_still(halves: Sequence[Bytes], behind: Backdrop) -> bool:
    """Whether the camera does. If not, nothing can be said of what never moves."""
    if np.median([_differing(half, behind).mean() for half in halves]) > 255 * MOST:
        return False
    size = (240, max(2, round(240 * halves[0].shape[0] / halves[0].shape[1])))
    window = cv2.createHanningWindow(size, cv2.CV_32F)
    middle = _outline((behind.low // 2 + behind.high // 2)[..., 0], size)
    beside = 0
    for half in halves:
        (across, down), sure = cv2.phaseCorrelate(middle, _outline(half[..., 0], size), window)
        beside += sure > SURE and max(abs(across), abs(down)) > SHAKEN * size[0]
    return beside <= len(halves) / 4


def cover(picture: Bytes, shape: Shape, moves: Bytes) -> None:
    """Cells in place, in brightness and colours, wherever nothing moves. Raises ValueError for other shapes."""
    bright, *colours = planes(picture, shape)
    still = moves == 0
    for colour in colours:
        colour[still] = 128
    whole = still.repeat(2, axis=0).repeat(2, axis=1)
    np.copyto(bright, _cells(shape), where=whole)


def _cells(shape: Shape) -> Bytes:
    side = max(2, min(shape.width, shape.height) // CELLS)
    down, across = (np.arange(length) // side for length in (shape.height, shape.width))
    tones: Bytes = np.array(TONES, np.uint8)[(down[:, None] + across) % 2]
    return tones


def _differing(half: Bytes, behind: Backdrop) -> Bytes:
    within = cv2.inRange(_as_usual(half, behind), behind.low, behind.high)
    found = cv2.morphologyEx(cv2.bitwise_not(within), cv2.MORPH_OPEN, AROUND)
    reach = max(3, min(found.shape) // 40 | 1)
    found = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    for _ in range(2):  # specks of movement, then of stillness
        found = cv2.bitwise_not(_without_specks(np.asarray(found, np.uint8)))
    return np.asarray(cv2.dilate(found, AROUND), np.uint8)


def _as_usual(half: Bytes, behind: Backdrop) -> Bytes:
    """As bright as it is most of the time: a camera that opens its eye does not make a street move."""
    few = (slice(None, None, 8), slice(None, None, 8), 0)
    usual = (behind.low[few].astype(int) + behind.high[few]) / 2
    lighter = float(np.clip(np.median(half[few] - usual), -EXPOSURE, EXPOSURE))
    if abs(lighter) < 1:
        return half
    bright = cv2.convertScaleAbs(np.maximum(half[..., 0] - lighter, 0))
    return np.asarray(cv2.merge((bright, half[..., 1], half[..., 2])), np.uint8)


def _without_specks(found: Bytes) -> Bytes:
    count, labels, told, _ = cv2.connectedComponentsWithStats(found, connectivity=4)
    large = told[:, cv2.CC_STAT_AREA] >= SMALLEST * found.size
    large[0] = False  # what was not found
    return (large[labels] * 255).astype(np.uint8) if count > 1 else found


def _outline(bright: Bytes, size: tuple[int, int]) -> np.ndarray:
    small = cv2.resize(bright, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(cv2.Laplacian(small, cv2.CV_32F))


def _median(rows: Bytes) -> Bytes:
    middle = rows.shape[-1] // 2
    found: Bytes = np.partition(rows, middle, axis=-1)[..., middle]
    return found
