"""The stores of the settings, for as long as a command needs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from storage.db import Database
from storage.identity.vault import LINEAGE, Vault, open_vault
from storage.kit import settings
from storage.record import demand_newest, open_record


@contextmanager
def the_record() -> Iterator[Database]:
    """The record."""
    database = open_record(settings.record().database)
    try:
        yield database
    finally:
        database.engine.dispose()


@contextmanager
def the_vault(key: bytes | None = None) -> Iterator[Vault]:
    """The identity side; under `key` where one is given, whatever is sealed there under which."""
    here = settings.identity()
    vault = open_vault(here) if key is None else Vault(here.database, key)
    try:
        demand_newest(vault, LINEAGE)
        yield vault
    finally:
        vault.engine.dispose()
