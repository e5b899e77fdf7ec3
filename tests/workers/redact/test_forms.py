"""The forms an init can have, as another program reads them."""

from __future__ import annotations

import pytest

from tests.workers.media.conftest import Came
from workers.redact.canvases import ALL, Canvas
from workers.redact.forms import init, sequence_set
from workers.redact.mp4 import walk
from workers.redact.runs import Track, pixels, tracks


def test_what_our_encoder_writes_is_one_of_them(came: Came) -> None:
    """To the byte, once names are emptied."""
    assert came.init == init(ALL[640, 360], sound=True)


@pytest.mark.parametrize("canvas", ALL.values(), ids=lambda canvas: f"{canvas.width}x{canvas.height}")
def test_each_tells_its_canvas_and_tracks(canvas: Canvas) -> None:
    """Boxes from end to end; sound where it is said to be."""
    data = init(canvas, sound=True)

    assert list(walk(data))[-1].end == len(data)
    assert pixels(data) == (canvas.width, canvas.height)
    assert tracks(data) == {1: Track(b"vide", 15360), 2: Track(b"soun", 48000)}
    assert list(tracks(init(canvas, sound=False))) == [1]


def test_a_parameter_set_never_looks_like_the_beginning_of_another() -> None:
    """Two noughts are followed by a guard."""
    for canvas in ALL.values():
        told = sequence_set(canvas)
        assert all(three not in told for three in (b"\0\0\0", b"\0\0\1", b"\0\0\2"))
