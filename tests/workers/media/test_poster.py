"""The still picture of a clip."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

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
