"""Transactions: `read()` and `write(by=...)`; what is written is audited or does not commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Delete,
    Engine,
    Executable,
    Insert,
    Table,
    Update,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import CursorResult, make_url
from sqlalchemy.pool import NullPool

from storage import audit
from storage.kit import log
from storage.kit.clock import rounded
from storage.schema import UNAUDITED

BUSY_MS = 15_000  # how long a SQLite writer waits for another: one writer at a time, each well under a second


@dataclass(frozen=True)
class Actor:
    """Who writes: `staff:<id>`, `resident` (never which one), `airlock`, `chores`, `operator`."""

    name: str


RESIDENT, AIRLOCK, CHORES, OPERATOR = Actor("resident"), Actor("airlock"), Actor("chores"), Actor("operator")
FOR_RESIDENTS = frozenset({RESIDENT, AIRLOCK, CHORES})  # whose writes follow something a resident did


class UnauditedWriteError(Exception):
    """A transaction wrote to an audited table and recorded nothing: a fault of ours, rolled back."""


class Tx:
    """One open write transaction. Jobs and bells leave through `after_commit`, never before."""

    def __init__(self, connection: Connection, by: Actor) -> None:
        self.connection = connection
        self.by = by
        self._audited = 0
        self._written: set[str] = set()
        self._after: list[tuple[Callable[..., object], tuple[object, ...]]] = []

    def execute(self, statement: Executable, *args: Any) -> CursorResult[Any]:
        """Runs one statement and remembers which table it changed; one that met no row changed none."""
        result = self.connection.execute(statement, *args)
        if isinstance(statement, Insert | Update | Delete) and isinstance(statement.table, Table) and result.rowcount:
            self._written.add(statement.table.name)
        return result

    def audit(self, action: str, subject: str, payload: Mapping[str, object] | None = None) -> None:
        """Records that `by` did `action` to `subject`; the payload can be erased later, the line cannot."""
        # What a resident causes is recorded no finer than a post tells it; oversight of staff needs the real time.
        at = rounded(self.now()) if self.by in FOR_RESIDENTS else self.now()
        audit.append(self.connection, at=at, by=self.by.name, action=action, subject=subject, payload=payload)
        self._audited += 1

    def after_commit(self, call: Callable[..., object], *args: object) -> None:
        """Runs `call(*args)` once this transaction is true; its failure is logged and never undoes it."""
        self._after.append((call, args))

    def now(self) -> int:
        """Milliseconds since 1970 by the database's clock, the only one all workers share."""
        return database_now(self.connection)

    def _check(self) -> None:
        owed = self._written - UNAUDITED
        if owed and not self._audited:
            raise UnauditedWriteError(f"nothing was recorded about a write to {', '.join(sorted(owed))}")

    def _run_after(self) -> None:
        for call, args in self._after:
            try:
                call(*args)
            except Exception as error:  # noqa: BLE001  the write stands; whoever mends lost doorbells will find it
                log.fault("after_commit_failed", error)


class Database:
    """One database: SQLite or PostgreSQL by its URL. `audited=False` for the identity side, which has its own rules."""

    def __init__(self, url: str, *, audited: bool = True) -> None:
        self.engine = _engine(url)
        self._audited = audited

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look; nothing written in it lasts."""
        with self.engine.connect() as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(self, *, by: Actor) -> Iterator[Tx]:
        """One transaction: commits at the end, rolls back on any error, then runs what waits for the commit."""
        with self.engine.connect().execution_options(porchlight_writes=True) as connection:
            tx = Tx(connection, by)
            with connection.begin():
                yield tx
                if self._audited:
                    tx._check()
        tx._run_after()


def database_now(connection: Connection) -> int:
    """Milliseconds since 1970 by the database's clock."""
    if connection.dialect.name == "sqlite":
        question = "select cast((julianday('now') - 2440587.5) * 86400000 as integer)"
    else:
        question = "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)"
    return int(connection.execute(text(question)).scalar_one())


def _engine(url: str) -> Engine:
    # Hidden: an error that gets printed somewhere must not tell the values of its statement.
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # No pool: a connection costs 0.1 ms, and none may live across the fork an RQ worker makes for each job.
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
    writes = connection.get_execution_options().get("porchlight_writes")
    connection.exec_driver_sql("begin immediate" if writes else "begin")
