"""One connection: what it may say, and what it costs when it does not listen."""

from __future__ import annotations

import asyncio
import json
import time
from ipaddress import ip_network

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from feed import connection, crowd, door, house, server
from feed.bell import Bell
from feed.memory import PIECE_BYTES
from storage.db import Database
from tests.builders import City, a_published_post
from tests.feed.conftest import (
    SOON,
    Running,
    close_code,
    connections,
    happening_again,
    hello,
    memory,
    ring_again,
    running,
    said,
    start_of,
    until,
)

pytestmark = pytest.mark.anyio


async def test_a_ticket_is_good_once(feed: Running) -> None:
    """The second to show it gets 4401, as one with an invented ticket does."""
    ticket = feed.ticket()

    async with said(feed, hello(ticket)) as first:
        assert json.loads(await first.recv())["type"] == "ready"
        async with said(feed, hello(ticket)) as second, said(feed, hello("invented")) as third:
            assert await close_code(second) == 4401
            assert await close_code(third) == 4401


@pytest.mark.parametrize("words", ["", "{}", b"\x00", "x" * 2000])
async def test_what_is_no_hello_is_4400(feed: Running, words: str | bytes) -> None:
    """Whatever else is said first."""
    async with said(feed, words) as socket:
        assert await close_code(socket) == 4400


async def test_too_much_at_once_is_not_even_read(feed: Running) -> None:
    """1009 by the library, before it is all there."""
    async with said(feed, "x" * 100_000) as socket:
        assert await close_code(socket) == 1009


async def test_who_says_nothing_is_let_go(record: Database, city: City, bus: str) -> None:
    """4408 after the time for a hello, which is five seconds; one that does not even open is dropped."""
    assert house.HELLO_SECONDS == 5.0
    async with running(record, bus, hello_seconds=0.2) as feed:
        silent = await asyncio.open_connection("127.0.0.1", feed.port)
        async with connect(feed.url, proxy=None) as socket:
            assert await close_code(socket) == 4408
        assert await asyncio.wait_for(silent[0].read(), SOON) == b""
        silent[1].close()


async def test_a_listener_who_only_sends_pings_is_answered(feed: Running) -> None:
    """Control frames are all that may follow the hello."""
    async with feed.listening() as ear:
        await asyncio.wait_for(await ear.socket.ping(), SOON)
        await ear.socket.send("more")
        assert await close_code(ear.socket) == 4400


async def test_a_page_from_elsewhere_may_not_listen(record: Database, city: City, bus: str) -> None:
    """Our own pages and programs may."""
    async with running(record, bus, origins=["http://staff.localhost:8001"]) as feed:
        for origin, welcome in (("http://staff.localhost:8001", True), (None, True), ("http://elsewhere", False)):
            try:
                async with connect(feed.url, proxy=None, origin=origin):  # type: ignore[arg-type]
                    came_in = True
            except InvalidStatus as refused:
                came_in = refused.response.status_code != 403
            assert came_in is welcome


async def test_a_slow_reader_delays_nobody_and_costs_little(feed: Running, record: Database, bell: Bell) -> None:
    """It leaves its room, is not buffered for, and hears everything once it reads again."""
    post = a_published_post(record, bell, text="x" * 2000, ready=False)
    async with feed.listening() as quick, feed.listening(narrow=True) as slow:
        for told in range(101, 1002, 100):
            ring_again(record, bell, post, times=100)
            started = time.monotonic()
            await quick.hear_up_to(told)
            # Who waited for the slow one would wait until it is let go, 30 s; a busy machine takes a few by itself.
            assert time.monotonic() - started < 10.0

        (full,) = [each for each in connections(feed) if each._full_since is not None]
        assert full._transport.get_write_buffer_size() < connection.HIGH + PIECE_BYTES + 3000
        assert full not in {member for room in feed.node._rooms._rooms.values() for member in room}
        heard = await slow.hear_up_to(1001)

    assert [message["seq"] for message in heard] == [*range(2, 1002)]


async def test_one_whom_a_page_of_the_log_fills_up_hears_nothing_twice(
    record: Database, city: City, bus: str, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not let into its room by the very write that it has no room for."""
    monkeypatch.setattr(door, "SEND_BUFFER", 4096)
    monkeypatch.setattr(connection, "HIGH", 2000)
    monkeypatch.setattr(connection, "LOW", 500)
    post = a_published_post(record, bell, text="x" * 300, ready=False)
    happening_again(record, post, times=60)
    async with running(record, bus) as feed, feed.listening(cursor=start_of(feed), narrow=True) as slow:
        await until(lambda: any(each._full_since is not None for each in connections(feed)))
        assert not any(feed.node._rooms._rooms.values())
        await asyncio.to_thread(ring_again, record, bell, post, times=40)
        await until(lambda: memory(feed).last == 101)
        heard = await slow.hear_up_to(101)

    assert [message["seq"] for message in heard] == [*range(1, 102)]


async def test_one_that_never_reads_again_is_let_go(
    record: Database, city: City, bus: str, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while that is long for a network and short for our memory."""
    monkeypatch.setattr(server, "TIDY_SECONDS", 0.05)
    monkeypatch.setattr(connection, "LAG_SECONDS", 0.3)
    async with running(record, bus) as feed:
        post = a_published_post(record, bell, text="x" * 2000, ready=False)
        async with feed.listening(narrow=True):
            ring_again(record, bell, post, times=1000)
            await until(lambda: not connections(feed))
            assert memory(feed).last > 1


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
