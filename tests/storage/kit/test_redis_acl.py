"""What each program may do in Redis: its own verbs, on a real server under its own user, and nothing else."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from feed.bell import Bell, stream
from storage.feed_log import Kind, Line
from storage.identity.vault import ClipId
from storage.kit import redis_acl
from storage.kit.ids import DivisionId, PostId
from storage.kit.lifeline import die_with_parent
from storage.kit.redis import connect
from tests.conftest import BELL_KEY
from tests.servers.redis import RedisServer
from workers.closed_job import closed_worker, keep_quiet
from workers.queue import ADMIT_CLIP, Doorbell, Lane

RINGERS = ("resident", "airlock", "staff", "chores")
ASKERS = ("resident", "schedule", "operator")
# What nobody may, whoever it is: to take all away, to look around, to change the server, to run code in it.
NOBODYS = (
    ["FLUSHALL"],
    ["FLUSHDB"],
    ["CONFIG", "GET", "*"],
    ["CONFIG", "SET", "maxmemory", "1"],
    ["DEBUG", "SLEEP", "0"],
    ["KEYS", "*"],
    ["SCAN", "0"],
    ["MODULE", "LIST"],
    ["EVAL", "return 1", "0"],
    ["FUNCTION", "LIST"],
    ["ACL", "LIST"],
    ["ACL", "SETUSER", "me", "+@all"],
    ["CLIENT", "LIST"],
    ["CLIENT", "KILL", "TYPE", "normal"],
    ["MONITOR"],
    ["SHUTDOWN", "NOSAVE"],
    ["REPLICAOF", "127.0.0.1", "1"],
    ["SAVE"],
    ["SWAPDB", "0", "1"],
    ["MIGRATE", "127.0.0.1", "1", "feed:e", "0", "10"],
    ["PUBLISH", "rq:pubsub:any", "stop"],
)
_jobs_worker: list[int] = []  # in a process of a worker: which


@pytest.fixture(scope="module")
def record_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """The record's Redis with its users."""
    server = RedisServer(tmp_path_factory.mktemp("record"), users=redis_acl.RECORD).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def airlock_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """The airlock's."""
    server = RedisServer(tmp_path_factory.mktemp("airlock"), users=redis_acl.AIRLOCK).start()
    yield server
    server.stop()


@pytest.fixture
def record_side(record_redis: RedisServer) -> RedisServer:
    """The record's Redis, empty."""
    return _anew(record_redis)


@pytest.fixture
def airlock(airlock_redis: RedisServer) -> RedisServer:
    """The airlock's, empty."""
    return _anew(airlock_redis)


@pytest.mark.parametrize("user", RINGERS)
def test_who_changes_what_people_see_rings(record_side: RedisServer, user: str) -> None:
    """And cannot read what rang, not even its own."""
    with connect(record_side.url(user)) as client:
        Bell(client, BELL_KEY).ring("e", _line(1), b"{}")

        for read in (["XRANGE", stream("e"), "-", "+"], ["XREAD", "STREAMS", stream("e"), "0"], ["DEL", stream("e")]):
            _refused(client, read)

    assert record_side.client.xlen(stream("e")) == 1
    assert record_side.client.ttl(stream("e")) > 0


def test_the_feed_hears_and_throws_a_forged_stream_away(record_side: RedisServer) -> None:
    """It cannot ring: a node that was taken over tells the others nothing."""
    with connect(record_side.url("staff")) as staff, connect(record_side.url("feed")) as client:
        Bell(staff, BELL_KEY).ring("e", _line(1), b"{}")

        heard: Any = client.xread({stream("e"): "0-0"}, count=10, block=100)
        _refused(client, ["XADD", stream("e"), "2-0", "r", "x"])
        client.delete(stream("e"))

    assert heard
    assert record_side.refusals == ["feed: xadd"]


@pytest.mark.parametrize("user", ASKERS)
def test_who_accepts_clips_asks_for_attempts(airlock: RedisServer, user: str) -> None:
    """Once or twice is one entry; it can neither read a job nor take one away."""
    with connect(airlock.url(user)) as client:
        Doorbell(client).admit_clip(ClipId("abc"))
        Doorbell(client).admit_clip(ClipId("abc"))

        for more in (["HGETALL", "rq:job:admit-abc"], ["LPOP", "rq:queue:airlock"], ["DEL", "rq:queue:airlock"]):
            _refused(client, more)
        for elsewhere in (["HSET", "rq:worker:x", "a", "b"], ["RPUSH", "rq:queue:other", "x"], ["HSET", "x", "a", "b"]):
            _refused(client, elsewhere)

    assert airlock.client.lrange("rq:queue:airlock", 0, -1) == [b"admit-abc"]


@pytest.mark.parametrize("ending", ["done", "raises", "killed"])
def test_the_worker_works(airlock: RedisServer, ending: str) -> None:
    """From taking a job to its end, whichever, nothing RQ sends is refused to the worker's user."""
    _ask(airlock, ending)

    os.waitpid(_worker(airlock, burst=True), 0)

    assert airlock.refusals == []
    assert airlock.client.llen("rq:queue:airlock") == 0
    assert airlock.client.zcard("rq:failed:airlock") == (0 if ending == "done" else 1)


