"""The world a crash happens in."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from api.resident.desk import Desk
from tests.api.conftest import client, settings  # noqa: F401 - fixtures
from tests.api.resident.conftest import Town, airlock, app, desk, kept, town  # noqa: F401 - fixtures
from tests.faults.world import World
from tests.storage.identity.conftest import vault  # noqa: F401 - fixtures
from tests.workers.airlock.conftest import clip_bytes, prepared, quick, tall_clip  # noqa: F401 - fixtures
from tests.workers.media.conftest import make_clip, tools  # noqa: F401 - fixtures
from workers.airlock.admit import Airlock


@pytest.fixture
def world(airlock: Airlock, desk: Desk, app: FastAPI, town: Town, clip_bytes: bytes) -> World:  # noqa: F811
    """Both programs that stand on both sides; their media were encoded before."""
    return World(airlock, desk, app, town, clip_bytes)
