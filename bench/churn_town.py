"""A town for a churn: what happens there, told or lost, and tickets for all who come."""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.churn_figures import Figures
from bench.churn_nodes import STARTS_WITHIN, Nodes, until
from bench.processes import free_port
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
from storage.posts.posts import Post
from storage.record import open_record
from tests import builders

LOST_EVERY = 7  # rings
TICKETS = 500  # at once, of each division
FRESH_SECONDS = 15.0  # a ticket lives for 30


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

    def nodes(self) -> Nodes:
        """None that run yet, for the port they share."""
        environment = settings.for_child(
            identity=False,
            PORCHLIGHT_DATA=str(self.data),
            PORCHLIGHT_PORTS=str(self.port - 2),
            PORCHLIGHT_RECORD_REDIS=self.redis_url,
            PORCHLIGHT_FEED_SHARED="1",
        )
        return Nodes(self.data, environment)


@asynccontextmanager
async def a_town(data: Path) -> AsyncIterator[Town]:
    """A record and a Redis of our own, with some posts in each division."""
    bus = f"{data}/redis.sock"
    options = ["--port", "0", "--unixsocket", bus, "--save", "", "--dir", str(data)]
    server = subprocess.Popen([str(redis_server()), *options], stdout=subprocess.DEVNULL)
    record = open_record(f"sqlite:///{data}/record/record.db")
    try:
        await until(lambda: Path(bus).exists(), within=STARTS_WITHIN)
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
            yield Town(data, record, bell, f"unix://{bus}", free_port(), posts, f"{head.epoch}:{head.seq}")
    finally:
        record.engine.dispose()
        server.terminate()
        server.wait()
