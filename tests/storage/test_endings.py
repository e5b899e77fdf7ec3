"""Listeners that are to end: told once with a line of the log, kept as long as one may last, and of nobody's name."""

from __future__ import annotations

from sqlalchemy import select, update

from storage import endings, feed_log
from storage.db import CHORES, RESIDENT, Database
from storage.feed_log import Kind
from storage.identity.residents.listening import LISTENS_AT_MOST
from storage.kit import clock
from storage.schema import endings as rows


def end(record: Database, *handles: str) -> None:
    """They are to end."""
    with record.write(by=RESIDENT) as tx:
        endings.add(tx, handles)


def test_what_ended_stands_beside_a_line_of_the_log(record: Database) -> None:
    """Whoever knows of all up to a line is told what came after."""
    end(record, "a", "b")
    with record.read() as conn:
        seq, first = endings.after(conn, 0)
        line = feed_log.after(conn, seq - 1, limit=1)[0]
    end(record, "c")

    with record.read() as conn:
        found = endings.after(conn, seq)
        nothing = endings.after(conn, found[0])
    assert (line.kind, first) == (Kind.RIGHTS, {"a", "b"})
    assert found == (seq + 1, {"c"})
    assert nothing == (seq + 1, frozenset())


def test_twice_is_as_once(record: Database) -> None:
    """Told again after a crash, one is still found under its first line."""
    end(record, "a")
    end(record, "a", "b")

    with record.read() as conn:
        assert endings.among(conn, {"a", "b", "c"}) == {"a", "b"}
        assert endings.among(conn, ()) == set()
        assert endings.after(conn, 1) == (2, {"b"})


def test_one_is_kept_for_as_long_as_its_listener_may_last(record: Database) -> None:
    """And its time is told by the quarter hour."""
    end(record, "a")

    with record.write(by=CHORES) as tx:
        forget_at, now = tx.connection.execute(select(rows.c.forget_at)).scalar_one(), tx.now()
        assert endings.forget(tx) == 0
        tx.execute(update(rows).values(forget_at=now))
        assert endings.forget(tx) == 1

    assert forget_at % clock.QUARTER_HOUR == 0
    assert forget_at - now > LISTENS_AT_MOST
