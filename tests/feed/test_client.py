"""The client, on connections that are cut at any moment."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from feed import client
from feed.bell import Bell
from feed.client import Line, NotWelcome, Posts, Ticket, TryLater, cursor_after, follow
from storage.db import Database
from storage.kit.redis import connect as connect_redis
from storage.posts.posts import Post
from tests.builders import City, a_published_post
from tests.conftest import BELL_KEY
from tests.feed.conftest import SOON, OwnRedis, Running, connections, happening_again, ring_again, running, start_of

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comes back quickly."""
    monkeypatch.setattr(client, "FIRST_WAIT", 0.01)


async def test_every_event_once_while_connections_are_cut_and_redis_dies(
    record: Database, city: City, own_redis: OwnRedis
) -> None:
    """Thousands of deliveries over hundreds of cuts: no gap, no double, in order."""
    cuts = 0
    async with running(record, own_redis.url) as feed:
        with connect_redis(own_redis.url) as redis:
            bell = Bell(redis, BELL_KEY)
            post = a_published_post(record, bell, ready=False)
            start = start_of(feed)
            listeners = [asyncio.ensure_future(_hear_up_to(feed, start, 801)) for _ in range(5)]
            for round_ in range(40):
                if round_ == 15:
                    own_redis.kill()
                if round_ == 25:
                    own_redis.start()
                rings = round_ not in range(15, 25)
                await asyncio.to_thread(ring_again if rings else _go_on_silently, record, bell, post, times=20)
                present = connections(feed)
                for connection in random.sample(present, k=min(2, len(present))):
                    connection.abort()
                    cuts += 1
            heard = await asyncio.wait_for(asyncio.gather(*listeners), 60)

    assert cuts > 30
    assert all(numbers == [*range(1, 802)] for numbers in heard)


async def test_a_ticket_that_cannot_be_had_is_asked_for_again() -> None:
    """An API that is away, twice, and then is not."""
    asked = 0

    async def welcome(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"type":"ready","cursor":"e:1","reset":false}')
        await socket.wait_closed()

    async with serve(welcome, "127.0.0.1", 0) as server:
        url = _url(server)

        async def ticket() -> Ticket:
            nonlocal asked
            asked += 1
            if asked < 3:
                raise TryLater
            return Ticket("t", url)

        async with aclosing(follow(ticket)) as messages:
            first = await asyncio.wait_for(anext(messages), SOON)

    assert (first["cursor"], asked) == ("e:1", 3)


@pytest.mark.parametrize("code", [4400, 4403])
async def test_who_is_not_welcome_stays_away(code: int) -> None:
    """The feed said so: coming back would not help."""

    async def refuse(socket: ServerConnection) -> None:
        await socket.close(code)

    async with serve(refuse, "127.0.0.1", 0) as server:
        with pytest.raises(NotWelcome, match=str(code)):
            await asyncio.wait_for(anext(follow(_tickets(_url(server)))), SOON)


async def test_a_used_ticket_is_replaced() -> None:
    """4401 asks for a new one; the cursor is kept through all of it."""
    hellos: list[str | bytes] = []

    async def refuse_first(socket: ServerConnection) -> None:
        hellos.append(await socket.recv())
        if len(hellos) == 1:
            await socket.close(4401)
        else:
            await socket.send('{"type":"beat","cursor":"e:9"}')
            await socket.close(1012)

    async with (
        serve(refuse_first, "127.0.0.1", 0) as server,
        aclosing(follow(_tickets(_url(server)), cursor="e:7")) as messages,
    ):
        for _ in range(2):
            await asyncio.wait_for(anext(messages), SOON)

    assert ['"e:7"' in str(hello) for hello in hellos] == [True, True, False]
    assert '"e:9"' in str(hellos[2])


async def test_a_feed_that_falls_silent_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without beats the line is dead, whatever TCP believes."""
    monkeypatch.setattr(client, "SILENCE_SECONDS", 0.1)
    came = 0

    async def silent(socket: ServerConnection) -> None:
        nonlocal came
        came += 1
        if came >= 2:
            await socket.send('{"type":"beat","cursor":"e:9"}')
        await socket.wait_closed()

    async with serve(silent, "127.0.0.1", 0) as server, aclosing(follow(_tickets(_url(server)))) as messages:
        await asyncio.wait_for(anext(messages), SOON)

    assert came >= 2  # a stall is silence, too


def test_the_cursor_follows_every_message() -> None:
    """An event has only its number: the epoch stays."""
    assert cursor_after({"type": "ready", "cursor": "e:1"}, None) == "e:1"
    assert cursor_after({"type": "event", "seq": 5}, "e:1") == "e:5"
    assert cursor_after({"type": "beat", "cursor": "e:8"}, "e:5") == "e:8"


def test_posts_are_what_may_be_seen_now() -> None:
    """Updates take the place of what they update, retractions and a reset take away, all else changes nothing."""
    posts = Posts([{"id": "p", "title": "old"}, {"id": "q", "title": "stays"}])
    messages: list[dict[str, Any]] = [
        {"type": "ready", "cursor": "e:1", "reset": False},
        {"type": "event", "seq": 2, "kind": "post.updated", "post": {"id": "p", "title": "new"}},
        {"type": "event", "seq": 3, "kind": "post.published", "post": {"id": "r", "title": "gone"}},
        {"type": "event", "seq": 4, "kind": "post.hidden", "post_id": "r"},
        {"type": "event", "seq": 5, "kind": "post.removed", "post_id": "never seen"},
        {"type": "beat", "cursor": "e:5"},
    ]
    for message in messages:
        posts.take(message)

    assert {post_id: post["title"] for post_id, post in posts.by_id.items()} == {"p": "new", "q": "stays"}
    posts.take({"type": "ready", "cursor": "f:1", "reset": True})
    assert posts.by_id == {}


def test_the_line_is_told_in_words() -> None:
    """Offline says since when, by this machine's clock."""
    assert [str(Line("catching up")), str(Line("live"))] == ["catching up", "live"]
    assert re.fullmatch(r"offline since \d\d:\d\d:\d\d", str(Line("offline", 1_764_000_000_000)))


async def test_a_line_that_stays_away_is_told_once() -> None:
    """Since the first of the failures, and as live when it is ready."""
    lines: list[Line] = []
    tries = 0

    async def welcome(socket: ServerConnection) -> None:
        nonlocal tries
        tries += 1
        await socket.recv()  # the hello
        if tries > 3:
            await socket.send('{"type":"ready","cursor":"e:1","reset":false}')
        await socket.close(1013)

    async with (
        serve(welcome, "127.0.0.1", 0) as server,
        aclosing(follow(_tickets(_url(server)), line=lines.append)) as messages,
    ):
        await asyncio.wait_for(anext(messages), SOON)

    assert [line.state for line in lines] == ["catching up", "offline", "live"]


async def _hear_up_to(feed: Running, cursor: str, last: int) -> list[int]:
    numbers: list[int] = []
    async with aclosing(follow(feed.get_ticket, cursor=cursor)) as messages:
        async for message in messages:
            assert message.get("reset") is not True
            if message["type"] == "event":
                numbers.append(message["seq"])
            if numbers and numbers[-1] == last:
                break
    return numbers


def _go_on_silently(record: Database, _bell: Bell, post: Post, *, times: int) -> None:
    happening_again(record, post, times=times)


def _tickets(url: str) -> Callable[[], Awaitable[Ticket]]:
    async def ticket() -> Ticket:
        return Ticket("t", url)

    return ticket


def _url(server: Any) -> str:
    return f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
