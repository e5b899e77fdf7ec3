"""What a delivery costs a feed node, beside a plain `websockets.broadcast` server that hears the same bell.

    python -m bench.feed [--listeners 400] [--rounds 100]

Both servers run at once, each with its own listeners, and hear the very same events in the same moments; CPU is
counted for each process. The plain server knows no tickets, filters, cursors or replay, and never looks at the log.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

import redis
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from feed import bell as bells, tickets
from feed.bell import Bell
from feed.events import build
from feed.memory import frame
from feed.tickets import Grant
from storage import feed_log
from storage.db import OPERATOR, Database
from storage.feed_log import Kind
from storage.kit import keys, settings
from storage.kit.programs import redis_server
from storage.kit.redis import connect, connect_async
from storage.posts.posts import Post
from storage.record import open_record
from tests import builders

WARM_UP = 20  # events before anything is counted
STARTS_WITHIN, ARRIVES_WITHIN = 60.0, 60.0  # seconds


def main() -> None:
    """Measures and prints; with `naive` it is the plain server itself."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--listeners", type=int, default=400)
    words.add_argument("--rounds", type=int, default=100)
    words.add_argument("--naive", nargs=4, metavar=("REDIS", "STREAM", "KEY", "PORT"), help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.naive:
        uvloop.run(plain_server(*asked.naive))
    else:
        with tempfile.TemporaryDirectory(prefix="porchlight-bench-") as folder:
            uvloop.run(measure(Path(folder), asked.listeners, asked.rounds))


async def measure(data: Path, listeners: int, rounds: int) -> None:
    """Prints microseconds of CPU per delivery, one event at a time and eight at once, and memory per listener."""
    with ExitStack() as stack:
        city = stack.enter_context(a_city(data))
        sides = [stack.enter_context(city.node()), stack.enter_context(city.plain())]
        empty = [_memory(side) for side, _ in sides]
        ears = Ears()
        await ears.listen(sides[0][1], city.tickets(listeners))
        await ears.listen(sides[1][1], [None] * listeners)
        city.happen(WARM_UP)
        await ears.all_heard(city.bytes_told)
        full = [_memory(side) for side, _ in sides]
        print(f"{listeners} listeners, {len(city.event(1))} bytes an event")
        for at_once in (1, 8):
            before = [_cpu(side) for side, _ in sides]
            for _ in range(rounds):
                city.happen(at_once)
                await ears.all_heard(city.bytes_told)
            ours, plain = (
                (_cpu(side) - was) / (rounds * at_once * listeners) * 1e6
                for (side, _), was in zip(sides, before, strict=True)
            )
            print(f"{at_once} at once: ours {ours:.2f} us, broadcast {plain:.2f} us a delivery: {ours / plain:.2f} x")
        ours, plain = ((now - was) / listeners / 1024 for now, was in zip(full, empty, strict=True))
        print(f"memory: ours {ours:.1f} kB, broadcast {plain:.1f} kB a listener: {ours / plain:.2f} x")


class City:
    """A record in which things happen."""

    def __init__(self, data: Path, record: Database, bus: redis.Redis, url: str, *, posts: int) -> None:
        self._data, self.record, self._url = data, record, url
        self._key_file = data / "record/keys/bell.key"
        self.bell = Bell(bus, keys.read_or_make(self._key_file))
        with record.write(by=OPERATOR) as tx:
            builders.load_city(tx)
        # As many posts as are ever told of at once: none of them is told anew within a batch.
        self.posts = [builders.a_published_post(record, self.bell, ready=False) for _ in range(posts)]
        self.bytes_told = 0

    @contextmanager
    def node(self) -> Iterator[tuple[int, int]]:
        """Our node, as the stack starts it: its process and port."""
        port = free_port()
        environment = settings.for_child(
            identity=False,
            PORCHLIGHT_DATA=str(self._data),
            PORCHLIGHT_PORTS=str(port - 2),
            PORCHLIGHT_RECORD_REDIS=self._url,
        )
        with started([sys.executable, "-m", "feed"], environment) as process:
            wait(lambda: socket.create_connection(("127.0.0.1", port)).close())
            yield process, port

    @contextmanager
    def plain(self) -> Iterator[tuple[int, int]]:
        """The plain server: its process and port."""
        with self.record.read() as conn:
            stream = bells.stream(feed_log.head(conn).epoch)
        port = free_port()
        what = [self._url, stream, str(self._key_file), str(port)]
        command = [sys.executable, "-m", "bench.feed", "--naive", *what]
        with started(command, settings.for_child(identity=False)) as process:
            wait(lambda: socket.create_connection(("127.0.0.1", port)).close())
            yield process, port

    def tickets(self, count: int) -> list[str]:
        """Tickets to everything."""
        grant = Grant(audience="resident", divisions=tuple(map(builders.division, builders.DIVISIONS)), handle="x")
        with self.record.write(by=OPERATOR) as tx:
            return [tickets.issue(tx, grant) for _ in range(count)]

    def event(self, seq: int) -> bytes:
        """What is told under this number."""
        event = build(self._line(seq), self._post(seq))
        assert event is not None
        return event.model_dump_json().encode()

    def happen(self, count: int) -> None:
        """That many events in one commit."""
        with self.record.write(by=OPERATOR) as tx:
            head = feed_log.lock(tx)
            for seq in range(head.seq + 1, head.seq + 1 + count):
                line, told = self._line(seq), self.event(seq)
                feed_log.append(tx, line.kind, line.post_id, line.division, line.category)
                tx.after_commit(self.bell.ring, head.epoch, line, told)
                self.bytes_told += len(frame(told))

    def _post(self, seq: int) -> Post:
        return self.posts[seq % len(self.posts)]

    def _line(self, seq: int) -> feed_log.Line:
        post = self._post(seq)
        return feed_log.Line(seq, Kind.UPDATED, post.id, post.division, post.category)


class Ears:
    """Many listeners that count bytes and look at none."""

    def __init__(self) -> None:
        self._all: list[Ear] = []

    async def listen(self, port: int, hellos: Sequence[str | None]) -> None:
        """Opens a listener for each hello, and waits until all are ready; None says nothing."""
        loop = asyncio.get_running_loop()
        for hello in hellos:
            _, ear = await loop.create_connection(partial(Ear, port, hello), "127.0.0.1", port)
            self._all.append(ear)
        for ear in self._all:
            await asyncio.wait_for(ear.ready, ARRIVES_WITHIN)

    async def all_heard(self, told: int) -> None:
        """Waits until each has heard `told` bytes of events."""
        async with asyncio.timeout(ARRIVES_WITHIN):
            while any(ear.heard < told for ear in self._all):
                await asyncio.sleep(0.001)


class Ear(asyncio.Protocol):
    """One listener."""

    def __init__(self, port: int, ticket: str | None) -> None:
        self._ticket = ticket
        self._ws: ClientProtocol | None = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}/v1/feed"))
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks to open."""
        assert self._ws is not None
        self._transport = cast(asyncio.Transport, transport)
        self._ws.send_request(self._ws.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Counts; before `ready`, talks."""
        if self._ws is None:
            self.heard += len(data)
            return
        self._ws.receive_data(data)
        answers = len(self._ws.events_received())
        if answers and self._ticket:
            self._ws.send_text(b'{"type":"hello","ticket":"%s","cursor":null}' % self._ticket.encode())
            self._ticket = None
        elif answers:
            self._flush()
            self._ws = None
            self.ready.set_result(None)
            return
        self._flush()

    def _flush(self) -> None:
        assert self._ws is not None
        for data in self._ws.data_to_send():
            self._transport.write(data)


