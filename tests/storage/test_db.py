"""Transactions: what leaves, when, and what does not commit."""

from __future__ import annotations

import logging
import multiprocessing
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage import audit, engines, feed_log
from storage.db import (
    AIRLOCK,
    CHORES,
    OPERATOR,
    RESIDENT,
    UNAUDITED,
    Actor,
    Database,
    UnauditedWriteError,
    database_now,
)
from storage.kit.clock import QUARTER_HOUR, SECOND
from storage.kit.errors import Unavailable
from storage.record import open_record
from storage.schema import divisions, metadata, posts, tickets

WEST = {"id": "west", "name": "West"}
AUDITED = sorted(name for name in metadata.tables if name not in UNAUDITED)


class Stop(Exception):
    """Ends a transaction in a test."""


def test_a_write_lasts(record: Database) -> None:
    """What was written and audited is there for the next reader."""
    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(divisions).values(WEST))
        tx.audit("division.add", "west")

    assert _count(record, divisions) == 1


@pytest.mark.parametrize("url", ["sqlite://", "postgresql://nowhere/record"])
def test_an_error_does_not_tell_what_was_to_be_written(url: str) -> None:
    """Whoever prints it, on either kind of database."""
    assert Database(url).engine.hide_parameters


def test_an_error_rolls_everything_back(record: Database) -> None:
    """An error inside the block undoes writes and audit lines alike, and goes through."""
    with pytest.raises(Stop), record.write(by=OPERATOR) as tx:
        tx.execute(insert(divisions).values(WEST))
        tx.audit("division.add", "west")
        raise Stop

    assert _count(record, divisions) == 0
    with record.read() as conn:
        assert audit.verify(conn) == (0, None)


def test_what_a_reader_writes_does_not_last(record: Database) -> None:
    """`read()` rolls back, or takes nothing."""
    with suppress(DBAPIError), record.read() as conn:  # PostgreSQL says no at once
        conn.execute(insert(divisions).values(WEST))

    assert _count(record, divisions) == 0


def test_a_reader_sees_one_moment(record: Database) -> None:
    """What is committed while a reader looks is not seen by that reader."""
    with record.read() as conn:
        before = conn.execute(select(func.count()).select_from(divisions)).scalar_one()
        with record.write(by=OPERATOR) as tx:
            tx.execute(insert(divisions).values(WEST))
            tx.audit("division.add", "west")
        after = conn.execute(select(func.count()).select_from(divisions)).scalar_one()

    assert (before, after) == (0, 0)


def test_calls_leave_after_the_commit_in_order(record: Database) -> None:
    """`after_commit` calls see the write as true, and run in the order they were asked for."""
    seen: list[tuple[str, int]] = []

    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(divisions).values(WEST))
        tx.audit("division.add", "west")
        tx.after_commit(lambda: seen.append(("first", _count(record, divisions))))
        tx.after_commit(lambda name: seen.append((name, _count(record, divisions))), "second")
        nothing_left_yet = not seen

    assert nothing_left_yet
    assert seen == [("first", 1), ("second", 1)]


def test_nothing_leaves_a_rolled_back_transaction(record: Database) -> None:
    """A rolled-back transaction starts no job and rings no bell."""
    seen: list[str] = []

    with pytest.raises(Stop), record.write(by=OPERATOR) as tx:
        tx.after_commit(seen.append, "rang")
        raise Stop

    assert seen == []


def test_nothing_leaves_when_the_commit_itself_fails(record: Database) -> None:
    """A write that the audit duty refuses rings nothing."""
    seen: list[str] = []

    with pytest.raises(UnauditedWriteError), record.write(by=OPERATOR) as tx:
        tx.execute(insert(divisions).values(WEST))
        tx.after_commit(seen.append, "rang")

    assert seen == []


def test_a_doorbell_that_fails_undoes_nothing(record: Database, caplog: pytest.LogCaptureFixture) -> None:
    """The write stands, the fault is logged without its message, and later calls still run."""
    seen: list[str] = []

    def fail() -> None:
        raise ConnectionError("3417 Park Avenue")

    with caplog.at_level(logging.ERROR), record.write(by=OPERATOR) as tx:
        tx.execute(insert(divisions).values(WEST))
        tx.audit("division.add", "west")
        tx.after_commit(fail)
        tx.after_commit(seen.append, "rang")

    assert _count(record, divisions) == 1
    assert seen == ["rang"]
    assert "after_commit_failed error=ConnectionError" in caplog.text
    assert "Park" not in caplog.text


@pytest.mark.parametrize("name", AUDITED)
def test_an_audited_table_takes_no_unaudited_write(record: Database, name: str) -> None:
    """A write to an audited table with nothing recorded about it does not commit, and is named."""
    _put_a_row_everywhere(record)
    table = metadata.tables[name]
    column = next(iter(table.columns))

    with pytest.raises(UnauditedWriteError, match=name), record.write(by=OPERATOR) as tx:
        tx.execute(update(table).values({column: column}))


@pytest.mark.parametrize("name", sorted(UNAUDITED))
def test_an_unaudited_table_takes_a_write_without_an_entry(record: Database, name: str) -> None:
    """Each name in the list of exceptions is a table of the record, and is written with nothing recorded."""
    _put_a_row_everywhere(record)
    table = metadata.tables[name]
    column = next(iter(table.columns))

    with record.write(by=OPERATOR) as tx:
        changed = tx.execute(update(table).values({column: column}))

    assert changed.rowcount == 1


