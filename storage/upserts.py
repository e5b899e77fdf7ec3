"""Inserts that two may make at once. SQLite and PostgreSQL spell them alike; on PostgreSQL the second one waits until
the first has committed or not.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class _InsertNew(Insert):
    inherit_cache = True


class _Ensure(Insert):
    inherit_cache = True


class _Put(Insert):
    inherit_cache = True


def insert_new(table: Table) -> Insert:
    """Does nothing where a row with one of its keys is there; its `rowcount` tells."""
    return _InsertNew(table).execution_options(preserve_rowcount=True)


def ensure(table: Table) -> Insert:
    """Leaves the row with the same primary key as it is, and locked: from here on it is there, and nobody else's."""
    return _Ensure(table)


def put(table: Table) -> Insert:
    """Takes the place of the row with the same primary key; every column must be given."""
    return _Put(table)


@compiles(_InsertNew)
def _insert_new(statement: _InsertNew, compiler: SQLCompiler, **options: Any) -> str:
    return f"{_insert(statement, compiler, options)} ON CONFLICT DO NOTHING"


@compiles(_Ensure)
def _ensure(statement: _Ensure, compiler: SQLCompiler, **options: Any) -> str:
    return _insert(statement, compiler, options) + _taking(statement, compiler, keys=True)


@compiles(_Put)
def _put(statement: _Put, compiler: SQLCompiler, **options: Any) -> str:
    return _insert(statement, compiler, options) + _taking(statement, compiler, keys=False)


def _insert(statement: Insert, compiler: SQLCompiler, options: dict[str, Any]) -> str:
    said: str = compiler.visit_insert(statement, **options)  # type: ignore[no-untyped-call]
    return said


def _taking(statement: Insert, compiler: SQLCompiler, *, keys: bool) -> str:
    assert isinstance(statement.table, Table)
    quoted, key = compiler.preparer.quote, [column.name for column in statement.table.primary_key]
    taken = [column.name for column in statement.table.columns if (column.name in key) is keys]
    values = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in taken)
    # Names of our own tables' columns; no value is in it.
    return f" ON CONFLICT ({', '.join(map(quoted, key))}) DO UPDATE SET {values}"  # nosec B608
