"""A feed node on a real record and a real Redis that a test may kill."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import insert, update
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from feed import tickets
from feed.bell import Bell
from feed.client import Ticket
from feed.connection import Connection
from feed.events import build
from feed.memory import Memory
from feed.server import Node
from feed.tickets import Grant
from storage import feed_log
from storage.db import OPERATOR, Database
from storage.feed_log import Kind, Line
from storage.kit.programs import redis_server as redis_server_program
from storage.kit.redis import connect as connect_redis, connect_async
from storage.posts.posts import Post
from storage.schema import feed_head, feed_log as log_table
from tests import builders
from tests.conftest import BELL_KEY

Message = dict[str, Any]
SOON = 30.0  # seconds in which what should happen has happened, on a machine that is busy


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The loop the node runs on in production."""
    return "asyncio", {"use_uvloop": True}


class OwnRedis:
    """A Redis that a test may kill, freeze and start again, empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"unix://{folder}/redis.sock"
        self.client = connect_redis(self.url)
        self.start()

    def start(self) -> None:
        options = [
            "--port",
            "0",
            "--unixsocket",
            f"{self._folder}/redis.sock",
            "--save",
            "",
            "--dir",
            str(self._folder),
        ]
        self._process = subprocess.Popen([str(redis_server_program()), *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + SOON
        while not _answers(self.client):
            assert time.monotonic() < deadline, "Redis does not start"
            time.sleep(0.01)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(SOON)

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    """A Redis of this test alone."""
    folder = Path(tempfile.mkdtemp(prefix="porchlight-test-"))
    server = OwnRedis(folder)
    yield server
    server.client.close()
    server.thaw()
    server.kill()
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Door:
    """Where a node answers, and the ways to it."""

    port: int
    record: Database

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/feed"

    def ticket(self, *divisions: str, staff_id: str | None = None, **rest: Any) -> str:
        """A ticket for divisions by name; for the whole invented city when none is named."""
        ids = tuple(builders.division(name) for name in divisions or builders.DIVISIONS)
        who = {"audience": "staff", "handle": staff_id} if staff_id else {"audience": "resident", "handle": "x"}
        with self.record.write(by=OPERATOR) as tx:
            return tickets.issue(tx, Grant.model_validate({**who, "divisions": ids, **rest}))

    async def get_ticket(self) -> Ticket:
        """What a client asks for before it connects."""
        return Ticket(await asyncio.to_thread(self.ticket), self.url)

    @asynccontextmanager
    async def listening(
        self, *divisions: str, cursor: str | None = None, narrow: bool = False, **grant: Any
    ) -> AsyncIterator[Ear]:
        """One who said hello and was told `ready`; a `narrow` one takes little in before it is asked for more."""
        ticket = await asyncio.to_thread(lambda: self.ticket(*divisions, **grant))
        wire = socket.socket()
        if narrow:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect(("127.0.0.1", self.port))
        async with connect(self.url, sock=wire, max_queue=1 if narrow else 1024, close_timeout=1) as open_:
            await open_.send(hello(ticket, cursor))
            ear = Ear(open_)
            ear.ready = await ear.hear()
            yield ear


@dataclass
class Running(Door):
    """A node that runs in this process."""

    node: Node


class Ear:
    """What one listener hears."""

    ready: Message

    def __init__(self, open_: ClientConnection) -> None:
        self.socket = open_

    async def hear(self, seconds: float = SOON) -> Message:
        """The next message."""
        message: Message = json.loads(await asyncio.wait_for(self.socket.recv(), seconds))
        return message

    async def hear_up_to(self, seq: int) -> list[Message]:
        """Messages up to the event of this number."""
        heard = [await self.hear()]
        while heard[-1]["seq"] < seq:
            heard.append(await self.hear())
        return heard


@asynccontextmanager
async def running(record: Database, redis_url: str, **options: Any) -> AsyncIterator[Running]:
    """A node while the block lasts."""
    client = connect_async(redis_url, answer_seconds=1.0)
    node = Node(builders.as_role(record, "feed"), client, BELL_KEY, **options)
    port = await node.start("127.0.0.1", 0)
    try:
        yield Running(port, record, node)
    finally:
        await node.stop()
        await client.aclose()


@pytest.fixture
def bus(redis_server: str, redis_client: redis.Redis) -> str:
    """The URL of the Redis of all tests, empty: their records are copies, so their streams have the same name."""
    return redis_server


@pytest.fixture
async def feed(record: Database, city: builders.City, bus: str, bell: Bell) -> AsyncIterator[Running]:
    """A node that runs."""
    async with running(record, bus) as up:
        yield up


def happening_again(record: Database, post: Post, *, times: int) -> list[Line]:
    """That many further lines of the log about a post, written at one stroke; nothing rings."""
    with record.write(by=OPERATOR) as tx:
        start = feed_log.lock(tx).seq + 1
        lines = [Line(start + n, Kind.UPDATED, post.id, post.division, post.category) for n in range(times)]
        rows = [
            {"seq": seq, "kind": kind, "post_id": post_id, "division_id": division, "category": category}
            for seq, kind, post_id, division, category in map(astuple, lines)
        ]
        tx.execute(insert(log_table), rows)
        tx.execute(update(feed_head).values(seq=lines[-1].seq))
    return lines


def ring_again(record: Database, bell: Bell, post: Post, *, times: int) -> None:
    """That many further lines about a post, and the bell rings for each."""
    with record.read() as conn:
        epoch = feed_log.head(conn).epoch
    for line in happening_again(record, post, times=times):
        ring(epoch, bell, post, line)


def ring(epoch: str, bell: Bell, post: Post, line: Line) -> None:
    """The bell rings for a line."""
    event = build(line, post)
    assert event is not None
    bell.ring(epoch, line, event.model_dump_json().encode())


def memory(feed: Running) -> Memory:
    """The node's memory."""
    return feed.node._house.memory


def start_of(feed: Running) -> str:
    """The cursor before everything."""
    return f"{memory(feed).epoch}:0"


def connections(feed: Running) -> list[Connection]:
    """Who is connected."""
    return list(feed.node._house.present)


def hello(ticket: str, cursor: str | None = None) -> str:
    """The first thing to say."""
    return json.dumps({"type": "hello", "ticket": ticket, "cursor": cursor})


@asynccontextmanager
async def said(feed: Running, text: str | bytes) -> AsyncIterator[ClientConnection]:
    """A connection on which this was said first."""
    async with connect(feed.url, proxy=None) as open_:
        await open_.send(text)
        yield open_


async def close_code(open_: ClientConnection, heard: list[str] | None = None) -> int | None:
    """With which code the feed closes; what it says before is added to `heard`."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            said_before = str(await asyncio.wait_for(open_.recv(), SOON))
            if heard is not None:
                heard.append(said_before)
    return closed.value.rcvd.code if closed.value.rcvd else None


async def until(true: Callable[[], bool], seconds: float = SOON) -> None:
    """Waits until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        await asyncio.sleep(0.01)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
