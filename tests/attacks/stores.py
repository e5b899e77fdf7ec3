"""What lies on the machine: files, both Redis servers, the lines of all programs, as somebody sees them who has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import redis

from storage.kit import settings
from storage.kit.redis import connect
from tests.journeys.conftest import Stack


def files_under(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each file's name and bytes."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield f"the name of {file.name}", str(file.relative_to(folder)).encode()
            yield f"file {file.relative_to(folder)}", file.read_bytes()


def record_files(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """The record's database as it lies there: pages in use, free ones, and the log of writes."""
    for file in sorted((stack.data / "record").glob("record.db*")):
        yield f"file {file.name}", file.read_bytes()


def lines(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """What any program ever wrote: all lines of `porchlight up`, and the logs of both Redis servers."""
    for file in (stack.log, *stack.data.rglob("*.log")):
        yield f"the lines of {file.name}", file.read_bytes()


def record_redis(stack: Stack) -> redis.Redis:
    """The record side's Redis, as any of its programs reaches it."""
    return connect(settings.record(_env(stack)).redis)


def airlock_redis(stack: Stack) -> redis.Redis:
    """The airlock's Redis, as its programs reach it."""
    return connect(settings.identity(_env(stack)).redis)


def dump_of(client: redis.Redis) -> Iterator[tuple[str, bytes]]:
    """Every key and its value, and the value once more as Redis would save it."""
    for key in client.scan_iter(count=1000):
        name = key.decode(errors="replace")
        yield f"Redis, the name of {name}", key
        yield f"Redis, {name}", bytes(client.dump(key) or b"")
        yield f"Redis, {name}, told", repr(_value(client, key)).encode()


def _value(client: redis.Redis, key: bytes) -> object:
    reads: dict[bytes, Callable[[bytes], object]] = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"list": lambda of: client.lrange(of, 0, -1),
        b"zset": lambda of: client.zrange(of, 0, -1, withscores=True),
        b"stream": client.xrange,
    }
    kind: Any = client.type(key)
    return reads[kind](key) if kind in reads else None


def _env(stack: Stack) -> dict[str, str]:
    return {"PORCHLIGHT_DATA": str(stack.data), "PORCHLIGHT_PORTS": str(stack.base)}