def test_a_statement_that_changed_nothing_owes_nothing(record: Database) -> None:
    """An update that met no row is no write: whoever was fenced out has nothing to record."""
    with record.write(by=OPERATOR) as tx:
        changed = tx.execute(update(divisions).values(name="East"))

    assert changed.rowcount == 0


def test_the_identity_side_has_rules_of_its_own(record_url: str) -> None:
    """A database opened with `audited=False` commits without an entry."""
    database = Database(record_url, audited=False)

    with database.write(by=RESIDENT) as tx:
        tx.execute(insert(divisions).values(WEST))

    assert _count(database, divisions) == 1


def test_foreign_keys_hold(record: Database) -> None:
    """A row that refers to nothing is refused."""
    with pytest.raises(IntegrityError), record.write(by=OPERATOR) as tx:
        tx.execute(insert(posts).values(**{c.name: 0 for c in posts.columns if not c.nullable}, block_id="nowhere"))


@pytest.mark.engines("sqlite")
def test_a_deleted_row_leaves_no_bytes_behind(record: Database, record_url: str) -> None:
    """What was deleted cannot be read out of the database file."""
    marker = "a word nobody else would write"
    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(tickets).values(digest="d", ends_at=0, grant=marker))
    with record.write(by=OPERATOR) as tx:
        tx.execute(tickets.delete())
    with record.write(by=OPERATOR) as tx:
        tx.connection.exec_driver_sql("select 1")
    record.engine.dispose()

    file = Path(record_url.removeprefix("sqlite:///"))

    assert marker.encode() not in file.read_bytes()


@pytest.mark.parametrize("actor", [RESIDENT, AIRLOCK, CHORES])
def test_what_residents_cause_is_recorded_to_the_quarter_hour(record: Database, actor: Actor) -> None:
    """No finer time than a post's own stands on the record about what a resident caused."""
    with record.write(by=actor) as tx:
        tx.audit("post.publish", "p")

    with record.read() as conn:
        (entry,) = audit.page(conn, before=None, limit=1)
    assert entry.at % QUARTER_HOUR == 0


@pytest.mark.parametrize("actor", [OPERATOR, Actor("staff:s1")])
def test_what_staff_do_is_recorded_to_the_second_it_happened(record: Database, actor: Actor) -> None:
    """Oversight of staff needs the real time."""
    with record.write(by=actor) as tx:
        now = tx.now()
        tx.audit("post.view", "p")

    with record.read() as conn:
        (entry,) = audit.page(conn, before=None, limit=1)
    assert now <= entry.at < now + 10 * SECOND


def test_the_database_tells_the_time(record: Database) -> None:
    """`now` is milliseconds since 1970 by the database's clock."""
    with record.read() as conn:
        told = database_now(conn)

    assert abs(told - time.time() * 1000) < 5_000


def test_writers_of_several_processes_wait_for_each_other(record: Database, record_url: str) -> None:
    """Writers that read before they write never meet a busy database and lose nothing."""
    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(tickets).values(digest="d", ends_at=0, grant=""))

    _in_processes(_count_up, [(record_url, 40)] * 3)

    with record.read() as conn:
        assert conn.execute(select(tickets.c.ends_at)).scalar_one() == 120


def test_a_writer_gives_up_with_an_error_in_the_end(
    record: Database, record_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that never gets the lock raises instead of writing half."""
    monkeypatch.setattr(engines, "BUSY_MS", 50)
    hasty = Database(record_url)

    with record.write(by=OPERATOR) as tx:
        feed_log.lock(tx)
        with pytest.raises(Unavailable), hasty.write(by=OPERATOR) as late:
            late.execute(insert(divisions).values(WEST))
            feed_log.lock(late)

    assert _count(record, divisions) == 0
    hasty.engine.dispose()


def test_programs_that_start_together_migrate_once(tmp_path: Path) -> None:
    """Several processes may open a record that does not exist yet; all of them find it whole."""
    url = f"sqlite:///{tmp_path}/deep/record.db"

    _in_processes(_open_and_look, [(url,)] * 4)

    with Database(url).read() as conn:
        assert audit.verify(conn) == (0, None)


def _count(database: Database, table: Table) -> int:
    with database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def _put_a_row_everywhere(record: Database) -> None:
    """One row in every table, all of them called "x" or 1, so that each refers to the other tables' one."""
    with record.write(by=OPERATOR) as tx:
        for table in metadata.sorted_tables:
            kinds = {column.name: column.type.python_type for column in table.columns}
            row = {name: b"1" if kind is bytes else kind("1") for name, kind in kinds.items()}
            if not tx.connection.execute(select(table)).first():
                tx.connection.execute(insert(table).values(row))


def _in_processes(work: object, arguments: list[tuple[object, ...]]) -> None:
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=work, args=each) for each in arguments]  # type: ignore[arg-type]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
    assert [process.exitcode for process in running] == [0] * len(running)


def _count_up(url: str, times: int) -> None:
    database = Database(url)
    for _ in range(times):
        with database.write(by=OPERATOR) as tx:
            seen = tx.connection.execute(select(tickets.c.ends_at).with_for_update()).scalar_one()
            tx.execute(update(tickets).values(ends_at=seen + 1))


def _open_and_look(url: str) -> None:
    database = open_record(url)
    with database.read() as conn:
        _heads(conn)


def _heads(conn: Connection) -> None:
    assert audit.verify(conn) == (0, None)
