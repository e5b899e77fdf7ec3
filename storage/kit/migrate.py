"""Brings a database to its newest shape by Alembic: one lineage for the record, one for identity.

SQLite is migrated by whoever opens it. PostgreSQL only by `porchlight migrate`, as the tables' owner: programs look
whether the tables are those they were written for, and end in one line where they are not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import ProgrammingError

from storage.kit.variables import MisconfiguredError

# A migration that cannot get its lock gives way instead of stopping everyone behind it.
PATIENCE = {"lock_timeout": 5_000, "statement_timeout": 300_000}
HEAD = "head"
MIGRATING = 0x706F726368  # the advisory lock's number: of two who migrate at once, the second one finds it done


def to_newest(engine: Engine, lineage: Path, *, then: Callable[[Connection], None] = lambda _: None) -> None:
    """Runs what is missing of the migrations in `lineage`, and `then`, all in one transaction."""
    with engine.connect().execution_options(porchlight_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
            for name, milliseconds in PATIENCE.items():
                connection.execute(select(func.set_config(name, str(milliseconds), True)))
        if _revision(connection) != _newest(lineage):
            command.upgrade(_config(lineage, connection), HEAD)
        then(connection)


def demand_newest(connection: Connection, lineage: Path) -> None:
    """Raises MisconfiguredError where the tables are not those of this version."""
    try:
        found = _revision(connection)
    except ProgrammingError:  # the table that would tell is not this role's to read: nothing was granted yet
        found = None
    if found != _newest(lineage):
        raise MisconfiguredError(
            f"The database is at {found or 'nothing'} and this version needs {_newest(lineage)}: porchlight migrate."
        )


def _config(lineage: Path, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(lineage).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _newest(lineage: Path) -> str | None:
    return ScriptDirectory(str(lineage)).get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
