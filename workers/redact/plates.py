"""Find plates in a picture, and with them whatever else is written there: signs, names, a camera's burnt-in words.

Does NOT protect: a plate that fills an eighth of the picture, one too small or too slanted to be taken for writing
(docs/wall.md says how small, in figures), stickers, logos, a dent. What is written on clothes and shops goes too, which
a plate alone would not have asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.redact.boxes import ALL, NONE, Boxes, from_pixels, grown
from workers.redact.pixels import Bytes, demand_colours

LONGER, STEP = 960, 32  # pixels of the longer side, and what the network wants both sides to be a multiple of
WRITTEN = 0.3  # how sure the network must be of a pixel
# ... and of a piece of writing, in the mean. Below, real footage is full of people, floors and shadows that look a
# little like letters: at 0.2 for any four pixels, a room with one person in it was filled from wall to wall.
SURE = 0.5
LEAST = 4  # pixels of a piece of writing
LARGEST = 1 / 8  # of the picture: beyond, the network takes a person or a car for a letter, and the room was filled
MOST = 200  # pieces in one picture; whoever draws more loses all of it
# The network marks the middle of what is written: as much again on all sides, or the edges of letters stay.
ROUND = 0.6  # of its height


def finder(weights: Path, *, longer: int = LONGER) -> Callable[[Bytes], Boxes]:
    """A finder with the detector's `weights`, an ONNX file, which looks at `longer` pixels of the longer side.

    It raises ValueError for what is no picture in colours.
    """
    network = cv2.dnn.readNetFromONNX(str(weights), cv2.dnn.ENGINE_NEW)

    def find(picture: Bytes) -> Boxes:
        demand_colours(picture)
        scale = longer / max(picture.shape[:2])
        high, wide = (max(1, round(side * scale / STEP)) * STEP for side in picture.shape[:2])
        # -1 to 1, as the network was taught.
        network.setInput(cv2.dnn.blobFromImage(picture, 1 / 127.5, (wide, high), (127.5, 127.5, 127.5)))
        return where_written(np.asarray(network.forward(), np.float64)[0, 0])

    return find


def where_written(sure: NDArray[np.float64]) -> Boxes:
    """The boxes of what is written, from how sure the network is of each pixel."""
    pieces, _ = cv2.findContours((sure > WRITTEN).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    seen = [cv2.boundingRect(piece) for piece in pieces if _how_sure(piece, sure) >= SURE]
    if not seen:
        return NONE
    if len(seen) > MOST:
        return ALL
    left, top, wide, high = np.array(seen, np.float64).T
    rows, columns = sure.shape
    around = ROUND * np.minimum(high, wide)
    corners = np.stack([left, top, left + wide, top + high], axis=1)
    return grown(from_pixels(corners, columns, rows), around / columns, around / rows)


def _how_sure(piece: cv2.typing.MatLike, sure: NDArray[np.float64]) -> float:
    """The mean over the narrowest rectangle round a piece, in whatever direction it lies."""
    left, top, wide, high = cv2.boundingRect(piece)
    part = sure[top : top + high, left : left + wide]
    marked = part[part > WRITTEN]
    if len(marked) < LEAST or wide * high > LARGEST * sure.size:
        return 0.0
    _, (side, other), _ = cv2.minAreaRect(piece)
    return float(marked.sum() / ((side + 1) * (other + 1)))
