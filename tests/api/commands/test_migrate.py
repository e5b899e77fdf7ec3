"""`porchlight migrate`: the one who changes tables, and who says what each program may do."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import inspect

from api.cli import main
from storage.db import Database
from storage.identity.vault import open_vault
from storage.kit import migrate, settings
from storage.kit.errors import Unavailable
from storage.kit.ids import new_id
from storage.kit.settings import MisconfiguredError
from storage.record import LINEAGE, open_record
from tests.conftest import OWNERS
from tests.servers.postgres import PostgresServer

SIDES = ("record", "identity")


@pytest.fixture
def empty(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Two empty databases, by their names, and the owners' settings."""
    names = {side: f"{side}_{new_id()}" for side in SIDES}
    for side, name in names.items():
        postgres.create(name, owner=OWNERS[side])
        monkeypatch.setenv(f"PORCHLIGHT_{side.upper()}_DATABASE", postgres.url(name, OWNERS[side]))
    yield names
    for name in names.values():
        postgres.drop(name)


@pytest.fixture
def migrated(empty: dict[str, str], capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The same, migrated."""
    assert main(["migrate"]) == 0
    return empty


def test_programs_open_what_was_migrated(
    migrated: dict[str, str], postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each under its own role, on the side that is its own."""
    for role in ("resident", "airlock", "alerts", "staff", "feed", "public", "chores"):
        open_record(postgres.url(migrated["record"], f"porchlight_{role}")).engine.dispose()

    for role in ("resident", "airlock", "alerts"):
        monkeypatch.setenv("PORCHLIGHT_IDENTITY_DATABASE", postgres.url(migrated["identity"], f"porchlight_{role}"))
        opened = open_vault(settings.identity())
        opened.engine.dispose()
        assert opened.engine.name == "postgresql"


def test_the_identity_side_is_closed_to_the_record_side(migrated: dict[str, str], postgres: PostgresServer) -> None:
    """Who works on the record alone cannot even connect, the record's owner included; nor can a role of nobody's."""
    postgres.run("create role stranger login")
    for role in ("porchlight_staff", "porchlight_feed", "porchlight_public", "porchlight_chores", "stranger"):
        with pytest.raises(Unavailable), Database(postgres.url(migrated["identity"], role)).read():
            pass
    with pytest.raises(Unavailable), Database(postgres.url(migrated["identity"], OWNERS["record"])).read():
        pass
    with pytest.raises(Unavailable), Database(postgres.url(migrated["record"], "stranger")).read():
        pass
    postgres.run("drop role stranger")


def test_it_may_be_run_again_and_by_two_at_once(
    empty: dict[str, str], postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second one waits, and finds it done."""
    codes: list[int] = []
    both = [threading.Thread(target=lambda: codes.append(main(["migrate"]))) for _ in range(2)]

    for one in both:
        one.start()
    for one in both:
        one.join(60)

    assert codes == [0, 0]
    assert main(["migrate"]) == 0


@pytest.mark.parametrize("side", SIDES)
def test_one_side_alone_is_migrated_where_it_alone_is_named(
    empty: dict[str, str], side: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two sides may have operators who do not know each other."""
    (other,) = set(SIDES) - {side}
    monkeypatch.delenv(f"PORCHLIGHT_{other.upper()}_DATABASE")

    assert main(["migrate"]) == 0

    assert _tables(postgres, empty[side])
    assert not _tables(postgres, empty[other])


def test_no_program_migrates(empty: dict[str, str], postgres: PostgresServer) -> None:
    """On PostgreSQL it says what to do and ends; nothing is made."""
    url = postgres.url(empty["record"], OWNERS["record"])

    with pytest.raises(MisconfiguredError, match="porchlight migrate"):
        open_record(url)

    assert not _tables(postgres, empty["record"])


def test_a_database_that_is_away_is_said_so(postgres: PostgresServer) -> None:
    """In one line, by an error that means: try again."""
    with pytest.raises(Unavailable):
        open_record("postgresql+psycopg://nobody:any@127.0.0.1:1/record")


def test_who_holds_a_table_is_not_waited_for(
    empty: dict[str, str],
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A migration that waits for a lock holds up everybody behind it: it gives way, and has changed nothing."""
    name = empty["record"]
    monkeypatch.setattr(migrate, "PATIENCE", {**migrate.PATIENCE, "lock_timeout": 100})
    monkeypatch.setattr(migrate, "HEAD", "0001")
    migrate.to_newest(Database(postgres.url(name, OWNERS["record"])).engine, LINEAGE)
    monkeypatch.setattr(migrate, "HEAD", "head")

    with postgres.connect(name) as reader:
        reader.execute("begin")
        reader.execute("select * from posts")
        code = main(["migrate"])

    assert code == 1
    assert "nothing was changed" in capsys.readouterr().err
    assert postgres.run("select version_num from alembic_version", database=name) == [("0001",)]
    assert main(["migrate"]) == 0


def test_missing_roles_are_named(
    empty: dict[str, str], postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Passwords are the operator's to draw, so roles are theirs to make; nothing was changed."""
    postgres.run("alter role porchlight_chores rename to elsewhere")
    try:
        code = main(["migrate"])
    finally:
        postgres.run("alter role elsewhere rename to porchlight_chores")

    assert code == 1
    assert "porchlight_chores" in capsys.readouterr().err
    assert not _tables(postgres, empty["record"])


def test_only_the_owner_migrates(
    migrated: dict[str, str],
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Another role is told so."""
    monkeypatch.setenv("PORCHLIGHT_RECORD_DATABASE", postgres.url(migrated["record"], "porchlight_staff"))

    code = main(["migrate"])

    assert code == 1
    assert "its owner" in capsys.readouterr().err


def _tables(postgres: PostgresServer, name: str) -> list[str]:
    database = Database(postgres.url(name))
    with database.read() as conn:
        tables = sorted(inspect(conn).get_table_names())
    database.engine.dispose()
    return tables
