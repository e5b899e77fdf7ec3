"""The steps of deploy/README.md, walked with the commands that stand there, on servers begun with drawn secrets."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.api.commands.test_atlas import the_city
from tests.servers.ports import free_ports
from tests.servers.postgres import PostgresServer
from tests.servers.s3 import S3Server
from tests.walls.composed import containers, draw, environment_on
from tests.walls.reading import ROOT

README = (ROOT / "deploy/README.md").read_text()
WITHIN = 60.0


@dataclass(frozen=True)
class City:
    """Drawn secrets whose addresses lead to servers of this test, and the folder `/handed`."""

    secrets: Path
    handed: Path

    def run(self, name: str, command: str, **also: str) -> subprocess.CompletedProcess[str]:
        """Runs `command` as that container would: with its variables and its secrets, and none of ours."""
        shell = ["sh", "-c", re.sub("(?<= )/handed(?=/)", str(self.handed), command)]
        environment = self.environment(name) | also
        return subprocess.run(shell, env=environment, cwd="/", capture_output=True, text=True, check=False)

    def environment(self, name: str) -> dict[str, str]:
        """The variables of that container."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return environment_on(containers()[name], self.secrets, self.handed.parent / f"data-{name}") | {"PATH": path}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Step 2, and the stores that steps 3 and 4 would have started."""
    folder = tmp_path_factory.mktemp("city")
    drawn = folder / "secrets"
    assert draw(drawn).returncode == 0
    databases = {side: _database(folder / f"{side}-db", side, drawn) for side in ("record", "identity")}
    buckets = {name: _bucket(folder / f"{name}-s3", drawn / f"{name}-s3") for name in ("media", "originals")}
    moved = {f"@{side}-db:5432/": f"@127.0.0.1:{server.port}/" for side, server in databases.items()}
    moved |= {f"@{name}-s3:7070/": f"@127.0.0.1:{server.port}/" for name, server in buckets.items()}
    for file in drawn.iterdir():
        if file.suffix != ".key":
            file.write_text(_replaced(file.read_text(), moved))
    (folder / "handed").mkdir()
    yield City(drawn, folder / "handed")
    for database in databases.values():
        database.remove()
    for bucket in buckets.values():
        bucket.kill()


@pytest.fixture(scope="module")
def migrated(city: City) -> subprocess.CompletedProcess[str]:
    """Step 5."""
    return city.run("migrate", containers()["migrate"]["command"][2])


def test_the_steps_can_be_walked(city: City, migrated: subprocess.CompletedProcess[str]) -> None:
    """Tables and buckets by what `migrate` is given, then blocks and the first of the staff; each says it is done."""
    built = city.run("operator", f"porchlight atlas build {_words(the_city(city.handed))}")
    (load,) = _told("porchlight atlas load")
    (add,) = _told("porchlight staff add")
    loaded = city.run("operator", load)
    added = city.run("operator", add.replace("NAME", "Ada"))

    assert [done.returncode for done in (migrated, built, loaded, added)] == [0] * 4
    assert migrated.stdout.splitlines()[:2] == [
        "record: the tables are those of this version.",
        "identity: the tables are those of this version.",
    ]
    assert "media: the bucket is there, and private." in migrated.stdout
    assert "originals: the bucket is there, and private." in migrated.stdout
    assert loaded.stdout.startswith("atlas 1 is current: ")
    assert "Ada" in added.stdout


@pytest.mark.usefixtures("migrated")
def test_a_program_starts_with_what_it_was_given(city: City) -> None:
    """The public one, after the tables are made: the container's health check says that it is well."""
    (base, metrics), own = free_ports(2), city.environment("public")
    own |= {
        "PORCHLIGHT_METRICS": f"127.0.0.1:{metrics}",
        "PORCHLIGHT_PORTS": str(base),
        "PORCHLIGHT_LISTEN": "127.0.0.1",
    }

    program = subprocess.Popen([sys.executable, *containers()["public"]["command"][1:]], env=own, cwd=ROOT)
    try:
        deadline = time.monotonic() + WITHIN
        while (well := _healthy(own)) != 0 and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        program.terminate()
        program.wait(WITHIN)

    assert well == 0
    assert _healthy(own) == 1


@pytest.mark.usefixtures("migrated")
def test_the_vaults_key_is_changed_by_the_steps_that_are_written(city: City) -> None:
    """The new key is drawn where the operator can take it, and opens what was sealed once it is in its place."""
    before = (city.secrets / "vault.key").read_bytes()
    (rotate,) = _told("porchlight rotate-vault-key")
    (put,) = (step for step in re.findall(r"sudo sh -c '(.*)'", README) if "vault.key" in step)

    rotated = city.run("operator", rotate)
    moved = _replaced(put, {"deploy/handed": str(city.handed), "deploy/secrets": str(city.secrets)})
    subprocess.run(["sh", "-c", moved], check=True)
    once_more = city.run("operator", rotate.replace("vault.key", "another.key"))

    assert (rotated.returncode, once_more.returncode) == (0, 0), rotated.stderr + once_more.stderr
    assert (city.secrets / "vault.key").read_bytes() == (city.handed / "vault.key").read_bytes() != before


def _told(command: str) -> list[str]:
    """What the page has the operator's container run, of those that begin so."""
    return re.findall(rf"`docker compose run --rm operator ({command}[^`]*)`", README)


def _words(options: tuple[object, ...]) -> str:
    return " ".join(map(str, options))


def _replaced(text: str, moved: Mapping[str, str]) -> str:
    for old, new in moved.items():
        text = text.replace(old, new)
    return text


def _healthy(environment: Mapping[str, str]) -> int:
    check = [sys.executable, str(ROOT / "deploy/healthy")]
    return subprocess.run(check, env=dict(environment), check=False, stderr=subprocess.DEVNULL).returncode


def _database(folder: Path, side: str, drawn: Path) -> PostgresServer:
    """A server that began with the drawn statements and asks everybody for passwords, as the container's does."""
    server = PostgresServer(folder).start()
    server.create(side)
    for statement in (drawn / f"{side}-db.sql").read_text().splitlines():
        server.run(statement.replace("{", "{{"), database=side)
    rules = server._home / "data/pg_hba.conf"
    rules.write_text("host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    server.run("select pg_reload_conf()")
    return server


def _bucket(folder: Path, told: Path) -> S3Server:
    keys = dict(line.split("=", 1) for line in told.read_text().splitlines())
    server = S3Server(folder)
    server.key, server.secret = keys["ROOT_ACCESS_KEY"], keys["ROOT_SECRET_KEY"]
    return server.start()
