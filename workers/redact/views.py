"""What a picture looks like, in 64 bits: for each of 8 x 8 places whether the next one to the right is brighter.

By this rule an author is told which of their posts look alike (web/resident/sending/view.svelte.ts, in 256 bits).
Does NOT tell one thing from another of the same light: two pictures of one fixed camera are often the same bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Views = NDArray[np.uint64]

SIDE, FINE = 8, 8  # places along a side, and pixels along the side of each
WIDTH, HEIGHT = (SIDE + 1) * FINE, SIDE * FINE  # of the grey pictures it is made from
BYTES = SIDE * SIDE // 8
# Measured on shared footage: saved again at 360 lines and half the bytes 0 to 7 bits, of two cameras 14 and more.
NEAR = 6
LEAST = 8  # bits of either kind that a view must have: of a black or even picture there are none, and all are alike
NOTHING: Views = np.empty(0, np.uint64)


def views(grey: bytes) -> Views:
    """The view of each picture of WIDTH x HEIGHT grey pixels, in order; what ends in the middle of one is left out."""
    whole = len(grey) // (WIDTH * HEIGHT)
    pictures = np.frombuffer(grey, np.uint8, whole * WIDTH * HEIGHT).reshape(whole, SIDE, FINE, SIDE + 1, FINE)
    bright = pictures.sum(axis=(2, 4), dtype=np.int64)
    bits = np.packbits((bright[:, :, 1:] > bright[:, :, :-1]).reshape(whole, SIDE * SIDE), axis=1)
    return from_bytes(bits.tobytes())


def from_bytes(told: bytes) -> Views:
    """Views that `to_bytes` wrote."""
    return np.frombuffer(told, ">u8").astype(np.uint64)


def to_bytes(seen: Views) -> bytes:
    """BYTES for each."""
    return seen.astype(">u8").tobytes()


def says_something(seen: Views) -> NDArray[np.bool_]:
    """Of each whether it has bits enough of either kind to be told from others."""
    ones = np.bitwise_count(seen)
    return (ones >= LEAST) & (ones <= SIDE * SIDE - LEAST)


def is_any_near(seen: Views, listed: Views) -> bool:
    """Whether one of `seen` is near one that is listed."""
    return any(bool((apart(one, listed) <= NEAR).any()) for one in seen[says_something(seen)])


def apart(one: np.uint64 | Views, other: Views) -> NDArray[np.uint8]:
    """By how many bits they differ."""
    found: NDArray[np.uint8] = np.bitwise_count(one ^ other)
    return found
