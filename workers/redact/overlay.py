"""Find what a camera burns into its picture, its name, a clock, an address: writing that stands where it stands.

Does NOT protect: what is shown for less than a third of the clip or wanders about, what the network does not take for
writing (a maker's logo, very small or faint letters), and how large and where the overlay was, which tells one make of
camera from another. Signs and shops that stand in the picture all the time go too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from workers.redact import plates
from workers.redact.boxes import NONE, Boxes, from_pixels
from workers.redact.pixels import Bytes, demand_colours

LOOKED = 6  # pictures of the clip
SHARE = 1 / 3  # of them in which something must be written at the same place
# Overlays lie along the upper and the lower edge, in small letters: these parts are looked at in twice the pixels.
EDGE, CLOSER = 0.2, 1920
GRID = (480, 270)  # places that are told apart
WORDS = np.ones((1, 15), np.uint8)  # of the grid: the gap between two words, which a clock's digits move in


def finder(weights: Path) -> Callable[[Bytes], Boxes]:
    """A finder with the text detector's `weights`. It raises ValueError for what is no picture in colours."""
    whole, closely = plates.finder(weights), plates.finder(weights, longer=CLOSER)

    def find(picture: Bytes) -> Boxes:
        demand_colours(picture)
        high = max(1, round(picture.shape[0] * EDGE))
        above, below = (closely(np.ascontiguousarray(part)) for part in (picture[:high], picture[-high:]))
        share = high / picture.shape[0]
        down = np.array((1, share, 1, share))
        return np.vstack([whole(picture), above * down, below * down + np.array((0, 1 - share, 0, 1 - share))])

    return find


def standing(found: Sequence[Boxes]) -> Boxes:
    """Where something is written all the time, from what was found in each of some pictures."""
    times = sum((_on_grid(boxes) for boxes in found), np.zeros(GRID[::-1], np.uint8))
    there = (times >= max(1, math.ceil(SHARE * len(found)))).astype(np.uint8)
    joined = cv2.morphologyEx(there, cv2.MORPH_CLOSE, WORDS)
    pieces, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    corners = [(left - 1, top - 1, left + wide + 1, top + high + 1) for left, top, wide, high in map(_around, pieces)]
    return from_pixels(corners, *GRID) if corners else NONE


def _on_grid(boxes: Boxes) -> Bytes:
    places = np.zeros(GRID[::-1], np.uint8)
    for left, top, right, bottom in np.clip(boxes, 0, 1) * np.array(GRID * 2):
        places[math.floor(top) : math.ceil(bottom), math.floor(left) : math.ceil(right)] = 1
    return places


def _around(piece: cv2.typing.MatLike) -> tuple[int, int, int, int]:
    left, top, wide, high = cv2.boundingRect(piece)
    return left, top, wide, high
