"""`porchlight migrate`: brings the databases to this version, and grants each program what it may do and no more.

On PostgreSQL it runs as the owner of each database, named by PORCHLIGHT_RECORD_DATABASE and
PORCHLIGHT_IDENTITY_DATABASE; where one is named alone, only that one is migrated. Again is harmless.
"""

from __future__ import annotations

import argparse
from functools import partial

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, ProgrammingError

from storage import granting, grants, record
from storage.db import Database
from storage.granting import Grants
from storage.identity import grants as identity_grants, vault
from storage.kit import migrate, settings
from storage.kit.errors import Unavailable
from storage.kit.settings import MisconfiguredError

SIDES = {"record": (record.LINEAGE, grants.GRANTS), "identity": (vault.LINEAGE, identity_grants.GRANTS)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing but --data, which all commands take."""


def run(args: argparse.Namespace) -> int:
    """0 when done; Unavailable, MisconfiguredError where nothing was changed."""
    for side, url in _databases().items():
        lineage, given = SIDES[side]
        database = Database(url, audited=False)
        try:
            migrate.to_newest(database.engine, lineage, then=partial(_grant, given))
        except OperationalError:
            raise Unavailable(f"The {side} database is away, or in use: nothing was changed. Run it again.") from None
        except ProgrammingError as error:
            if not isinstance(error.orig, InsufficientPrivilege):
                raise
            raise MisconfiguredError(f"The {side} database must be migrated by its owner.") from None
        finally:
            database.engine.dispose()
        print(f"{side}: the tables are those of this version.")
    return 0


def _databases() -> dict[str, str]:
    """Those on PostgreSQL, or else those of the data folder."""
    both = {"record": settings.record().database, "identity": settings.identity().database}
    return {side: url for side, url in both.items() if url.startswith("postgresql")} or both


def _grant(given: Grants, connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        granting.apply(connection, given)
