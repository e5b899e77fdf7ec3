"""A finished file of our own to judge."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workers.media.conftest import came, clip, make_clip, tools  # noqa: F401 - fixtures
from workers.media import rework
from workers.media.programs import Programs


@pytest.fixture(scope="session")
def finished(tools: Programs, clip: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:  # noqa: F811
    """An MP4 with picture and sound, and its poster."""
    folder = tmp_path_factory.mktemp("finished")
    probed = rework.inspect(tools, clip)
    rendition = rework.make_rendition(tools, clip, probed, rework.rungs(probed)[0], folder, sound=True)
    return rendition.path.read_bytes(), rework.make_poster(tools, rendition, folder).path.read_bytes()


@pytest.fixture(scope="session")
def movie(finished: tuple[bytes, bytes]) -> bytes:
    """The MP4."""
    return finished[0]


@pytest.fixture(scope="session")
def still(finished: tuple[bytes, bytes]) -> bytes:
    """The JPEG."""
    return finished[1]
