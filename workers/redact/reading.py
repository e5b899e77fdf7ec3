"""Raw pictures from a pipe, one after the other. What ends in the middle of a picture is left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from workers.redact.pixels import Bytes, Shape


def pictures(source: BinaryIO, shape: Shape) -> Iterator[Bytes]:
    """Each whole picture, until the source ends."""
    while True:
        picture = np.empty(shape.bytes, np.uint8)
        if _read_into(picture.data, source) < len(picture):
            return
        yield picture


def _read_into(place: memoryview, source: BinaryIO) -> int:
    filled = 0
    while filled < len(place) and (more := source.readinto(place[filled:])):  # type: ignore[attr-defined]
        filled += more
    return filled
