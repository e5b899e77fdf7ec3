"""The airlock's Redis flushed, dead, frozen, started again empty, full: clips are accepted and published anyway."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from fastapi import FastAPI

from api.resident.desk import Desk
from storage.identity.vault import ClipId
from storage.kit import redis_acl
from storage.kit.redis import connect
from tests.api.resident.conftest import Town
from tests.api.resident.neighbour import Neighbour
from tests.servers.redis import RedisServer
from workers.airlock.admit import Airlock, admit
from workers.airlock.reconcile import reconcile
from workers.queue import Doorbell, Lane

AT_ONCE = 5.0  # seconds: an acceptance waits for a doorbell no longer than its time-out
QUEUE = f"rq:queue:{Lane.SMALL}"


def nothing(_: RedisServer) -> None:
    """It is as it should be."""


def killed(server: RedisServer) -> None:
    """Nobody is there."""
    server.kill()


def frozen(server: RedisServer) -> None:
    """It takes questions and answers none."""
    server.freeze()


def full(server: RedisServer) -> None:
    """It refuses whatever needs memory, and evicts nothing."""
    server.fill()


def flushed(server: RedisServer) -> None:
    """All it held is gone."""
    server.flush()


def started_again_empty(server: RedisServer) -> None:
    """Its machine was lost with its disk."""
    server.kill()
    for kept in (server.folder / "appendonlydir").glob("*"):
        kept.unlink()
    server.start()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """The airlock's Redis as in production: users of its own, every write on disk."""
    running = RedisServer(tmp_path / "redis", users=redis_acl.AIRLOCK, aof=True).start()
    yield running
    running.stop()


@pytest.fixture
def at_home(desk: Desk, app: FastAPI, ada: Neighbour, town: Town, server: RedisServer) -> Iterator[Neighbour]:
    """A resident whose program rings at that Redis."""
    with connect(server.url("resident")) as client:
        app.state.desk = replace(desk, doorbell=Doorbell(client))
        yield ada


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (nothing, nothing),
        (nothing, flushed),
        (nothing, started_again_empty),
        (killed, nothing),
        (frozen, nothing),
        (full, started_again_empty),
    ],
)
def test_an_accepted_clip_is_published(
    at_home: Neighbour,
    airlock: Airlock,
    server: RedisServer,
    before: Callable[[RedisServer], None],
    after: Callable[[RedisServer], None],
) -> None:
    """202 whatever Redis does, and once, whatever became of the doorbell meanwhile."""
    before(server)
    began = time.monotonic()
    answer = at_home.post()
    took = time.monotonic() - began

    _mend(server, before)
    after(server)
    with connect(server.url("schedule")) as client:
        for _ in range(2):
            reconcile(airlock, Doorbell(client))
    _work(airlock, server)

    seen = at_home.get(f"/v1/receipts/{answer.json()['receipt']}")
    assert (answer.status_code, seen["state"]) == (202, "published")
    assert took < AT_ONCE
    assert len(at_home.get("/v1/neighborhood/posts")["items"]) == 1
    assert server.refusals == []


@pytest.mark.parametrize("trouble", [killed, frozen, full])
def test_reconcile_outlives_its_redis(
    at_home: Neighbour, airlock: Airlock, server: RedisServer, trouble: Callable[[RedisServer], None]
) -> None:
    """A round without Redis raises nothing and does the rest; the first with it sends every clip again."""
    receipts = [at_home.posted() for _ in range(3)]
    server.flush()
    trouble(server)
    with connect(server.url("schedule")) as client:
        reconcile(airlock, Doorbell(client))
        _mend(server, trouble)
        reconcile(airlock, Doorbell(client))

    _work(airlock, server)

    assert {at_home.get(f"/v1/receipts/{receipt}")["state"] for receipt in receipts} == {"published"}


def test_aof_keeps_the_queue_over_a_kill(at_home: Neighbour, server: RedisServer) -> None:
    """What was rung for is still there after kill -9."""
    at_home.posted()
    server.kill()
    server.start()

    assert server.client.llen(QUEUE) == 1


def test_a_full_redis_refuses_and_forgets_nothing(server: RedisServer) -> None:
    """Nothing is evicted to make room."""
    with connect(server.url("resident")) as client:
        Doorbell(client).admit_clip(ClipId("before"))
        server.fill()

        with pytest.raises(redis.ResponseError, match=r"OOM|used memory"):
            Doorbell(client).admit_clip(ClipId("after"))

    assert server.client.lrange(QUEUE, 0, -1) == [b"admit-before"]


def _mend(server: RedisServer, trouble: Callable[[RedisServer], None]) -> None:
    if trouble is killed:
        server.start()
    server.thaw()
    server.empty_out()


def _work(airlock: Airlock, server: RedisServer) -> None:
    """What a worker does with all that waits."""
    waiting: Any = server.client.lrange(QUEUE, 0, -1)
    for job in waiting:
        admit(airlock, ClipId(job.decode().removeprefix("admit-")))
