"""What a photo looks like, so that it is known when it comes again: saved anew, resized, brighter, or cropped a little.

A grid of places; for each pair of neighbours which is brighter, and whether by much. Two photos are the same where what
is plain in one is plain in the other: almost nothing of it is missing or the other way round. So a person who is there
and was not before makes another photo, though all around is the same. Does NOT tell apart: photos of a fixed camera
in which nothing that fills a place has changed. Does NOT find: one cropped by much, mirrored, turned or drawn upon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

SIDE = 192  # of the square grey picture that it is made from, whatever the photo's own shape
GRID = 24  # places along a side
PAIRS = 2 * GRID * (GRID - 1)
BYTES = 3 * PAIRS // 8  # of one look: plainly brighter, plainly darker, alike
# Of the step that six of ten pairs do not reach. Between the two it is neither: light and saving move it there.
PLAIN, ALIKE = 1.6, 0.5
FAINTEST = 1.5  # of 255, below which every step is noise
LEAST = 40  # plain pairs; of an even picture there are fewer, and all of these are alike
WRONG = 1  # pairs that may be another
COARSE = 0.04  # of a side, that is cut off or was there: tried at each side first, then ever finer about the best
FINER = (0.02, 0.01, 0.005)
# Where so little is another with both frames on each other, the camera stands still: another photo of that camera.
SAME_FRAME = 0.06
PROMISING = 0.15  # the share of what is plain that may be another where a finer look is worth it
_WHOLE = 0.7  # the share of a place that must be in the picture

_Bits = NDArray[np.uint64]


@dataclass(frozen=True)
class Placed:
    """A photo as it may lie in another one's frame, by how much is cut off: bits of each pair, and which are in it."""

    margins: Sequence[tuple[float, ...]]
    brighter: _Bits
    darker: _Bits
    alike: _Bits
    known: _Bits


@dataclass(frozen=True)
class Seen:
    """A photo that is compared with others."""

    sums: NDArray[np.float64]
    placed: Placed


def look(grey: bytes) -> bytes:
    """What a photo looks like; none of one in which too little is plain. `grey`: SIDE x SIDE pixels, row by row."""
    planes = [np.packbits(plane) for plane in _planes(*_steps(_sums(grey), (0.0,) * 4))]
    plain = int(np.bitwise_count(planes[0]).sum() + np.bitwise_count(planes[1]).sum())
    return b"".join(plane.tobytes() for plane in planes) if plain >= LEAST else b""


def seen(grey: bytes) -> Seen:
    """A photo to compare with others."""
    sums = _sums(grey)
    return Seen(sums, _place(sums, (0.0,) * 4, COARSE))


def is_again(before: bytes, photo: Seen) -> bool:
    """Whether `photo` is the one that looked like `before`, or a part of it, or the whole of which that is a part."""
    if len(before) != BYTES:
        return False
    cut = [before[at : at + BYTES // 3] for at in range(0, BYTES, BYTES // 3)]
    planes = [_words(np.unpackbits(np.frombuffer(one, np.uint8)).astype(np.bool_)) for one in cut]
    placed = photo.placed
    wrong, plain = _compared(planes, placed)
    if wrong[0] <= SAME_FRAME * plain[0]:  # nothing cut off
        return bool(wrong[0] <= WRONG and plain[0] >= LEAST)
    for finer in (*FINER, None):
        wrong, plain = _compared(planes, placed)
        best = int(np.argmin(wrong / np.maximum(plain, 1)))
        if plain[best] < LEAST or wrong[best] > PROMISING * plain[best]:
            return False
        if wrong[best] <= WRONG:
            return True
        if finer:
            placed = _place(photo.sums, placed.margins[best], finer)
    return False


def _compared(before: Sequence[_Bits], placed: Placed) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each place, how many pairs are another, and of how many that are plain in one of the two."""
    brighter, darker, alike = before
    wrong = (brighter & (placed.darker | placed.alike)) | (darker & (placed.brighter | placed.alike))
    wrong |= alike & (placed.brighter | placed.darker)
    plain = brighter | darker | placed.brighter | placed.darker
    count = [np.bitwise_count(bits & placed.known).sum(axis=1, dtype=np.int64) for bits in (wrong, plain)]
    return count[0], count[1]


def _place(sums: NDArray[np.float64], about: tuple[float, ...], by: float) -> Placed:
    """At these margins, and at each side so much more or less."""
    margins = [
        tuple(one + way * by for one, way in zip(about, ways, strict=True)) for ways in product((0, -1, 1), repeat=4)
    ]
    rows = []
    for one in margins:
        steps, known = _steps(sums, one)
        rows.append([_words(plane) for plane in (*_planes(steps, known), known)])
    return Placed(margins, *(np.stack(planes) for planes in zip(*rows, strict=True)))


def _sums(grey: bytes) -> NDArray[np.float64]:
    """Of all pixels above and left of each, so that the mean of any place is four of them."""
    sums = np.zeros((SIDE + 1, SIDE + 1))
    sums[1:, 1:] = np.frombuffer(grey, np.uint8).reshape(SIDE, SIDE).cumsum(0, np.int64).cumsum(1)
    return sums


def _steps(sums: NDArray[np.float64], margins: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How much brighter the next place is, right and below; and of which pairs both are in the picture."""
    left, right, top, bottom = margins
    across, down = (
        np.linspace(-first * SIDE, (1 + last) * SIDE, GRID + 1) for first, last in ((left, right), (top, bottom))
    )
    inside_x, inside_y = np.clip(across, 0, SIDE), np.clip(down, 0, SIDE)
    corners = _between(_between(sums, inside_y).T, inside_x).T
    area = np.outer(np.diff(inside_y), np.diff(inside_x))
    mean = np.diff(np.diff(corners, axis=0), axis=1) / np.maximum(area, 1e-9)
    whole = area > _WHOLE * np.outer(np.diff(down), np.diff(across))
    known = np.concatenate([(whole[:, 1:] & whole[:, :-1]).ravel(), (whole[1:] & whole[:-1]).ravel()])
    return np.concatenate([np.diff(mean, axis=1).ravel(), np.diff(mean, axis=0).ravel()]), known


def _between(sums: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.minimum(at.astype(int), SIDE - 1)
    part = (at - low)[:, None]
    found: NDArray[np.float64] = sums[low] * (1 - part) + sums[low + 1] * part
    return found


def _planes(
    steps: NDArray[np.float64], known: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    unit = max(float(np.quantile(np.abs(steps[known]), 0.6)), FAINTEST)
    return steps > PLAIN * unit, steps < -PLAIN * unit, np.abs(steps) < ALIKE * unit


def _words(plane: NDArray[np.bool_]) -> _Bits:
    """Bits in words of 64, so that many are compared at once."""
    packed = np.packbits(plane)
    return np.pad(packed, (0, -len(packed) % 8)).view(np.uint64)
