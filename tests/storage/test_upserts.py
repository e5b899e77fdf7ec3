"""Inserts that two may make at once."""

from __future__ import annotations

import pytest
from sqlalchemy import Insert, select

from storage.db import OPERATOR, Database
from storage.schema import known_bad
from storage.upserts import ensure, insert_new, put

ROW = {"version": 1, "reason": "child", "loaded_at": 0, "files": b"", "views": b""}


def do(record: Database, statement: Insert, **row: object) -> int:
    """Runs it in a transaction of its own; answers how many rows it counts."""
    with record.write(by=OPERATOR) as tx:
        tx.audit("test", "")
        return tx.execute(statement.values(**{"name": "a", **ROW, **row})).rowcount


def rows(record: Database) -> list[tuple[str, int]]:
    """Name and version of each."""
    with record.read() as conn:
        found = conn.execute(select(known_bad.c.name, known_bad.c.version).order_by(known_bad.c.name))
        return [(row.name, row.version) for row in found]


def test_what_is_new_is_inserted_once(record: Database) -> None:
    """The count tells who came first; the other changes nothing."""
    assert [do(record, insert_new(known_bad), version=number) for number in (1, 2)] == [1, 0]
    assert rows(record) == [("a", 1)]


@pytest.mark.parametrize(("statement", "version"), [(ensure(known_bad), 1), (put(known_bad), 2)])
def test_what_is_there_is_left_or_replaced(record: Database, statement: Insert, version: int) -> None:
    """By `ensure` as it is, by `put` in every column; a row with another key is let alone by both."""
    do(record, statement)
    do(record, statement, name="b", version=7)

    do(record, statement, version=2)

    assert rows(record) == [("a", version), ("b", 7)]
