"""Plain HTTP on the feed's port."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from feed import server
from storage.db import Database
from tests.builders import City
from tests.feed.conftest import SOON, OwnRedis, Running, running

pytestmark = pytest.mark.anyio


async def test_health_tells_how_long_the_bus_is_silent(
    record: Database, city: City, own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 while it answers; 503 once it has been silent for too long, and 200 again."""
    monkeypatch.setattr(server, "SILENT_SECONDS", 1.5)
    async with running(record, own_redis.url) as feed:
        assert (await _get(feed, "/v1/health")).status_code == 200
        own_redis.freeze()
        await _health_is(feed, 503)
        own_redis.thaw()
        await _health_is(feed, 200)


async def test_other_addresses_are_not_there(feed: Running) -> None:
    """404 in the form of every answer, for sockets and for requests."""
    assert (await _get(feed, "/v1/posts")).json()["error"]["code"] == "not_there"
    with pytest.raises(InvalidStatus) as refused:
        await connect(feed.url + "/more", proxy=None)
    assert refused.value.response.status_code == 404


async def _get(feed: Running, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(f"http://127.0.0.1:{feed.port}{path}")


async def _health_is(feed: Running, status: int) -> None:
    deadline = time.monotonic() + SOON
    while (await _get(feed, "/v1/health")).status_code != status:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
