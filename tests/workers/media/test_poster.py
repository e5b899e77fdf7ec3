"""The still picture of a clip."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.workers.media.conftest import Came
from workers.media import rework
from workers.media.encode import Rendition
from workers.media.programs import Programs
from workers.media.sandbox import Cancelled


@pytest.fixture(scope="module")
def rendition(tools: Programs, clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Rendition:
    """A finished rendition."""
    probed = rework.inspect(tools, clip)
    folder = tmp_path_factory.mktemp("rendition")
    return rework.make_rendition(tools, clip, probed, rework.rungs(probed)[0], folder, sound=False)


def test_a_poster_is_a_plain_picture_of_the_clips_size(tools: Programs, rendition: Rendition, tmp_path: Path) -> None:
    """A JPEG without a word in it, that shows something."""
    poster = rework.make_poster(tools, rendition, tmp_path)

    picture = Image.open(io.BytesIO(poster.path.read_bytes()))
    assert (picture.format, picture.size) == ("JPEG", (rendition.width, rendition.height))
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert len(set(picture.convert("L").tobytes())) > 50


def test_a_poster_can_be_cancelled(tools: Programs, rendition: Rendition, tmp_path: Path) -> None:
    """A withdrawn clip needs none."""
    with pytest.raises(Cancelled):
        rework.make_poster(tools, rendition, tmp_path, cancelled=lambda: True)


def test_a_poster_is_made_of_the_first_segment(tools: Programs, came: Came, tmp_path: Path) -> None:
    """While the rest is still encoded; of what was written to make it nothing is left."""
    poster = rework.poster_from(tools, came.init, came.segments[0].data, tmp_path, width=640, height=360)

    assert [file.name for file in tmp_path.iterdir()] == ["poster.jpg"]
    assert (poster.name, poster.width, poster.height) == ("poster.jpg", 640, 360)
    assert poster.bytes == poster.path.stat().st_size
    picture = Image.open(io.BytesIO(poster.path.read_bytes()))
    assert (picture.format, picture.size) == ("JPEG", (640, 360))
    assert len(set(picture.convert("L").tobytes())) > 50


def test_a_poster_of_a_withdrawn_clip_leaves_nothing(tools: Programs, came: Came, tmp_path: Path) -> None:
    """Not even the segment."""
    with pytest.raises(Cancelled):
        rework.poster_from(
            tools, came.init, came.segments[0].data, tmp_path, width=640, height=360, cancelled=lambda: True
        )

    assert not (tmp_path / "first.mp4").exists()
