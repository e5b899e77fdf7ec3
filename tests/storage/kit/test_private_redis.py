"""What is said about a Redis server of our own."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from storage.kit import private_redis
from storage.kit.redis import connect

DEADLINE = 40.0


@pytest.fixture
def socket() -> Iterator[Path]:
    """Where it listens: short, for a socket's path may have 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="porchlight-test-") as folder:
        yield Path(folder) / "redis.sock"


def test_a_broken_file_of_one_before_keeps_none_from_starting(tmp_path: Path, socket: Path) -> None:
    """Nothing on disk is read: a cut of power may leave anything there."""
    (tmp_path / "appendonlydir").mkdir()
    for name in ("appendonly.aof.manifest", "appendonly.aof.1.incr.aof"):
        (tmp_path / "appendonlydir" / name).write_bytes(b"\xde\xad" * 100)

    with _running(tmp_path, socket), connect(f"unix://{socket}") as client:
        _until_it_answers(client.ping)


def test_it_leaves_nothing_on_disk(tmp_path: Path, socket: Path) -> None:
    """Neither while it runs nor when it is told to end."""
    with _running(tmp_path, socket) as server, connect(f"unix://{socket}") as client:
        _until_it_answers(client.ping)
        client.set("told", "once")
        server.terminate()
        server.wait(DEADLINE)

    assert {file.name for file in tmp_path.iterdir()} <= {"redis.conf", "redis.log"}


def test_it_asks_for_the_password(tmp_path: Path, socket: Path) -> None:
    """Without the password nothing is answered; with it everything."""
    with (
        _running(tmp_path, socket, password="secret"),
        connect(f"unix://{socket}") as stranger,
        connect(f"unix://:secret@{socket}") as friend,
    ):
        _until_it_answers(friend.ping)
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_it_never_forgets_to_make_room_and_listens_to_no_network(tmp_path: Path, socket: Path) -> None:
    """No eviction, no TCP port, no write on disk."""
    with _running(tmp_path, socket), connect(f"unix://{socket}") as client:
        _until_it_answers(client.ping)
        told = {name: client.config_get(name)[name] for name in ("maxmemory-policy", "port", "appendonly")}

    assert told == {"maxmemory-policy": "noeviction", "port": "0", "appendonly": "no"}


@contextmanager
def _running(folder: Path, socket: Path, *, password: str | None = None) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(private_redis.command(folder, socket, password=password)) as server:
        try:
            yield server
        finally:
            server.kill()


def _until_it_answers(ping: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            ping()
        except redis.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        else:
            return
