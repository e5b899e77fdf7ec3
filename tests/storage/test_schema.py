"""The tables are what the migrations make, and name nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage.db import UNAUDITED, Database
from storage.kit import migrate
from storage.schema import metadata
from tests.conftest import LINEAGES, NewDatabase


@pytest.fixture
def url_of(new_record: NewDatabase, new_identity: NewDatabase, tmp_path: Path) -> dict[str, str]:
    """A fresh database of each lineage."""
    return {"record": new_record(tmp_path), "identity": new_identity(tmp_path)}


# SQLite has none of PostgreSQL's index of words, and Alembic says that it cannot look for one.
@pytest.mark.filterwarnings("ignore:autogenerate skipping .*'ix_posts_words'.*'sqlite':UserWarning")
@pytest.mark.parametrize("side", LINEAGES)
def test_the_migrations_make_exactly_the_tables(side: str, url_of: dict[str, str]) -> None:
    """After the last migration a database has every table, column, index and constraint, and no other."""
    _, tables = LINEAGES[side]

    with Database(url_of[side]).engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_ours})
        differences = compare_metadata(context, tables)

    assert differences == []


@pytest.mark.parametrize("side", LINEAGES)
def test_a_lineage_has_one_head(side: str) -> None:
    """Migrations follow each other in one line."""
    lineage, _ = LINEAGES[side]

    heads = ScriptDirectory(str(lineage)).get_heads()

    assert len(heads) == 1


@pytest.mark.parametrize("side", LINEAGES)
def test_migrating_again_changes_nothing(side: str, url_of: dict[str, str]) -> None:
    """A database in its newest shape stays as it is."""
    database = Database(url_of[side])
    with database.engine.connect() as connection:
        before = MigrationContext.configure(connection).get_current_revision()

    migrate.to_newest(database.engine, LINEAGES[side][0])

    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == before


@pytest.mark.parametrize(
    ("side", "told"),
    [
        ("record", ("posts", "comments", "flags", "camera_pins")),
        ("identity", ("uploads", "clips", "authorship", "cameras", "camera_listings", "inbox_answers", "camera_mail")),
    ],
)
def test_what_is_taken_back_does_not_wait_for_a_fifth_of_its_table(
    engine: str, side: str, told: tuple[str, ...], url_of: dict[str, str]
) -> None:
    """PostgreSQL clears the rows that held words or keys after hundreds of changes, however large the table."""
    if engine == "sqlite":
        pytest.skip("SQLite overwrites what it deletes at once")

    with Database(url_of[side]).engine.connect() as connection:
        rows = connection.execute(text("select relname, reloptions from pg_class"))
        options = {row.relname: row.reloptions for row in rows}

    for table in told:
        assert "autovacuum_vacuum_scale_factor=0" in options[table]


def test_the_two_sides_share_no_table() -> None:
    """A table belongs to the record or to identity, never to both by name."""
    assert not LINEAGES["record"][1].tables.keys() & LINEAGES["identity"][1].tables.keys()


def test_only_known_tables_go_unaudited() -> None:
    """The list of tables written without an entry names tables of the record."""
    assert metadata.tables.keys() >= UNAUDITED


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """SQLite keeps its own index of words in tables that are none of ours."""
    return kind != "table" or not (name or "").startswith("post_index")
