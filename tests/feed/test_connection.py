"""One connection: what it may say, and what it costs when it does not listen."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from feed import connection, door, house, server
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
