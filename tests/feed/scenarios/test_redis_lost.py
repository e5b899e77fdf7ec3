"""The record's Redis with production's users: whatever happens to it, listeners hear the whole log, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from feed import bell as bells
from feed.bell import Bell
from storage.db import Database
from storage.kit import redis_acl
from storage.kit.redis import connect
from tests.builders import City, a_published_post
from tests.conftest import BELL_KEY
from tests.feed.conftest import Running, memory, running, until
from tests.servers.redis import RedisServer

pytestmark = pytest.mark.anyio
TROUBLES = [
    "nothing",
    "flushed",
    "killed",
    "started again empty",
    "frozen",
    "full",
    "forged into",
    "filled by a forger",
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """The record's Redis."""
    here = RedisServer(tmp_path / "redis", users=redis_acl.RECORD).start()
    yield here
    here.stop()


@pytest.fixture
def rings(server: RedisServer) -> Iterator[Bell]:
    """The bell as the staff program rings it."""
    with connect(server.url("staff")) as client:
        yield Bell(client, BELL_KEY)


@pytest.fixture
async def node(record: Database, city: City, server: RedisServer) -> AsyncIterator[Running]:
    """A node that listens as the feed's user."""
    async with running(record, server.url("feed")) as up:
        yield up


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_nothing_is_lost(node: Running, record: Database, server: RedisServer, rings: Bell, trouble: str) -> None:
    """Before, during and after: every event is heard, in order, and the bell carries again when it is over."""
    async with node.listening() as ear:
        await _publish(record, rings)
        heard = await ear.hear_up_to(1)
        _begin(server, node, trouble)
        await _publish(record, rings)
        await _publish(record, rings)
        heard += await ear.hear_up_to(3)
        _end(server, trouble)
        await _publish(record, rings)
        heard += await ear.hear_up_to(4)
        stream = bells.stream(memory(node).epoch)
        await until(lambda: not _is_forged(server, stream))  # the node throws it away
        await _publish(record, rings)
        heard += await ear.hear_up_to(5)
        rung: Any = server.client.xrevrange(stream, count=1)

    assert [message["seq"] for message in heard] == [1, 2, 3, 4, 5]
    assert {message["kind"] for message in heard} == {"post.published"}
    assert rung[0][0] == b"5-0"
    assert server.refusals == []


async def test_a_node_starts_without_redis(record: Database, city: City, server: RedisServer, rings: Bell) -> None:
    """And hears from the log; it says of itself that it is unwell only after a while."""
    server.kill()
    async with running(record, server.url("feed")) as late, late.listening() as ear:
        await _publish(record, rings)

        assert [message["seq"] for message in await ear.hear_up_to(1)] == [1]


def _begin(server: RedisServer, node: Running, trouble: str) -> None:
    stream = bells.stream(memory(node).epoch)
    match trouble:
        case "flushed":
            server.flush()
        case "killed":
            server.kill()
        case "started again empty":
            server.kill()
            server.start()
        case "frozen":
            server.freeze()
        case "full":
            server.fill()
        case "forged into":  # by whoever took a ringer over, without the key
            server.client.xadd(stream, {"r": b"forged" * 20}, id="2-0")
        case "filled by a forger":
            server.client.xadd(stream, {"r": b"x" * 1000}, id="18446744073709551614-0")


def _end(server: RedisServer, trouble: str) -> None:
    if trouble == "killed":
        server.start()
    server.thaw()
    server.empty_out()


def _is_forged(server: RedisServer, stream: str) -> bool:
    entries: Any = server.client.xrange(stream)
    return any(len(set(fields[b"r"])) < 10 for _, fields in entries)


async def _publish(record: Database, bell: Bell) -> None:
    await asyncio.to_thread(a_published_post, record, bell, ready=False)
