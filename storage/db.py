"""Transactions: `read()` and `write(by=...)`; what is written is audited or does not commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Executable, Insert, Table, Update, func, select, text
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError as NoneFreeError

from storage import audit, measured
from storage.engines import WRITES, open_engine
from storage.kit import log
from storage.kit.clock import rounded
from storage.kit.errors import Unavailable

# What may be written without an audit entry, each with its reason.
UNAUDITED = frozenset(
    {
        "tickets",  # one for every page that opens; the viewing itself is audited
        "endings",  # of residents' listeners: no line may tell when somebody logged out
        "shared_links",  # what somebody shows of a post outside: nobody at a desk need learn that, or when
        "viewed_posts",  # beside the viewing's own entry
        "read_marks",  # what is new on one's own desk changes nothing for anybody else
        "log_in_tries",  # counted before anyone is known
        "openings",  # beside a claim, which is audited
        "desks",  # a touch twice a minute; that one is locked, opened or proved anew is audited
        "digest_codes",  # beside what is asked for, mailed and confirmed, which is audited
        "footage_answers",  # a line would tell when one came; opening a contact is audited beside it
        "request_flags",  # as of answers: an owner's; of staff, and of one that is over, there is a line beside it
        "segments",  # hundreds for a long clip, each under a publication that is audited, as is the last of them
        "case_exports",  # how far it is: that it was asked for, begun, ready, fetched and erased has a line each
        "feed_log",  # always beside a post's write, which is audited
        "feed_head",
        "audit_entries",  # the audit itself
        "audit_payloads",
        "audit_head",
    }
)


@dataclass(frozen=True)
class Actor:
    """Who writes: `staff:<id>`, `resident` (never which one), `airlock`, `chores`, `operator`."""

    name: str


RESIDENT, AIRLOCK, CHORES, OPERATOR = Actor("resident"), Actor("airlock"), Actor("chores"), Actor("operator")
CLEAR_MS = 500  # how long the write-ahead log waits to be emptied: the next to write does it as well
FOR_RESIDENTS = frozenset({RESIDENT, AIRLOCK, CHORES})  # whose writes follow something a resident did


class UnauditedWriteError(Exception):
    """A transaction wrote to an audited table and recorded nothing: a fault of ours, rolled back."""


class Tx:
    """One open write transaction. Jobs and bells leave through `after_commit`, never before."""

    def __init__(self, connection: Connection, by: Actor) -> None:
        self.connection = connection
        self.by = by
        self._said: list[tuple[str, str, Mapping[str, object] | None]] = []
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
        # Written at the end: the chain's lock is then the last that any writer takes and the one held shortest, so
        # that no two writers can wait for each other.
        self._said.append((action, subject, payload))

    def after_commit(self, call: Callable[..., object], *args: object) -> None:
        """Runs `call(*args)` once this transaction is true; its failure is logged and never undoes it."""
        self._after.append((call, args))

    def now(self) -> int:
        """Milliseconds since 1970 by the database's clock, the only one all workers share."""
        return database_now(self.connection)

    def _record(self, *, owes: bool) -> None:
        owed = self._written - UNAUDITED
        if owes and owed and not self._said:
            raise UnauditedWriteError(f"nothing was recorded about a write to {', '.join(sorted(owed))}")
        for action, subject, payload in self._said:
            # What a resident causes is recorded no finer than a post tells it; oversight of staff needs the real time.
            at = rounded(self.now()) if self.by in FOR_RESIDENTS else self.now()
            audit.append(self.connection, at=at, by=self.by.name, action=action, subject=subject, payload=payload)

    def _run_after(self) -> None:
        for call, args in self._after:
            try:
                call(*args)
            except Exception as error:  # noqa: BLE001  the write stands; whoever mends lost doorbells will find it
                log.fault("after_commit_failed", error)


class Database:
    """One database: SQLite or PostgreSQL by its URL. `audited=False` for the identity side, which has its own rules.

    Whoever cannot reach it, or waits for a lock in vain, gets Unavailable. On PostgreSQL a reader sees one moment and
    can write nothing (REPEATABLE READ, READ ONLY); a writer sees at each statement what is committed by then (READ
    COMMITTED) and locks the rows it decides by. So who waits for a lock goes on with what is true after the wait, and
    nothing has to be tried again: a write says its conditions in its statement, or locks before it looks.
    """

    def __init__(self, url: str, *, audited: bool = True) -> None:
        self.engine = open_engine(url)
        measured.watch(self.engine, "record" if audited else "identity")
        self._audited = audited
        self._writers = self.engine.execution_options(**{WRITES: True})
        self._readers = self.engine
        if self.engine.dialect.name == "postgresql":
            self._readers = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look; nothing written in it lasts."""
        with _reachable(), self._readers.connect() as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(self, *, by: Actor) -> Iterator[Tx]:
        """One transaction: commits at the end, rolls back on any error, then runs what waits for the commit.

        Unavailable may come from the commit, its answer lost on the way: what was written may stand all the same.
        """
        with _reachable(), self._writers.connect() as connection:
            tx = Tx(connection, by)
            with connection.begin():
                yield tx
                tx._record(owes=self._audited)
        tx._run_after()

    def clear_log(self) -> None:
        """Empties SQLite's write-ahead log, where pages lie as they were, unless somebody reads there just now."""
        if self.engine.dialect.name != "sqlite":
            return
        with _reachable(), closing(self.engine.raw_connection()) as raw:
            raw.cursor().execute(f"pragma busy_timeout={CLEAR_MS}")
            raw.cursor().execute("pragma wal_checkpoint(truncate)")


@contextmanager
def only_one(database: Database, number: int) -> Iterator[bool]:
    """Whether nobody else, on whatever machine, is inside under this number; nobody waits. SQLite: always true.

    Without a transaction: who is inside may take longer than one may stand open.
    """
    if database.engine.dialect.name != "postgresql":
        yield True
        return
    with _reachable(), database.engine.connect() as pooled:
        connection = pooled.execution_options(isolation_level="AUTOCOMMIT")
        first = bool(connection.execute(select(func.pg_try_advisory_lock(number))).scalar_one())
        try:
            yield first
        finally:
            if first:
                connection.execute(select(func.pg_advisory_unlock(number)))


def database_now(connection: Connection) -> int:
    """Milliseconds since 1970 by the database's clock."""
    if connection.dialect.name == "sqlite":
        question = "select cast((julianday('now') - 2440587.5) * 86400000 as integer)"
    else:
        question = "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)"
    return int(connection.execute(text(question)).scalar_one())


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if not _may_pass(error):
            raise
        log.fault("database_away", error.orig or error)
        raise Unavailable("The database cannot be reached at this moment. Please try again.") from error
    except NoneFreeError as error:
        raise Unavailable("The database is busy at this moment. Please try again.") from error


def _may_pass(error: DBAPIError) -> bool:
    """Whether the same might go well in a moment: the line is gone, a lock was not to be had, the disk is full."""
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:  # a statement it does not understand
        return False
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
