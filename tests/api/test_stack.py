"""Several nodes of the feed in one stack."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from api.stack import STORES, programs
from api.supervise import Pace, supervise
from feed.bell import Bell
from storage.db import OPERATOR
from storage.kit import keys, settings
from storage.kit.redis import connect
from storage.record import open_record
from tests import builders
from tests.api.running import free_port
from tests.feed.conftest import Door, Ear, anyio_backend

__all__ = ["anyio_backend"]
WITHIN = 60.0  # seconds; a process takes one to start, and a busy machine has two processors for many


@pytest.mark.parametrize("feeds", [1, 2])
def test_each_node_has_a_name_and_one_alone_keeps_the_port_to_itself(
    feeds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several listen together, each telling its figures at a port of its own."""
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path))

    nodes = [it for it in programs(tmp_path, 8000, 1, feeds=feeds, metrics=True) if it.command[-1] == "feed"]

    assert [it.name for it in nodes] == {1: ["feed"], 2: ["feed-1", "feed-2"]}[feeds]
    assert {it.environment.get("PORCHLIGHT_FEED_SHARED") for it in nodes} == {1: {None}, 2: {"1"}}[feeds]
    assert len({it.environment["PORCHLIGHT_METRICS"] for it in nodes}) == feeds


@pytest.mark.anyio
async def test_a_node_that_dies_leaves_the_others_serving_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its listeners come in again at once, through the same port; the others hear on, and it is started anew."""
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path))
    base, lines, stop = free_port(), list[tuple[str, str]](), asyncio.Event()
    here = settings.record({"PORCHLIGHT_DATA": str(tmp_path), "PORCHLIGHT_PORTS": str(base)})
    (tmp_path / "record").mkdir()
    record = open_record(here.database)
    with record.write(by=OPERATOR) as tx:
        builders.load_city(tx)
    wanted = [it for it in programs(tmp_path, base, 1, feeds=2) if it.name in ("record-redis", "feed-1", "feed-2")]

    async def started(rank: int) -> None:
        if rank == STORES:
            await _until(lambda: Path(here.redis.removeprefix("unix://")).exists())

    def listens(name: str) -> int:
        return sum(said == name and "listening" in line for said, line in lines)

    def say(name: str, line: str) -> None:
        lines.append((name, line))

    stack = asyncio.create_task(supervise(wanted, stop=stop, say=say, started=started, pace=Pace(first=0.05)))
    try:
        await _until(lambda: listens("feed-1") == listens("feed-2") == 1)
        door = Door(base + 2, record)
        async with AsyncExitStack() as all_:
            ears = [await all_.enter_async_context(door.listening()) for _ in range(16)]  # all at one: 2 in 65,536
            victim = next(line for name, line in lines if name == "feed-1" and "started as process" in line)
            os.kill(int(re.findall(r"\d+", victim)[-1]), signal.SIGKILL)
            # Until it is dead, who comes in may still be dealt to it, and must come once more.
            await _until(lambda: any(name == "feed-1" and "ended by SIGKILL" in line for name, line in lines))
            again = await all_.enter_async_context(door.listening())
            await _until(lambda: listens("feed-1") == 2)
            bell = Bell(connect(here.redis), keys.read_or_make(here.bell_key_file))
            post = await asyncio.to_thread(builders.a_published_post, record, bell, ready=False)

            heard = [await _title(ear) for ear in [*ears, again]]

        assert heard[-1] == post.title
        assert set(heard) == {post.title, None}
    finally:
        stop.set()
        await stack
        record.engine.dispose()


async def _title(ear: Ear) -> str | None:
    """Of the next post it hears; None where its node is dead."""
    try:
        while (told := await ear.hear(WITHIN))["type"] != "event":
            pass
        return str(told["post"]["title"])
    except ConnectionClosed:
        return None


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while not true():
            await asyncio.sleep(0.02)
