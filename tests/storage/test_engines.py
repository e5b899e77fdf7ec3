"""Connections: how long anybody waits, what a restart of the server costs, and what a fork may not share."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, insert, select, text

from storage import engines, feed_log
from storage.db import OPERATOR, Database
from storage.kit import migrate
from storage.kit.errors import Unavailable
from storage.record import LINEAGE
from storage.schema import tickets
from tests.at_once import at_once
from tests.servers.postgres import PostgresServer

PEERS = "select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'"


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server that tests of this file may kill."""
    server = PostgresServer(tmp_path_factory.mktemp("own-postgres")).start()
    server.create("record")
    yield server
    server.remove()


@pytest.fixture
def mortal(own_server: PostgresServer) -> Database:
    """A record on the server that may be killed."""
    own_server.start()
    database = Database(own_server.url("record"))
    migrate.to_newest(database.engine, LINEAGE)
    with database.write(by=OPERATOR) as tx:
        tx.execute(tickets.delete())
    return database


@pytest.mark.engines("postgresql")
def test_the_server_is_told_who_asks_and_how_long_for(record: Database) -> None:
    """A lock, a statement and an idle transaction each have an end, and the program is known by its name."""
    with record.read() as conn:
        told = {
            name: conn.execute(select(func.current_setting(name))).scalar_one()
            for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "application_name")
        }

    assert told["lock_timeout"] == "15s"
    assert told["statement_timeout"] == "1min"
    assert told["idle_in_transaction_session_timeout"] == "15s"
    assert told["application_name"] in {"pytest", "-c"}  # as the tests were started: alone, or by xdist


@pytest.mark.engines("postgresql")
def test_a_reader_cannot_write_and_a_writer_sees_what_is_true_now(record: Database) -> None:
    """One moment and nothing written for a reader; for a writer each statement's own moment."""
    level = select(func.current_setting("transaction_isolation"), func.current_setting("transaction_read_only"))

    with record.read() as conn, record.write(by=OPERATOR) as tx:
        told = tuple(conn.execute(level).one()), tuple(tx.connection.execute(level).one())

    assert told == (("repeatable read", "on"), ("read committed", "off"))


@pytest.mark.parametrize("end", [PostgresServer.stop, PostgresServer.kill])
def test_a_restart_is_survived(
    mortal: Database, own_server: PostgresServer, end: Callable[[PostgresServer], None]
) -> None:
    """While it is away everybody is told so; afterwards every kept connection is replaced, and nobody notices."""
    _write(mortal, "before")
    end(own_server)

    with pytest.raises(Unavailable):
        _write(mortal, "meanwhile")
    own_server.start()

    _write(mortal, "after")
    assert _written(mortal) == {"before", "after"}


def test_a_server_killed_in_the_middle_leaves_nothing_half(mortal: Database, own_server: PostgresServer) -> None:
    """A transaction that lost its server wrote nothing, and rang nothing."""
    rang: list[str] = []

    with pytest.raises(Unavailable), mortal.write(by=OPERATOR) as tx:
        tx.after_commit(rang.append, "rang")
        tx.execute(insert(tickets).values(digest="half", ends_at=0, grant=""))
        own_server.kill()
    own_server.start()

    assert _written(mortal) == set()
    assert rang == []


def test_an_answer_that_was_lost_may_have_been_yes(
    mortal: Database, own_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is told that the commit failed may find that it did not: so whatever is said twice must be harmless."""
    commit = mortal.engine.dialect.do_commit

    def commit_and_lose_the_answer(connection: object) -> None:
        commit(connection)  # type: ignore[arg-type]
        own_server.kill()
        commit(connection)  # type: ignore[arg-type]
        connection.execute("select 1")  # type: ignore[attr-defined]

    monkeypatch.setattr(mortal.engine.dialect, "do_commit", commit_and_lose_the_answer)
    with pytest.raises(Unavailable):
        _write(mortal, "kept")
    monkeypatch.undo()
    own_server.start()

    assert _written(mortal) == {"kept"}


@pytest.mark.engines("postgresql")
def test_who_stops_in_the_middle_holds_up_nobody(
    record: Database, record_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program frozen in a transaction loses it and its locks; woken, it is told so."""
    monkeypatch.setattr(engines, "IDLE_MS", 100)
    frozen = Database(record_url)

    with pytest.raises(Unavailable), frozen.write(by=OPERATOR) as tx:
        feed_log.lock(tx)
        with record.write(by=OPERATOR) as other:
            feed_log.lock(other)  # waits until the server has put the frozen one out
            feed_log.new_epoch(other)
        tx.execute(insert(tickets).values(digest="late", ends_at=0, grant=""))

    assert _written(record) == set()
    frozen.engine.dispose()


@pytest.mark.engines("postgresql")
def test_a_statement_that_never_ends_is_ended(record_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time, with an error that says: try again."""
    monkeypatch.setattr(engines, "SLOW_MS", 100)
    hasty = Database(record_url)

    with pytest.raises(Unavailable), hasty.read() as conn:
        conn.execute(text("select pg_sleep(30)"))

    hasty.engine.dispose()
    assert hasty.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.engines("postgresql")
def test_connections_are_kept_and_bounded(record_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crowd shares a few; who gets none in time is told to come back, and waits no longer."""
    for name, value in (("POOL", 1), ("OVERFLOW", 1), ("POOL_SECONDS", 0.1)):
        monkeypatch.setattr(engines, name, value)
    narrow, refused, all_refused = Database(record_url), list[int](), threading.Event()

    def look(number: int) -> int:
        try:
            with narrow.read() as conn:
                all_refused.wait(30)
                return int(conn.execute(text(PEERS)).scalar_one())
        except Unavailable:
            refused.append(number)
            if len(refused) == 2:
                all_refused.set()
            raise

    answers = at_once(4, look)

    assert sum(isinstance(answer, Unavailable) for answer in answers) == 2
    assert max(answer for answer in answers if isinstance(answer, int)) <= 2
    narrow.engine.dispose()


@pytest.mark.parametrize("in_child", ["read", "write", "nothing"])
def test_a_child_talks_over_connections_of_its_own(record: Database, in_child: str) -> None:
    """A forked process uses none of its parent's, and ends without ending them."""
    before = _backend(record)

    child = os.fork()
    if child == 0:
        os._exit(_work(record, in_child, before))
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert _backend(record) == before
    assert _written(record) == ({"child"} if in_child == "write" else set())


def _work(record: Database, what: str, parents: int) -> int:
    """What the child does: 0 when it went well and not over its parent's line."""
    try:
        if what == "write":
            _write(record, "child")
        return int(what != "nothing" and parents != 0 and _backend(record) == parents)
    except Exception:  # noqa: BLE001  a child of a fork must not run the rest of the tests
        return 2


def _backend(record: Database) -> int:
    """Which of the server's processes this one talks to; 0 on SQLite."""
    if record.engine.name == "sqlite":
        return 0
    with record.read() as conn:
        return int(conn.execute(select(func.pg_backend_pid())).scalar_one())


def _write(record: Database, digest: str) -> None:
    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(tickets).values(digest=digest, ends_at=0, grant=""))


def _written(record: Database) -> set[str]:
    with record.read() as conn:
        return set(conn.execute(select(tickets.c.digest)).scalars())
