"""What lies on the machine: files, both Redis servers, the lines of all programs, as somebody sees them who has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any, Protocol

import redis
from sqlalchemy import Connection, MetaData, select

from storage.db import Database
from storage.kit import settings
from storage.kit.redis import connect
from storage.objects import Bucket, open_bucket
from storage.schema import metadata
from tests.journeys.conftest import Stack

Found = Iterator[tuple[str, bytes]]  # where, and what stands there


class Stores(Protocol):
    """All of them, of whatever engine: in files of one machine, or in PostgreSQL and S3."""

    overwrites: bool  # whether what is deleted is gone from the engine's own files too

    def record(self) -> AbstractContextManager[Database]:
        """The record, as somebody has it who can write there."""

    def vault(self) -> AbstractContextManager[Database]:
        """The identity side's database."""

    def dumps(self) -> Found:
        """Every value that a program of the record side may read in the record, each under its own role."""

    def record_files(self) -> Found:
        """The record's database as it lies there: pages in use and free ones; SQLite's log of writes."""

    def identity_files(self) -> Found:
        """All that lies on the identity side."""

    def media_files(self) -> Found:
        """The media's files as they lie there."""

    def lines(self) -> Found:
        """What any program or engine ever wrote."""

    def record_redis(self) -> redis.Redis:
        """The record side's Redis."""

    def airlock_redis(self) -> redis.Redis:
        """The airlock's Redis."""

    def airlock_redis_files(self) -> Found:
        """What it wrote to disk."""

    def stranger(self) -> redis.Redis:
        """The airlock's Redis, as somebody reaches it who has no password."""

    def media(self) -> Bucket:
        """Where media are."""

    def mails(self) -> list[Path]:
        """Those that were left for residents."""


class Embedded:
    """Of `porchlight up` on a data folder."""

    overwrites = True

    def __init__(self, stack: Stack) -> None:
        self._stack, env = stack, {"PORCHLIGHT_DATA": str(stack.data), "PORCHLIGHT_PORTS": str(stack.base)}
        self._record, self._identity = settings.record(env), settings.identity(env)

    @contextmanager
    def record(self) -> Iterator[Database]:
        """See Stores."""
        database = Database(self._record.database)
        yield database
        database.engine.dispose()

    @contextmanager
    def vault(self) -> Iterator[Database]:
        """See Stores."""
        database = Database(self._identity.database, audited=False)
        yield database
        database.engine.dispose()

    def dumps(self) -> Found:
        """Whoever may read the file reads all of it."""
        with self.record() as record, record.read() as conn:
            yield from rows(conn)

    def record_files(self) -> Found:
        """See Stores."""
        for file in sorted((self._stack.data / "record").glob("record.db*")):
            yield f"file {file.name}", file.read_bytes()

    def identity_files(self) -> Found:
        """See Stores."""
        yield from files_under(self._stack.data / "identity")

    def media_files(self) -> Found:
        """See Stores."""
        yield from files_under(self._stack.data / "record/media")

    def lines(self) -> Found:
        """All lines of `porchlight up`, unless they went somewhere else, and the logs of both Redis servers."""
        if self._stack.log.exists():
            yield "the lines of all programs", self._stack.log.read_bytes()
            for file in self._stack.data.rglob("*.log"):
                yield f"the lines of {file.name}", file.read_bytes()

    def record_redis(self) -> redis.Redis:
        """As any of its programs reaches it."""
        return connect(self._record.redis)

    def airlock_redis(self) -> redis.Redis:
        """As its programs reach it."""
        return connect(self._identity.redis)

    def airlock_redis_files(self) -> Found:
        """See Stores."""
        yield from files_under(self._stack.data / "identity/redis/appendonlydir")

    def stranger(self) -> redis.Redis:
        """See Stores."""
        return redis.Redis(unix_socket_path=self._identity.redis.rpartition("@")[2])

    def media(self) -> Bucket:
        """See Stores."""
        return open_bucket(self._record.media)

    def mails(self) -> list[Path]:
        """See Stores."""
        return sorted((self._stack.data / "identity/mail").glob("*.eml"))


def files_under(folder: Path) -> Found:
    """Each file's name and bytes."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield f"the name of {file.name}", str(file.relative_to(folder)).encode()
            yield f"file {file.relative_to(folder)}", file.read_bytes()


def code_in(mails: list[Path], mail: str) -> str:
    """The log-in code that was sent to this address last."""
    mine = [file for file in mails if message_from_bytes(file.read_bytes())["To"] == mail]
    newest = max(mine, key=lambda file: file.stat().st_mtime)
    return str(message_from_bytes(newest.read_bytes())["Subject"]).rpartition(" ")[2]


def rows(conn: Connection, tables: MetaData = metadata, may: Callable[[str, str], bool] = lambda *_: True) -> Found:
    """Every value of every row of those columns that `may` be read, by table and column."""
    for table in tables.sorted_tables:
        columns = [column for column in table.columns if may(table.name, column.name)]
        for row in conn.execute(select(*columns)) if columns else ():
            for column, value in zip(columns, row, strict=True):
                told = value if isinstance(value, bytes) else str(value).encode()
                yield f"{table.name}.{column.name}", told


def dump_of(client: redis.Redis) -> Found:
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
