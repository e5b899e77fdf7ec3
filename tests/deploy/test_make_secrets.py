"""What deploy/make-secrets draws, tried on the real servers that docker-compose.yml would give it to."""

from __future__ import annotations

import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from storage.kit import keys, redis_acl
from storage.kit.redis import connect
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer
from tests.walls.composed import compose, containers, draw, secrets
from tests.walls.reading import ROOT

ROLES = {
    "record": ("operator", "resident", "airlock", "alerts", "staff", "feed", "public", "chores"),
    "identity": ("operator", "resident", "airlock", "alerts"),
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of secrets."""
    folder = tmp_path_factory.mktemp("drawn") / "secrets"
    done = draw(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def postgres(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL whose two databases were begun with the drawn statements, and that asks roles for passwords."""
    server = PostgresServer(tmp_path_factory.mktemp("postgres")).start()
    for side in ROLES:
        server.create(side)
        for statement in (drawn / f"{side}-db.sql").read_text().splitlines():
            # In production each database has a server of its own: the roles of both are there once here.
            role = statement.split()[2] if statement.startswith("create role") else ""
            if role and server.run("select 1 from pg_roles where rolname = '" + role + "'"):
                statement = statement.replace("create role", "alter role")
            server.run(statement.replace("{", "{{"), database=side)
    rules = server._home / "data/pg_hba.conf"
    rules.write_text("host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    server.run("select pg_reload_conf()")
    yield server
    server.remove()


@pytest.mark.parametrize("role", ROLES["identity"])
def test_roles_of_identity_log_in_with_their_address(postgres: PostgresServer, drawn: Path, role: str) -> None:
    """As the server was told only a digest."""
    assert _asks(postgres, drawn, f"{role}-identity-database") == "identity"


@pytest.mark.parametrize("role", [role for role in ROLES["record"] if role not in ROLES["identity"]])
def test_roles_of_the_record_log_in_with_their_address(postgres: PostgresServer, drawn: Path, role: str) -> None:
    """Each by its own password."""
    assert _asks(postgres, drawn, f"{role}-record-database") == "record"


def test_a_wrong_password_opens_nothing(postgres: PostgresServer, drawn: Path) -> None:
    """Nor does a role reach the other side's database."""
    url = (drawn / "staff-record-database").read_text().strip()
    password = url.split(":")[2].split("@")[0]

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        _connect(postgres, url.replace(password, "wrong"))
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        _connect(postgres, url.replace("/record", "/identity"))


def test_only_the_operator_makes_tables(postgres: PostgresServer, drawn: Path) -> None:
    """It owns the database and its schema; other roles may do what they are granted, which is nothing yet."""
    with _connect(postgres, (drawn / "operator-identity-database").read_text().strip()) as operator:
        operator.execute("create table things (name text)")
    with _connect(postgres, (drawn / "airlock-identity-database").read_text().strip()) as airlock:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            airlock.execute("select * from things")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            airlock.execute("create table others (name text)")


@pytest.mark.parametrize(("side", "users"), [("record", redis_acl.RECORD), ("airlock", redis_acl.AIRLOCK)])
def test_users_of_redis_log_in_with_their_address(
    drawn: Path, tmp_path: Path, side: str, users: redis_acl.Users
) -> None:
    """With the file the server is given; its default user does not."""
    server = RedisServer(tmp_path, users=users)
    tester = (tmp_path / "users.acl").read_text().splitlines()[-1]
    (tmp_path / "users.acl").write_text((drawn / f"{side}-redis.acl").read_text() + tester + "\n")
    server.start()
    try:
        for user in users:
            url = (drawn / f"{user}-{side}-redis").read_text().strip()
            with connect(url.replace(f"{side}-redis:6379", f"127.0.0.1:{server.port}")) as client:
                assert client.ping()
        with connect(f"redis://127.0.0.1:{server.port}/0") as nobody, pytest.raises(redis.AuthenticationError):
            nobody.ping()
    finally:
        server.stop()


def test_the_servers_are_told_no_password(drawn: Path) -> None:
    """What they read holds digests; who reads it can log in as nobody."""
    told = "".join((drawn / name).read_text() for name in ("record-db.sql", "identity-db.sql", "record-redis.acl"))
    words = {
        file.read_text().split("//")[1].split(":")[1].split("@")[0]
        for file in drawn.iterdir()
        if file.name.endswith(("-database", "-redis"))
    }

    assert len(words) == len([file for file in drawn.iterdir() if file.name.endswith(("-database", "-redis"))])
    assert not [word for word in words if word in told]


def test_media_and_originals_have_keys_of_their_own(drawn: Path) -> None:
    """Each bucket's address carries what its own server was told."""
    for name in ("media", "originals"):
        server = dict(line.split("=", 1) for line in (drawn / f"{name}-s3").read_text().splitlines())
        address = (drawn / name).read_text().strip()

        assert f"://{server['ROOT_ACCESS_KEY']}:{server['ROOT_SECRET_KEY']}@{name}-s3:7070/{name}?" in address
    assert (drawn / "media-s3").read_text() != (drawn / "originals-s3").read_text()


def test_secrets_are_drawn_once_each_for_its_reader(drawn: Path) -> None:
    """All that the file names but the certificates, closed to others, nothing shown, and never drawn over."""
    before = {file.name: file.read_bytes() for file in drawn.iterdir()}

    again = draw(drawn)

    wanted = {name for name in compose()["secrets"] if not name.startswith(("residents.", "staff."))}
    assert before.keys() == wanted
    assert {stat.S_IMODE(file.stat().st_mode) for file in drawn.iterdir()} == {0o600}
    assert stat.S_IMODE(drawn.stat().st_mode) == 0o711  # others pass through and cannot list it
    assert again.returncode == 1
    assert {file.name: file.read_bytes() for file in drawn.iterdir()} == before
    said = again.stdout + again.stderr
    assert not [name for name, held in before.items() if held and held.strip().decode(errors="replace") in said]


def test_the_bells_key_is_changed_by_the_steps_that_are_written(drawn: Path) -> None:
    """Feed nodes, which are given both files, hear the old key and the new one until the old one is emptied."""
    key, before = drawn / "bell.key", (drawn / "bell.key").read_bytes()
    steps = re.findall(r"sudo sh -c '(.*)'", (ROOT / "deploy/README.md").read_text())
    change, empty = (step for step in steps if "bell.key" in step)

    subprocess.run(["sh", "-c", change], cwd=drawn, check=True)
    during = (keys.read_or_make(key), keys.older(key))
    subprocess.run(["sh", "-c", empty], cwd=drawn, check=True)

    assert during[0] != before
    assert during[1] == (before,)
    assert (keys.read_or_make(key), keys.older(key)) == (during[0], ())
    assert {"bell.key", "bell.key.old"} <= secrets(containers()["feed"])


def test_a_folder_that_holds_one_is_left_alone(tmp_path: Path) -> None:
    """Whichever it is: the rest is not drawn beside it."""
    (tmp_path / "vault.key").write_bytes(bytes(32))

    done = draw(tmp_path)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert [file.name for file in tmp_path.iterdir()] == ["vault.key"]


def _asks(server: PostgresServer, drawn: Path, name: str) -> str:
    with _connect(server, (drawn / name).read_text().strip()) as connection:
        row = connection.execute("select current_database()").fetchone()
    assert row is not None
    return str(row[0])


def _connect(server: PostgresServer, url: str) -> psycopg.Connection[tuple[object, ...]]:
    side = "record" if "@record-db" in url else "identity"
    here = url.replace("+psycopg", "").replace(f"{side}-db:5432", f"127.0.0.1:{server.port}")
    return psycopg.connect(here, autocommit=True, connect_timeout=20)
