"""Many clients whose lines are cut without end: whether each hears every event of its division, once and in order.

    python -m bench.churn [--minutes 2] [--clients 1000] [--reset-ms 5] [--rate 10]

Two feed processes share one port. Meanwhile every seventh ring is lost, Redis is emptied every ten seconds, and every
half minute a process is killed and started again. Ends with 1 if there was a gap, a double or a reset of a cursor.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import uvloop

from bench.churning import Client, Heard
from feed import tickets
from feed.bell import Bell
from feed.events import build
from feed.tickets import Grant
from storage import feed_log
from storage.db import OPERATOR, Database
from storage.feed_log import Kind
from storage.kit import keys, settings
from storage.kit.errors import Unavailable
from storage.kit.programs import redis_server
from storage.kit.redis import connect
from storage.kit.settings import LOOPBACK
from storage.posts import Post
from storage.record import open_record
from tests import builders

LOST_EVERY, EMPTIED_EVERY, KILLED_EVERY = 7, 10.0, 30.0  # rings; seconds
PROCESSES = 2
AT_ONCE = 50  # clients that come at the start, so that a busy machine opens them in time
STARTS_WITHIN, COMES_WITHIN = 120.0, 120.0  # seconds
TICKETS = 500  # at once, of each division
FRESH_SECONDS = 15.0  # a ticket lives for 30


@dataclass
class Figures:
    """What came of it."""

    clients: int
    seconds: float = 0.0
    events: int = 0
    deliveries: int = 0
    resets: int = 0
    emptied: int = 0
    killed: int = 0
    lost: int = 0
    gaps: int = 0
    doubles: int = 0
    begun_anew: int = 0

    def __str__(self) -> str:
        """In a line or two."""
        return (
            f"{self.clients} clients, {PROCESSES} processes on one port, {self.seconds:.0f} s: {self.events} events, "
            f"{self.deliveries:,} deliveries, {self.resets:,} resets;\n{self.lost} rings lost, Redis emptied "
            f"{self.emptied} times, {self.killed} processes killed: {self.gaps} gaps, {self.doubles} doubles, "
            f"{self.begun_anew} told to begin anew"
        )

    @property
    def is_exact(self) -> bool:
        """Nothing missed, nothing twice."""
        return not (self.gaps or self.doubles or self.begun_anew)


def main() -> None:
    """Runs it and prints its figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--minutes", type=float, default=2)
    words.add_argument("--clients", type=int, default=1000)
    words.add_argument("--reset-ms", type=float, default=5)
    words.add_argument("--rate", type=float, default=10, help="events a second")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="porchlight-churn-") as folder:
        found = uvloop.run(
            churn(
                Path(folder),
                clients=asked.clients,
                seconds=asked.minutes * 60,
                reset_every=asked.reset_ms / 1000,
                rate=asked.rate,
            )
        )
    print(found)
    sys.exit(not found.is_exact)


