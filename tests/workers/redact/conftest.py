"""A finished file of our own to judge."""

from __future__ import annotations

import pytest

from tests.workers.media.conftest import Came, came, clip, make_clip, tools  # noqa: F401 - fixtures
from workers.media import rework
from workers.media.programs import Programs


@pytest.fixture(scope="session")
def movie(came: Came) -> bytes:  # noqa: F811
    """A fragmented MP4 with picture and sound."""
    return came.file


@pytest.fixture(scope="session")
def still(tools: Programs, came: Came, tmp_path_factory: pytest.TempPathFactory) -> bytes:  # noqa: F811
    """Its poster, a JPEG."""
    folder = tmp_path_factory.mktemp("still")
    made = rework.poster_from(tools, came.init, came.segments[0].data, folder, width=640, height=360)
    return made.path.read_bytes()
