"""Who is let in, and what the others are told."""

from __future__ import annotations

import json
from ipaddress import ip_network

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from feed import crowd
from storage.db import Database
from tests.builders import City
from tests.feed.conftest import Running, running, until

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]


@pytest.mark.parametrize("path", ["/v1/feed", "/v1/health"])
async def test_under_another_name_it_answers_nothing(feed: Running, path: str) -> None:
    """A page of another site whose name was made to lead here is refused before its ticket is looked at."""
    async with httpx.AsyncClient(trust_env=False) as client:
        told = await client.get(f"http://127.0.0.1:{feed.port}{path}", headers={"host": "evil.example"})
        known = await client.get(f"http://127.0.0.1:{feed.port}/v1/health", headers={"host": "localhost:1"})

    assert (told.status_code, told.json()["error"]["code"]) == (400, "unknown_host")
    assert known.status_code == 200


async def test_one_address_cannot_fill_the_house(
    record: Database, city: City, bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429 and when to come back, by the address that the proxy saw; others are let in, and so is it when one left."""
    monkeypatch.setattr(crowd, "MOST_IN_A_ROW", 3)
    async with running(record, bus, trusted_proxies=[ip_network("127.0.0.0/8")]) as feed:
        crowded, other = ({"X-Forwarded-For": f"198.51.100.{n}"} for n in (1, 2))
        one = await connect(feed.url, proxy=None, additional_headers=crowded)
        monkeypatch.setattr(feed.node._house.crowd, "_most", 1)

        with pytest.raises(InvalidStatus) as refused:
            await connect(feed.url, proxy=None, additional_headers=crowded)
        async with connect(feed.url, proxy=None, additional_headers=other):
            pass
        await one.close()
        await until(lambda: not feed.node._house.crowd._here)
        async with connect(feed.url, proxy=None, additional_headers=crowded):
            pass

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "10"


async def test_while_too_many_come_in_the_next_is_told_to_come_later(
    record: Database, city: City, bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 and when; this machine's own programs are not counted, nor who asks how the node is."""
    monkeypatch.setattr(crowd, "ALL_IN_A_ROW", 1)
    monkeypatch.setattr(crowd, "ALL_A_SECOND", 0.0)
    async with running(record, bus, trusted_proxies=[ip_network("127.0.0.0/8")]) as feed:
        first, next_ = ({"X-Forwarded-For": f"198.51.100.{n}"} for n in (1, 2))
        async with connect(feed.url, proxy=None, additional_headers=first):
            with pytest.raises(InvalidStatus) as refused:
                await connect(feed.url, proxy=None, additional_headers=next_)
            async with connect(feed.url, proxy=None):
                pass

    assert refused.value.response.status_code == 503
    assert refused.value.response.headers["Retry-After"] == "10"
    assert json.loads(refused.value.response.body or b"")["error"]["code"] == "busy"
