"""Whether a copy would go in, or is there already: found out before anything is changed."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Table, func, select, tuple_

from storage.backups import dump
from storage.backups.dump import AT_ONCE, Manifest, Row, Side, Wrap


def read_all(side: Side, folder: Path, manifest: Manifest, *, wrap: Wrap = nullcontext) -> None:
    """Reads every row of a checked copy; raises Malformed, or what `wrap` raises of a broken seal."""
    for name in side.kept:
        for _row in dump.rows(side, folder, manifest, name, wrap=wrap):
            pass


def holds(conn: Connection, side: Side, folder: Path, manifest: Manifest, *, wrap: Wrap = nullcontext) -> bool:
    """Whether the database has the copy's rows by their keys, and no others: that very copy was restored here."""
    counts = {name: select(func.count()).select_from(side.tables.tables[name]) for name in side.kept}
    if any(conn.execute(counts[name]).scalar_one() != part.rows for name, part in manifest.tables.items()):
        return False
    return all(_has_rows(conn, side, folder, manifest, name, wrap) for name in side.kept)


def _has_rows(conn: Connection, side: Side, folder: Path, manifest: Manifest, name: str, wrap: Wrap) -> bool:
    told = dump.rows(side, folder, manifest, name, wrap=wrap)
    while batch := list(islice(told, AT_ONCE)):
        if _found(conn, side.tables.tables[name], batch) != len(batch):
            return False
    return True


def _found(conn: Connection, table: Table, batch: list[Row]) -> int:
    keys = [[row[column.name] for column in table.primary_key] for row in batch]
    query = select(func.count()).select_from(table).where(tuple_(*table.primary_key).in_(keys))
    return int(conn.execute(query).scalar_one())
