"""A node of the feed, with real sockets, a real record and a real Redis."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from feed import connection, posting, server
from feed.bell import Bell
from feed.connection import Connection
from feed.events import build
from feed.memory import Memory
from feed.replay import PAGE
from storage import feed_log
from storage.db import CHORES, OPERATOR, Database
from storage.kit import clock
from storage.posts import Post, Verb
from tests.builders import City, a_published_post
from tests.feed.conftest import SOON, OwnRedis, Running, happening_again, running, until

pytestmark = pytest.mark.anyio


async def test_a_post_reaches_a_listener(feed: Running, record: Database, bell: Bell) -> None:
    """What is published is heard at once."""
    async with feed.listening("Central") as ear:
        post = await asyncio.to_thread(a_published_post, record, bell, ready=False)

        event = await ear.hear(1.0)

    assert ear.ready == {"type": "ready", "cursor": ear.ready["cursor"], "reset": False}
    assert (event["kind"], event["post"]["id"]) == ("post.published", post.id)
    assert "committed_ns" not in event


async def test_a_post_of_another_division_does_not(feed: Running, record: Database, bell: Bell) -> None:
    """The ticket decides, live and in replay."""
    async with feed.listening("East") as ear:
        a_published_post(record, bell, division="Central")
        mine = a_published_post(record, bell, division="East", ready=False)

        assert (await ear.hear())["post"]["id"] == mine.id
    async with feed.listening("East", cursor=_start(feed)) as later:
        assert (await later.hear())["post"]["id"] == mine.id


async def test_a_ticket_of_some_categories_hears_of_those(feed: Running, record: Database, bell: Bell) -> None:
    """Others pass it by."""
    async with feed.listening(categories=("animal",)) as ear:
        a_published_post(record, bell, category="crime")
        dog = a_published_post(record, bell, category="animal", ready=False)

        assert (await ear.hear())["post"]["id"] == dog.id


async def test_a_cursor_brings_back_what_was_missed(feed: Running, record: Database, bell: Bell) -> None:
    """Everything after it, in order, once, and then what happens."""
    start = _start(feed)
    for _ in range(3):
        a_published_post(record, bell, ready=False)
    await until(lambda: _memory(feed).last == 3)

    async with feed.listening(cursor=start) as ear:
        a_published_post(record, bell, ready=False)
        heard = await ear.hear_up_to(4)

    assert ear.ready == {"type": "ready", "cursor": start, "reset": False}
    assert [message["seq"] for message in heard] == [1, 2, 3, 4]


async def test_what_was_missed_long_ago_comes_from_the_log(
    feed: Running, record: Database, redis_server: str, bell: Bell
) -> None:
    """A node that was started after it all happened tells it too, over several pages."""
    post = a_published_post(record, bell, ready=False)
    happening_again(record, post, times=1200)

    async with running(record, redis_server) as later, later.listening(cursor=_start(feed)) as ear:
        heard = await ear.hear_up_to(1201)

    assert [message["seq"] for message in heard] == [*range(1, 1202)]


async def test_a_hidden_post_is_never_replayed(feed: Running, record: Database, redis_server: str, bell: Bell) -> None:
    """Neither from memory nor from the log: only that it was hidden."""
    start = _start(feed)
    post = a_published_post(record, bell, title="A secret")
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, post.id, Verb.HIDE, reason="privacy")
    await until(lambda: _memory(feed).last == 3)

    async with running(record, redis_server) as fresh:
        for node in (feed, fresh):
            async with node.listening(cursor=start) as ear:
                assert await ear.hear() == {"type": "event", "seq": 3, "kind": "post.hidden", "post_id": post.id}


async def test_a_cursor_of_another_epoch_is_a_reset(feed: Running, record: Database, bell: Bell) -> None:
    """Ready at the head, and go on from there."""
    a_published_post(record, bell)
    await until(lambda: _memory(feed).last == 2)

    async with feed.listening(cursor="another:1") as ear:
        pass

    assert ear.ready["reset"] is True
    assert ear.ready["cursor"].endswith(":2")


async def test_a_cursor_below_the_floor_is_a_reset(feed: Running, record: Database, bell: Bell) -> None:
    """What was trimmed cannot be told."""
    epoch = _memory(feed).epoch
    a_published_post(record, bell)
    await until(lambda: _memory(feed).last == 2)
    with record.write(by=CHORES) as tx:
        feed_log.trim(tx, keep=1)
    await until(lambda: _memory(feed).floor == 1)

    async with feed.listening(cursor=f"{epoch}:0") as below, feed.listening(cursor=f"{epoch}:1") as at:
        assert (below.ready["reset"], at.ready["reset"]) == (True, False)


async def test_a_new_epoch_sends_everyone_back(feed: Running, record: Database, bell: Bell) -> None:
    """1012; who comes back with an old cursor is told to reset, and hears what happens then."""
    async with feed.listening() as ear:
        with record.write(by=OPERATOR) as tx:
            feed_log.new_epoch(tx)
        assert await _close_code(ear.socket) == 1012

    async with feed.listening(cursor=ear.ready["cursor"]) as again:
        post = a_published_post(record, bell, ready=False)
        assert again.ready["reset"] is True
        assert (await again.hear())["post"]["id"] == post.id


async def test_a_ticket_is_good_once(feed: Running) -> None:
    """The second to show it gets 4401, as one with an invented ticket does."""
    ticket = feed.ticket()

    async with _said(feed, _hello(ticket)) as first:
        assert json.loads(await first.recv())["type"] == "ready"
        async with _said(feed, _hello(ticket)) as second, _said(feed, _hello("invented")) as third:
            assert await _close_code(second) == 4401
            assert await _close_code(third) == 4401


@pytest.mark.parametrize("said", ["", "{}", b"\x00", "x" * 2000])
async def test_what_is_no_hello_is_4400(feed: Running, said: str | bytes) -> None:
    """Whatever else is said first."""
    async with _said(feed, said) as socket:
        assert await _close_code(socket) == 4400


async def test_too_much_at_once_is_not_even_read(feed: Running) -> None:
    """1009 by the library, before it is all there."""
    async with _said(feed, "x" * 100_000) as socket:
        assert await _close_code(socket) == 1009


async def test_who_says_nothing_is_let_go(record: Database, city: City, redis_server: str) -> None:
    """4408 after the time for a hello, which is five seconds; one that does not even open is dropped."""
    assert connection.HELLO_SECONDS == 5.0
    async with running(record, redis_server, hello_seconds=0.2) as feed:
        silent = await asyncio.open_connection("127.0.0.1", feed.port)
        async with connect(feed.url, proxy=None) as socket:
            assert await _close_code(socket) == 4408
        assert await asyncio.wait_for(silent[0].read(), SOON) == b""
        silent[1].close()


async def test_a_listener_who_only_sends_pings_is_answered(feed: Running) -> None:
    """Control frames are all that may follow the hello."""
    async with feed.listening() as ear:
        await asyncio.wait_for(await ear.socket.ping(), SOON)
        await ear.socket.send("more")
        assert await _close_code(ear.socket) == 4400


async def test_a_page_from_elsewhere_may_not_listen(record: Database, city: City, redis_server: str) -> None:
    """Our own pages and programs may."""
    async with running(record, redis_server, origins=["http://staff.localhost:8001"]) as feed:
        for origin, welcome in (("http://staff.localhost:8001", True), (None, True), ("http://elsewhere", False)):
            try:
                async with connect(feed.url, proxy=None, origin=origin):  # type: ignore[arg-type]
                    came_in = True
            except InvalidStatus as refused:
                came_in = refused.response.status_code != 403
            assert came_in is welcome


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


async def test_beats_move_the_cursor(
    record: Database, city: City, redis_server: str, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every 25 s, to listeners for whom nothing happens too."""
    assert server.BEAT_SECONDS == 25
    monkeypatch.setattr(server, "BEAT_SECONDS", 0.1)
    async with running(record, redis_server) as feed, feed.listening("East") as ear:
        a_published_post(record, bell, division="Central", ready=False)
        await until(lambda: _memory(feed).last == 1)
        beats = [await ear.hear() for _ in range(5)]

    assert {beat["type"] for beat in beats} == {"beat"}
    assert beats[-1]["cursor"].endswith(":1")


