"""A vault, and somebody in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from storage.db import Database
from storage.identity.vault import ResidentId, Vault
from tests.conftest import NewDatabase
from tests.storage.identity.making import KEY, a_resident


@pytest.fixture
def vault(new_identity: NewDatabase, tmp_path: Path) -> Iterator[Vault]:
    """A fresh vault."""
    opened = Vault(new_identity(tmp_path), KEY)
    hurry(opened)
    yield opened
    opened.engine.dispose()


def hurry(database: Database) -> None:
    """Does not wait for the disk: no test here pulls the plug, and there are thousands of transactions."""
    if database.engine.dialect.name == "sqlite":
        event.listen(database.engine, "connect", lambda opened, _: opened.execute("pragma synchronous=off"))


@pytest.fixture
def ada(vault: Vault) -> ResidentId:
    """A resident."""
    return a_resident(vault)
