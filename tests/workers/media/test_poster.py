"""The still picture of a clip."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.workers.media.conftest import Came
from workers.media import rework
from workers.media.programs import Programs
from workers.media.sandbox import Cancelled


def test_a_poster_is_made_of_the_first_segment(tools: Programs, came: Came, tmp_path: Path) -> None:
    """While the rest is still encoded; of what was written to make it nothing is left."""
    poster = rework.poster_from(tools, came.init, came.segments[0].data, tmp_path, width=640, height=360)

    assert [file.name for file in tmp_path.iterdir()] == ["poster.jpg"]
    assert (poster.name, poster.width, poster.height) == ("poster.jpg", 640, 360)
    assert poster.bytes == poster.path.stat().st_size
    picture = Image.open(io.BytesIO(poster.path.read_bytes()))
    assert (picture.format, picture.size) == ("JPEG", (640, 360))
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert len(set(picture.convert("L").tobytes())) > 50


def test_a_poster_of_a_withdrawn_clip_leaves_nothing(tools: Programs, came: Came, tmp_path: Path) -> None:
    """Not even the segment."""
    with pytest.raises(Cancelled):
        rework.poster_from(
            tools, came.init, came.segments[0].data, tmp_path, width=640, height=360, cancelled=lambda: True
        )

    assert not (tmp_path / "first.mp4").exists()
