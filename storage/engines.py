"""How a database is reached, SQLite or PostgreSQL: how long anybody waits, and what no fork may share."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from weakref import WeakSet

import psycopg
from psycopg.abc import Buffer
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

WRITES = "porchlight_writes"  # the execution option of a connection that will write

BUSY_MS = 15_000  # how long a writer waits for a lock: each holds one for well under a second
SLOW_MS = 60_000  # one statement; what takes longer (migrations, backups) says so for itself
IDLE_MS = 15_000  # a program that stopped in the middle of a transaction: its locks are others' again
CONNECT_SECONDS = 5
POOL, OVERFLOW, POOL_SECONDS = 5, 10, 10  # 15 connections a process and database at most; then one waits its turn
# A line that was cut without a word is known to be dead after 15 to 25 s; the kernel would believe in it for hours.
ALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # ms
}

pooled: WeakSet[Engine] = WeakSet()


def open_engine(address: str) -> Engine:
    """The engine for the database at this URL; nothing is connected yet."""
    url = make_url(address)
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgres(url)


def _sqlite(url: URL) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    # No pool: the last connection to go clears the write-ahead log away, and with it the pages as they were before a
    # deletion; and none may live across the fork an RQ worker makes for each job.
    waits = {"timeout": BUSY_MS / 1000}
    engine = create_engine(url, poolclass=NullPool, connect_args=waits, hide_parameters=True)
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin by itself, too late and as a reader
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "secure_delete=on"):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: two readers that both turn writers would end in SQLITE_BUSY for one of them.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _postgres(url: URL) -> Engine:
    patience = {
        "lock_timeout": BUSY_MS,
        "statement_timeout": SLOW_MS,
        "idle_in_transaction_session_timeout": IDLE_MS,
    }
    told = {
        "application_name": _program(),
        "connect_timeout": CONNECT_SECONDS,
        "options": " ".join(f"-c {name}={value}" for name, value in patience.items()),
        **ALIVE,
    }
    # Hidden: an error that gets printed somewhere must not tell the values of its statement.
    # Asked before use: a connection from before a restart of the server is replaced unseen.
    engine = create_engine(
        url,
        connect_args=told,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", _open_postgres)
    pooled.add(engine)
    return engine


class _WithoutNul(StrDumperUnknown):
    """PostgreSQL holds no NUL and psycopg refuses one: what is asked with it is asked without it, and not found."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", ""))


def _open_postgres(connection: psycopg.Connection, _record: object) -> None:
    connection.adapters.register_dumper(str, _WithoutNul)


def _program() -> str:
    """What this process is called among the server's connections: `api.staff`, `workers.run`, `porchlight`."""
    main = sys.modules["__main__"].__spec__
    return main.parent or main.name if main else Path(sys.argv[0]).name


def _forget_connections() -> None:
    """In a fresh child: the connections are its parent's, whose conversation it would talk into; nothing is closed."""
    for engine in pooled:
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_connections)
