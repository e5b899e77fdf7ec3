"""What tests stand on: a real record, an invented city, a real Redis, a bell."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from feed.bell import Bell
from storage.db import OPERATOR, Database
from storage.identity.schema import metadata as identity_tables
from storage.kit import migrate
from storage.kit.programs import redis_server as redis_server_program
from storage.kit.redis import connect
from storage.record import LINEAGE as RECORD_LINEAGE
from storage.schema import metadata as record_tables
from tests import builders

IDENTITY_LINEAGE = RECORD_LINEAGE.parent / "identity" / "migrations"
LINEAGES = {"record": (RECORD_LINEAGE, record_tables), "identity": (IDENTITY_LINEAGE, identity_tables)}
ENGINES = ["sqlite"]  # the one place where "postgresql" joins: with a maker of its own in `_MAKERS`
BELL_KEY = bytes(range(32))
REDIS_STARTS_WITHIN = 10.0  # seconds

NewDatabase = Callable[[Path], str]  # a fresh, migrated database: the folder it may use -> its URL


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The database engine the record and identity are tested on."""
    return str(request.param)


@pytest.fixture(scope="session")
def new_record(engine: str, tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    """Makes fresh records; the migrations run once per test run."""
    return _MAKERS[engine]("record", tmp_path_factory.mktemp("record-template"))


@pytest.fixture(scope="session")
def new_identity(engine: str, tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    """Makes fresh identity databases; the migrations run once per test run."""
    return _MAKERS[engine]("identity", tmp_path_factory.mktemp("identity-template"))


@pytest.fixture
def record_url(new_record: NewDatabase, tmp_path: Path) -> str:
    """Where a fresh record is, for tests that open it from several processes."""
    return new_record(tmp_path)


@pytest.fixture
def record(record_url: str) -> Iterator[Database]:
    """A fresh record."""
    database = Database(record_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def city(record: Database) -> builders.City:
    """The record's invented city: three divisions of a few blocks (`builders.block`, `builders.division`)."""
    with record.write(by=OPERATOR) as tx:
        return builders.load_city(tx)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a real Redis of our own, on a socket nobody else reaches."""
    # Not under pytest's folder: a socket's path may have 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="porchlight-test-"))
    socket = folder / "redis.sock"
    options = [
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--unixsocketperm",
        "700",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    server = subprocess.Popen([redis_server_program(), *options], stdout=subprocess.DEVNULL)
    try:
        _wait_for_redis(f"unix://{socket}", server)
        yield f"unix://{socket}"
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_client(redis_server: str) -> Iterator[redis.Redis]:
    """A client of the empty Redis."""
    client = connect(redis_server)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def bell(redis_client: redis.Redis) -> Bell:
    """A bell on the empty Redis."""
    return Bell(redis_client, BELL_KEY)


def _sqlite_maker(side: str, folder: Path) -> NewDatabase:
    template = folder / f"{side}.db"
    database = Database(f"sqlite:///{template}")
    migrate.to_newest(database.engine, LINEAGES[side][0])
    database.engine.dispose()

    def make(where: Path) -> str:
        shutil.copy(template, where / template.name)
        return f"sqlite:///{where / template.name}"

    return make


_MAKERS = {"sqlite": _sqlite_maker}


def _wait_for_redis(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + REDIS_STARTS_WITHIN
    with connect(url) as client:
        while time.monotonic() < deadline and server.poll() is None:
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.01)
            else:
                return
    raise RuntimeError(f"Redis did not answer within {REDIS_STARTS_WITHIN} s")
