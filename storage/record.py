"""The record as one thing to open: its database, brought to its newest shape."""

from __future__ import annotations

from pathlib import Path

from storage.db import Database
from storage.kit import migrate

LINEAGE = Path(__file__).parent / "migrations"


def open_record(url: str) -> Database:
    """The record at `url`: SQLite migrated, PostgreSQL looked at. Raises MisconfiguredError, Unavailable."""
    database = Database(url)
    demand_newest(database, LINEAGE)
    return database


def demand_newest(database: Database, lineage: Path) -> None:
    """Sees to it that the tables are those of this version; raises MisconfiguredError, Unavailable."""
    try:
        if database.engine.dialect.name == "sqlite":
            migrate.to_newest(database.engine, lineage)
            return
        with database.read() as connection:
            migrate.demand_newest(connection, lineage)
    except BaseException:
        database.engine.dispose()  # nobody will have it to close
        raise