async def churn(data: Path, *, clients: int, seconds: float, reset_every: float, rate: float) -> Figures:
    """Lets `clients` listen for so long, one line cut every `reset_every` seconds, and compares what each heard."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65536)), hard))
    found = Figures(clients)
    async with a_town(data) as town:
        nodes: list[subprocess.Popen[bytes]] = []
        listening = [
            Client(town.port, town.ticket_of(division), Heard(division, town.start))
            for division, _ in zip(town.divisions * clients, range(clients), strict=False)
        ]
        work = [asyncio.ensure_future(town.keep_tickets())]
        try:
            for _ in range(PROCESSES):
                nodes.append(await town.node())
            await town.tickets_there.wait()
            for start in range(0, clients, AT_ONCE):
                coming = listening[start : start + AT_ONCE]
                work += [asyncio.ensure_future(client.listen()) for client in coming]
                await _until(partial(_are_ready, coming), work)
            began = time.monotonic()
            troubles: list[tuple[float, Callable[[], Awaitable[None]]]] = [
                (1 / rate, lambda: town.happen(found)),
                (EMPTIED_EVERY, lambda: town.empty_redis(found)),
                (KILLED_EVERY, lambda: town.kill_one(nodes, found)),
            ]
            busy = [asyncio.ensure_future(_every(pause, trouble)) for pause, trouble in troubles]
            busy.append(asyncio.ensure_future(_cut(listening, reset_every, found)))
            work += busy
            await _until(lambda: time.monotonic() > began + seconds, work, within=seconds + COMES_WITHIN)
            for each in busy:
                each.cancel()
            await asyncio.gather(*busy, return_exceptions=True)
            work = [each for each in work if each not in busy]
            found.seconds = time.monotonic() - began
            await _until(
                lambda: all(client.heard.last >= town.last_of(client.heard.division) for client in listening), work
            )
        finally:
            for each in work:
                each.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            for node in nodes:
                node.terminate()
            await asyncio.gather(*(asyncio.to_thread(node.wait) for node in nodes))
    for client in listening:
        told, heard = town.told[client.heard.division], client.heard
        found.deliveries += len(heard.numbers)
        found.gaps += len(set(told) - set(heard.numbers))
        found.doubles += len(heard.numbers) - len(set(heard.numbers)) + heard.disorder
        found.begun_anew += heard.begun_anew
    return found


def _are_ready(clients: list[Client]) -> bool:
    return all(client.is_ready for client in clients)


async def _every(pause: float, trouble: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(pause)
        await trouble()


async def _cut(listening: list[Client], pause: float, found: Figures) -> None:
    due = time.monotonic()
    while True:
        due += pause
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        due = max(due, time.monotonic() - 1.0)  # a machine that cannot keep up does not save them all up
        found.resets += random.choice(listening).cut()


async def _until(
    true: Callable[[], bool], work: Sequence[asyncio.Future[None]], *, within: float = COMES_WITHIN
) -> None:
    deadline = time.monotonic() + within
    while not true():
        for failed in (each for each in work if each.done()):
            failed.result()
        if time.monotonic() > deadline:
            raise TimeoutError("it took too long")
        await asyncio.sleep(0.02)


@dataclass
class Town:
    """A record, its bell, and what was told of each division."""

    data: Path
    record: Database
    bell: Bell
    redis_url: str
    port: int
    posts: list[Post]
    start: str
    told: dict[str, list[int]] = field(default_factory=dict)
    tickets_there: asyncio.Event = field(default_factory=asyncio.Event)
    _tickets: dict[str, deque[str]] = field(default_factory=dict)
    _number: int = 0

    @property
    def divisions(self) -> list[str]:
        """Their ids."""
        return sorted({post.division for post in self.posts})

    def last_of(self, division: str) -> int:
        """The number of the last event there."""
        return max(self.told.get(division, []), default=0)

    def ticket_of(self, division: str) -> Callable[[], Awaitable[str]]:
        """How a client there gets a ticket."""

        async def ticket() -> str:
            while not self._tickets.get(division):
                await asyncio.sleep(0.01)
            return self._tickets[division].pop()

        return ticket

    async def keep_tickets(self) -> None:
        """Fresh ones at all times, many in one transaction: what they cost is not what is looked at."""
        while True:
            for division in self.divisions:
                with suppress(Unavailable):
                    self._tickets[division] = deque(await asyncio.to_thread(self._issue, division))
            if len(self._tickets) == len(self.divisions):
                self.tickets_there.set()
            renewed = time.monotonic()
            while time.monotonic() < renewed + FRESH_SECONDS and min(map(len, self._tickets.values()), default=0) > 99:
                await asyncio.sleep(0.02)

    def _issue(self, division: str) -> list[str]:
        grant = Grant(audience="resident", divisions=(division,), handle="x")
        with self.record.write(by=OPERATOR) as tx:
            return [tickets.issue(tx, grant) for _ in range(TICKETS)]

    async def happen(self, found: Figures) -> None:
        """One event more, of which every seventh does not ring."""
        post = random.choice(self.posts)
        self._number += 1
        heard = self._number % LOST_EVERY != 0
        try:
            line = await asyncio.to_thread(self._tell, post, heard)
        except Unavailable:  # SQLite has one writer, and those who show tickets stand in the same queue
            return
        self.told.setdefault(post.division, []).append(line)
        found.events += 1
        found.lost += not heard

    def _tell(self, post: Post, rings: bool) -> int:
        with self.record.write(by=OPERATOR) as tx:
            head = feed_log.lock(tx)
            line = feed_log.append(tx, Kind.UPDATED, post.id, post.division, post.category)
            event = build(line, post)
            assert event is not None
            if rings:
                tx.after_commit(self.bell.ring, head.epoch, line, event.model_dump_json().encode())
        return line.seq

    async def empty_redis(self, found: Figures) -> None:
        """It forgets everything."""
        found.emptied += 1
        with connect(self.redis_url) as client:
            await asyncio.to_thread(client.flushall)

    async def kill_one(self, nodes: list[subprocess.Popen[bytes]], found: Figures) -> None:
        """And starts it again."""
        victim = nodes.pop(0)
        victim.kill()
        await asyncio.to_thread(victim.wait)
        found.killed += 1
        nodes.append(await self.node())

    async def node(self) -> subprocess.Popen[bytes]:
        """One process of the feed, at the port they share; answered when it listens."""
        environment = settings.for_child(
            identity=False,
            PORCHLIGHT_DATA=str(self.data),
            PORCHLIGHT_PORTS=str(self.port - 2),
            PORCHLIGHT_RECORD_REDIS=self.redis_url,
            PORCHLIGHT_FEED_SHARED="1",
        )
        log = self.data / f"feed-{time.monotonic_ns()}.log"
        with log.open("wb") as out:
            node = subprocess.Popen([sys.executable, "-m", "feed"], env=environment, stdout=out, stderr=out)
        try:
            await _until(lambda: b"listening" in log.read_bytes(), [], within=STARTS_WITHIN)
        except BaseException:  # cancelled too: nobody else knows of it
            node.kill()
            node.wait()
            raise
        return node


@asynccontextmanager
async def a_town(data: Path) -> AsyncIterator[Town]:
    """A record and a Redis of our own, with some posts in each division."""
    bus = f"{data}/redis.sock"
    options = ["--port", "0", "--unixsocket", bus, "--save", "", "--dir", str(data)]
    server = subprocess.Popen([str(redis_server()), *options], stdout=subprocess.DEVNULL)
    record = open_record(f"sqlite:///{data}/record/record.db")
    try:
        await _until(lambda: Path(bus).exists(), [], within=STARTS_WITHIN)
        with connect(f"unix://{bus}") as client:
            bell = Bell(client, keys.read_or_make(data / "record/keys/bell.key"))
            with record.write(by=OPERATOR) as tx:
                builders.load_city(tx)
            posts = [
                builders.a_published_post(record, bell, division=name, ready=False)
                for name in builders.DIVISIONS
                for _ in range(3)
            ]
            with record.read() as conn:
                head = feed_log.head(conn)
            yield Town(data, record, bell, f"unix://{bus}", _free_port(), posts, f"{head.epoch}:{head.seq}")
    finally:
        record.engine.dispose()
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as door:
        door.bind((LOOPBACK, 0))
        return int(door.getsockname()[1])


if __name__ == "__main__":
    main()