def test_a_worker_mends_what_a_killed_one_left(airlock: RedisServer) -> None:
    """Its job in hand and the half-way place between queue and hand are cleared away, within its rights."""
    _ask(airlock, "waits")
    first = _worker(airlock, burst=False)
    _until(lambda: airlock.client.zcard("rq:wip:airlock") == 1)
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    in_hand: Any = airlock.client.zrange("rq:wip:airlock", 0, -1)
    airlock.client.zadd("rq:wip:airlock", dict.fromkeys(in_hand, 1))
    airlock.client.rpush("rq:queue:airlock:intermediate", "admit-lost")
    airlock.client.delete("rq:clean_registries:airlock")

    os.waitpid(_worker(airlock, burst=True), 0)

    assert airlock.refusals == []
    assert airlock.client.zcard("rq:wip:airlock") == 0


def test_a_worker_that_waits_hears_it_is_to_end(airlock: RedisServer) -> None:
    """Blocking for the next job, and a goodbye on SIGTERM."""
    worker = _worker(airlock, burst=False)
    _until(lambda: any(each["cmd"] == "blmove" for each in airlock.client.client_list()))

    os.kill(worker, signal.SIGTERM)
    _, status = os.waitpid(worker, 0)

    assert status == 0
    assert airlock.refusals == []


@pytest.mark.parametrize("words", NOBODYS, ids=lambda words: " ".join(words[:2]))
def test_some_things_are_nobodys(record_side: RedisServer, airlock: RedisServer, words: list[str]) -> None:
    """Whichever user of whichever server tries."""
    for server, users in ((record_side, redis_acl.RECORD), (airlock, redis_acl.AIRLOCK)):
        for user in users:
            with connect(server.url(user)) as client:
                _refused(client, words)


def test_nobody_comes_without_a_password(record_side: RedisServer) -> None:
    """Neither as the user every Redis begins with, nor as one of ours with another word, nor as one of the other's."""
    here = f"127.0.0.1:{record_side.port}/0"

    for who in ("", "default:x@", "feed:x@", "worker:x@"):
        with connect(f"redis://{who}{here}") as client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_what_was_asked_for_survives_a_kill(tmp_path: Path) -> None:
    """A restarted server plays its AOF back as the default user, which must not cost the transactions in it."""
    server = RedisServer(tmp_path, users=redis_acl.AIRLOCK, aof=True).start()
    try:
        _ask(server, "kept")
        server.kill()
        server.start()

        assert server.client.lrange("rq:queue:airlock", 0, -1) == [b"admit-kept"]
    finally:
        server.stop()


def test_by_socket_it_is_the_same(record_side: RedisServer) -> None:
    """The users do not depend on the way."""
    with connect(record_side.socket_url("feed")) as client:
        assert client.ping()
        _refused(client, ["KEYS", "*"])


def test_the_file_holds_no_password() -> None:
    """Whoever reads it can log in as nobody; and a user without a password is not written."""
    passwords = {name: f"secret-of-{name}" for name in redis_acl.RECORD}

    text = redis_acl.acl_file(redis_acl.RECORD, passwords)

    assert "secret-of" not in text
    assert text.splitlines()[0].startswith("user default reset off ")
    assert "nopass" not in text
    with pytest.raises(KeyError):
        redis_acl.acl_file(redis_acl.RECORD, {})


def _ask(server: RedisServer, clip: str) -> None:
    with connect(server.url("resident")) as client:
        Doorbell(client).admit_clip(ClipId(clip))


def _worker(server: RedisServer, *, burst: bool) -> int:
    """The process of a worker as production starts it, whose job does what its argument says."""
    url = server.url("worker")
    parent = os.getpid()
    if process := os.fork():
        return process
    die_with_parent(parent)
    _jobs_worker.append(os.getpid())
    try:
        worker = closed_worker(Lane.SMALL, connect(url), {ADMIT_CLIP: _job}, lambda *_: None)
        worker.job_monitoring_interval = 1  # so that heartbeats are sent as well
        keep_quiet()
        worker.work(with_scheduler=False, logging_level="ERROR", burst=burst)
        os._exit(0)
    finally:
        os._exit(1)


def _job(ending: str) -> None:
    die_with_parent(_jobs_worker[0])  # as jobs of ours do; not getppid(): who was killed before this line is 1 there
    match ending:
        case "raises":
            raise ValueError
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "waits":
            signal.pause()
        case _:
            time.sleep(1.2)


def _anew(server: RedisServer) -> RedisServer:
    server.flush()
    server.client.acl_log_reset()
    return server


def _refused(client: redis.Redis, words: list[str]) -> None:
    with pytest.raises(redis.ResponseError, match=r"(?i)no permissions|DEBUG command not allowed"):
        client.execute_command(*words)  # type: ignore[no-untyped-call]


def _line(seq: int) -> Line:
    return Line(seq, Kind.PUBLISHED, PostId("p"), DivisionId("division-1"), "crime")


def _until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
