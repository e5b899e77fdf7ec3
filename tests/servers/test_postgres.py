"""The tests' PostgreSQL does what faults ask of it, and loses nothing that was committed."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.servers.postgres import PostgresServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server of this file alone."""
    running = PostgresServer(tmp_path_factory.mktemp("postgres")).start()
    yield running
    running.remove()


@pytest.fixture
def told(server: PostgresServer) -> Iterator[PostgresServer]:
    """The server, with a database that holds one committed row."""
    server.create("told")
    server.run("create table told (what text)", database="told")
    server.run("insert into told values ('kept')", database="told")
    yield server
    server.start()
    server.drop("told")


def test_a_killed_server_keeps_what_was_committed(told: PostgresServer) -> None:
    """It comes back on its port with every committed row."""
    told.kill()
    told.start()

    assert told.run("select what from told", database="told") == [("kept",)]


def test_an_open_connection_does_not_outlive_its_server(told: PostgresServer) -> None:
    """Killed or stopped: who was connected is told at the next word."""
    for end in (told.kill, told.stop):
        told.start()
        connection = told.connect("told")
        end()

        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
        connection.close()


def test_a_frozen_server_answers_nobody_until_it_is_thawed(told: PostgresServer) -> None:
    """It takes connections and says nothing."""
    told.freeze()

    with pytest.raises(psycopg.errors.ConnectionTimeout):
        psycopg.connect(told.url("told").replace("+psycopg", ""), connect_timeout=2)
    told.thaw()

    assert told.run("select what from told", database="told") == [("kept",)]


def test_a_copy_holds_what_its_template_holds(told: PostgresServer) -> None:
    """A database is made from another, and dropped while somebody is connected."""
    told.create("copy", template="told")
    with told.connect("copy") as connection:
        rows = connection.execute("select what from told").fetchall()
        told.drop("copy")

    assert rows == [("kept",)]
    assert told.run("select 1 from pg_database where datname = 'copy'") == []
