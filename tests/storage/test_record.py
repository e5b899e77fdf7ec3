"""The record, opened."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert, select

from storage import audit, feed_log
from storage.db import OPERATOR
from storage.record import open_record
from storage.schema import divisions


def test_a_new_record_is_whole(tmp_path: Path) -> None:
    """Where there is none, opening makes one with an empty log and an empty audit, folders included."""
    record = open_record(f"sqlite:///{tmp_path}/deep/record.db")

    with record.read() as conn:
        assert feed_log.head(conn).seq == 0
        assert audit.verify(conn) == (0, None)


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    """A second opener finds the first one's rows, and the same epoch."""
    url = f"sqlite:///{tmp_path}/record.db"
    first = open_record(url)
    with first.write(by=OPERATOR) as tx:
        tx.execute(insert(divisions).values(id="west", name="West"))
        tx.audit("division.add", "west")

    second = open_record(url)

    with first.read() as one, second.read() as other:
        assert other.execute(select(divisions.c.name)).scalars().all() == ["West"]
        assert feed_log.head(one) == feed_log.head(other)