async def test_a_log_in_that_ends_ends_the_listener(
    record: Database, city: City, redis_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4401: get a new ticket, if you still can."""
    monkeypatch.setattr(server, "TIDY_SECONDS", 0.05)
    async with running(record, redis_server) as feed, feed.listening(ends_at=clock.now() + 300) as ear:
        assert await _close_code(ear.socket) == 4401


async def test_stopping_sends_everyone_back(record: Database, city: City, redis_server: str) -> None:
    """1012: come back with jitter."""
    async with running(record, redis_server) as feed, feed.listening() as ear:
        code, _ = await asyncio.gather(_close_code(ear.socket), feed.node.stop())

    assert code == 1012


async def test_committed_ns_is_told_only_when_measuring(
    record: Database, city: City, redis_server: str, bell: Bell
) -> None:
    """With it a live event carries the nanosecond of its commit."""
    async with running(record, redis_server, timed=True) as feed, feed.listening() as ear:
        before = clock.now_ns()
        a_published_post(record, bell, ready=False)
        event = await ear.hear()

    assert before < event["committed_ns"] < clock.now_ns()


async def test_a_slow_reader_delays_nobody_and_costs_little(feed: Running, record: Database, bell: Bell) -> None:
    """It leaves its room, is not buffered for, and hears everything once it reads again."""
    post = a_published_post(record, bell, text="x" * 2000, ready=False)
    async with feed.listening() as quick, feed.listening(narrow=True) as slow:
        for _ in range(10):
            _change(record, bell, post, times=100)
            started = time.monotonic()
            await quick.hear_up_to(_memory(feed).last)
            assert time.monotonic() - started < 1.0
        await quick.hear_up_to(1001)

        (full,) = [each for each in _connections(feed) if each._full_since is not None]
        assert full._transport.get_write_buffer_size() < connection.HIGH + PAGE * 3000
        assert full not in {member for room in feed.node._rooms._rooms.values() for member in room}
        heard = await slow.hear_up_to(1001)

    assert [message["seq"] for message in heard] == [*range(2, 1002)]


async def test_one_that_never_reads_again_is_let_go(
    record: Database, city: City, redis_server: str, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while that is long for a network and short for our memory."""
    monkeypatch.setattr(server, "TIDY_SECONDS", 0.05)
    monkeypatch.setattr(connection, "LAG_SECONDS", 0.3)
    async with running(record, redis_server) as feed:
        post = a_published_post(record, bell, text="x" * 2000, ready=False)
        async with feed.listening(narrow=True):
            _change(record, bell, post, times=1000)
            await until(lambda: not _connections(feed))


def _hello(ticket: str, cursor: str | None = None) -> str:
    return json.dumps({"type": "hello", "ticket": ticket, "cursor": cursor})


@asynccontextmanager
async def _said(feed: Running, text: str | bytes) -> AsyncIterator[ClientConnection]:
    async with connect(feed.url, proxy=None) as socket:
        await socket.send(text)
        yield socket


async def _close_code(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await asyncio.wait_for(socket.recv(), SOON)
    return closed.value.rcvd.code if closed.value.rcvd else None


async def _get(feed: Running, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(f"http://127.0.0.1:{feed.port}{path}")


async def _health_is(feed: Running, status: int) -> None:
    deadline = time.monotonic() + SOON
    while (await _get(feed, "/v1/health")).status_code != status:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def _start(feed: Running) -> str:
    """The cursor before everything."""
    return f"{_memory(feed).epoch}:0"


def _memory(feed: Running) -> Memory:
    return feed.node._house.memory


def _connections(feed: Running) -> list[Connection]:
    return list(feed.node._house.present)


def _change(record: Database, bell: Bell, post: Post, *, times: int) -> None:
    """Tells of the same post again and again, and rings for it."""
    with record.read() as conn:
        epoch = feed_log.head(conn).epoch
    for line in happening_again(record, post, times=times):
        event = build(line, post)
        assert event is not None
        bell.ring(epoch, line, event.model_dump_json().encode())
