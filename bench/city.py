"""A record in which things happen, with a Redis and a feed node of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from bench.processes import free_port, reach, started, wait
from feed import tickets
from feed.bell import Bell
from feed.events import build
from feed.memory import frame
from feed.tickets import Grant
from storage import feed_log
from storage.db import OPERATOR, Database
from storage.feed_log import Kind
from storage.kit import keys, settings
from storage.kit.programs import redis_server
from storage.kit.redis import connect
from storage.posts.posts import Post
from storage.record import open_record
from tests import builders


class City:
    """A record in which things happen."""

    def __init__(self, data: Path, record: Database, bus: redis.Redis, url: str, *, posts: int) -> None:
        self._data, self.record, self.url = data, record, url
        self.key_file = data / "record/keys/bell.key"
        self.bell = Bell(bus, keys.read_or_make(self.key_file))
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
            PORCHLIGHT_RECORD_REDIS=self.url,
        )
        with started([sys.executable, "-m", "feed"], environment) as process:
            wait(lambda: reach(port))
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


@contextmanager
def a_city(data: Path, *, posts: int = 8) -> Iterator[City]:
    """A record and a Redis of our own, with that many posts."""
    bus = f"{data}/redis.sock"
    options = ["--port", "0", "--unixsocket", bus, "--save", "", "--dir", str(data)]
    record = open_record(f"sqlite:///{data}/record/record.db")
    with started([str(redis_server()), *options], {}), connect(f"unix://{bus}") as client:
        wait(client.ping)
        yield City(data, record, client, f"unix://{bus}", posts=posts)
    record.engine.dispose()