async def plain_server(url: str, stream: str, key_file: str, port: str) -> None:
    """What one would write first: `websockets.serve`, and `broadcast` for each event."""
    key, epoch = keys.read_or_make(Path(key_file)), stream.partition(":")[2]
    listeners: set[ServerConnection] = set()

    async def stay(listener: ServerConnection) -> None:
        listeners.add(listener)
        await listener.wait_closed()
        listeners.discard(listener)

    bus = connect_async(url, answer_seconds=1.0)
    newest: Any = await bus.xrevrange(stream, count=1)
    place: bytes = newest[0][0]
    async with serve(stay, "127.0.0.1", int(port), compression=None):
        while True:
            answer: Any = await bus.xread({stream: place}, block=400)
            for id_, fields in answer[0][1] if answer else ():
                place = id_
                ring = bells.unseal(key, epoch, int(place.partition(b"-")[0]), fields[b"r"])
                broadcast(listeners, ring.event.decode())


@contextmanager
def a_city(data: Path, *, posts: int = 8) -> Iterator[City]:
    """A record and a Redis of our own."""
    bus = f"{data}/redis.sock"
    options = ["--port", "0", "--unixsocket", bus, "--save", "", "--dir", str(data)]
    record = open_record(f"sqlite:///{data}/record/record.db")
    with started([str(redis_server()), *options], {}), connect(f"unix://{bus}") as client:
        wait(client.ping)
        yield City(data, record, client, f"unix://{bus}", posts=posts)
    record.engine.dispose()


@contextmanager
def started(command: list[str], environment: dict[str, str], *, folder: Path | None = None) -> Iterator[int]:
    """A program that runs meanwhile, in `folder` if one is given: its process."""
    process = subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(STARTS_WITHIN)


def wait(answers: Callable[[], object]) -> None:
    """Returns as soon as `answers` raises nothing; raises what it raised where that takes too long."""
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            answers()
        except (OSError, redis.RedisError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def free_port() -> int:
    """A port of this machine that nobody holds."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _cpu(pid: int) -> float:
    """Seconds of CPU the process has had."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    """Bytes it holds now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
