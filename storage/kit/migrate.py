"""Brings a database to its newest shape by Alembic: one lineage for the record, one for identity."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


def to_newest(engine: Engine, lineage: Path) -> None:
    """Runs what is missing of the migrations in `lineage`, each in the one transaction; nothing when up to date."""
    with engine.connect().execution_options(porchlight_writes=True) as connection, connection.begin():
        if _version(connection) != ScriptDirectory(str(lineage)).get_current_head():
            command.upgrade(_config(lineage, connection), "head")


def _config(lineage: Path, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(lineage).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
