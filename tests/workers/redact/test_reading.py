"""Raw pictures from a pipe."""

from __future__ import annotations

import io
import os
from threading import Thread

from workers.redact.pixels import Shape
from workers.redact.reading import pictures

SHAPE = Shape(4, 2)


def test_each_whole_picture_is_given_once_and_half_of_one_never() -> None:
    """In order, until the end."""
    given = [picture.tobytes() for picture in pictures(io.BytesIO(bytes(range(29))), SHAPE)]

    assert given == [bytes(range(12)), bytes(range(12, 24))]


def test_a_picture_that_comes_in_pieces_is_put_together() -> None:
    """A pipe gives what it has."""
    told, feeds = os.pipe()

    def write() -> None:
        with os.fdopen(feeds, "wb", buffering=0) as pipe:
            for byte in range(24):
                pipe.write(bytes([byte]))

    writer = Thread(target=write)
    writer.start()
    with os.fdopen(told, "rb", buffering=0) as pipe:
        given = [picture.tobytes() for picture in pictures(pipe, SHAPE)]  # type: ignore[arg-type]
    writer.join()

    assert given == [bytes(range(12)), bytes(range(12, 24))]
