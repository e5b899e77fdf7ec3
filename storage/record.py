"""The record as one thing to open: its database, brought to its newest shape."""

from __future__ import annotations

from pathlib import Path

from storage.db import Database
from storage.kit import migrate

LINEAGE = Path(__file__).parent / "migrations"


def open_record(url: str) -> Database:
    """The record at `url`, migrated."""
    database = Database(url)
    migrate.to_newest(database.engine, LINEAGE)
    return database
