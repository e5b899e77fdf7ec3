"""Nodes of the feed as processes of their own, and people who publish meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from feed.bell import Bell
from storage.db import OPERATOR, Database
from storage.kit import keys, settings
from tests import builders
from tests.api.running import Running as Program, free_port, running
from tests.builders import a_published_post
from tests.conftest import NewDatabase
from tests.feed.conftest import Door, OwnRedis


@dataclass
class NodeProcess(Door):
    """A node that runs as the stack starts it."""

    program: Program

    @property
    def pid(self) -> int:
        """Its process."""
        return self.program.process.pid


@dataclass
class Town:
    """A record, its Redis and its bell, for as many nodes as a test starts."""

    folder: Path
    record: Database
    redis: OwnRedis
    bell: Bell

    @contextmanager
    def node(self, name: str = "feed", *, ports: int | None = None, shared: bool = False) -> Iterator[NodeProcess]:
        """A node while the block lasts; `ports` is the first of the ports it finds its own among."""
        base = free_port() if ports is None else ports
        environment = settings.for_child(
            identity=False,
            PORCHLIGHT_DATA=str(self.folder),
            PORCHLIGHT_PORTS=str(base),
            PORCHLIGHT_RECORD_DATABASE=self.record.engine.url.render_as_string(hide_password=False),
            PORCHLIGHT_RECORD_REDIS=self.redis.url,
            PORCHLIGHT_BELL_KEY_FILE=str(self.folder / "record/keys/bell.key"),
            PORCHLIGHT_FEED_SHARED="1" if shared else "0",
        )
        with running("feed", port=base + 2, env=environment, log_file=self.folder / f"{name}.log") as program:
            yield NodeProcess(base + 2, self.record, program)

    def publish(self, **words: str) -> str:
        """A post that is told; answers its id."""
        return str(a_published_post(self.record, self.bell, ready=False, **words).id)  # type: ignore[arg-type]


@pytest.fixture
def town(new_record: NewDatabase, tmp_path: Path, own_redis: OwnRedis) -> Iterator[Town]:
    """A town whose nodes run as processes."""
    (tmp_path / "record").mkdir()
    record = Database(new_record(tmp_path / "record"))
    with record.write(by=OPERATOR) as tx:
        builders.load_city(tx)
    yield Town(
        tmp_path, record, own_redis, Bell(own_redis.client, keys.read_or_make(tmp_path / "record/keys/bell.key"))
    )
    record.engine.dispose()


@asynccontextmanager
async def opened(block: AbstractContextManager[NodeProcess]) -> AsyncIterator[NodeProcess]:
    """A node that is started and stopped without holding up the loop."""
    node = await asyncio.to_thread(block.__enter__)
    try:
        yield node
    finally:
        await asyncio.to_thread(block.__exit__, None, None, None)


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Does `work` again and again, in a thread, for as long as the block lasts."""
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            work()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
