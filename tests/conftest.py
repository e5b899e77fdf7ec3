"""What tests stand on: a real record, an invented city, a real Redis, a bell."""

from __future__ import annotations

import gc
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import redis
from hypothesis import settings

from feed.bell import Bell
from storage import engines, granting
from storage.db import OPERATOR, Database
from storage.grants import GRANTS as record_grants
from storage.identity.grants import GRANTS as identity_grants
from storage.identity.schema import metadata as identity_tables
from storage.kit import migrate
from storage.kit.ids import new_id
from storage.kit.programs import redis_server as redis_server_program
from storage.kit.redis import connect
from storage.record import LINEAGE as RECORD_LINEAGE
from storage.schema import metadata as record_tables
from tests import builders
from tests.servers.postgres import PostgresServer

IDENTITY_LINEAGE = RECORD_LINEAGE.parent / "identity" / "migrations"
LINEAGES = {"record": (RECORD_LINEAGE, record_tables), "identity": (IDENTITY_LINEAGE, identity_tables)}
ENGINES = ["sqlite", "postgresql"]
ON_EACH_ENGINE = ("tests/storage/", "tests/api/commands/")
ONE_WORLD = ("tests/attacks/", "tests/journeys/")
LONG = (*ONE_WORLD, "tests/faults/", "tests/hostile/", "tests/feed/scenarios/", "tests/workers/", "tests/bench/")
OWNERS = {"record": "porchlight_operator", "identity": "porchlight_identity_operator"}
KEPT = 8  # databases of PostgreSQL that stay, the newest: no test makes so many
BELL_KEY = bytes(range(32))
REDIS_STARTS_WITHIN = 60.0  # seconds, on a machine that is busy

# The suite draws the same examples every time: what fails on one machine fails on all, and a run says what the last
# one said. `pytest --hypothesis-profile=default` looks further.
settings.register_profile("suite", derandomize=True)
settings.load_profile("suite")

NewDatabase = Callable[[Path], str]  # a fresh, migrated database: the folder it may use -> its URL


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make engines` asks for."""
    parser.addoption("--both-engines", action="store_true", help="every test that opens a database runs on each engine")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of a store, or of a command over one, runs on each engine; one of a program that stands on stores on
    either, by its name, or the suite would take twice as long; `engines` marks those that need certain ones."""
    if "engine" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("engines")
        metafunc.parametrize("engine", mark.args if mark else _engines(metafunc), indirect=True, scope="session")


def _engines(metafunc: pytest.Metafunc) -> list[str]:
    of_stores = metafunc.definition.nodeid.startswith(ON_EACH_ENGINE)
    if of_stores or metafunc.config.getoption("--both-engines"):
        return ENGINES
    return [ENGINES[crc32(metafunc.function.__name__.encode()) % len(ENGINES)]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: a long one that began last would keep the other processes waiting."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    """What was collected stays to the end: no collection of garbage walks through it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests stay together, and those of a folder that stand on one world, which takes a minute to make."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            scope = str(super()._split_scope(nodeid))
            return next((folder for folder in ONE_WORLD if nodeid.startswith(folder)), scope)

    return Together(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The database engine the record and identity are tested on."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """The PostgreSQL of this test run, every role made; nobody kills this one."""
    server = PostgresServer(tmp_path_factory.mktemp("postgres")).start()
    for role in {*OWNERS.values(), *record_grants.roles, *identity_grants.roles}:
        server.run("create role {} login", role)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def makers() -> dict[tuple[str, str], NewDatabase]:
    """What makes databases, by engine and side: kept while tests go to and fro between the engines."""
    return {}


@pytest.fixture(scope="session")
def new_record(engine: str, makers: dict[tuple[str, str], NewDatabase], request: pytest.FixtureRequest) -> NewDatabase:
    """Makes fresh records; the migrations run once per test run."""
    if (engine, "record") not in makers:
        makers[engine, "record"] = _MAKERS[engine]("record", request)
    return makers[engine, "record"]


@pytest.fixture(scope="session")
def new_identity(
    engine: str, makers: dict[tuple[str, str], NewDatabase], request: pytest.FixtureRequest
) -> NewDatabase:
    """Makes fresh identity databases; the migrations run once per test run."""
    if (engine, "identity") not in makers:
        makers[engine, "identity"] = _MAKERS[engine]("identity", request)
    return makers[engine, "identity"]


@pytest.fixture(autouse=True)
def nobodys_data(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a test does not name lies in no folder: never in the one that `make run` filled in this checkout."""
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path_factory.getbasetemp() / new_id()))


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Closes the connections that databases opened by a test keep for next time."""
    yield
    for engine in list(engines.pooled):
        engine.dispose()


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


def _sqlite_maker(side: str, request: pytest.FixtureRequest) -> NewDatabase:
    template = request.getfixturevalue("tmp_path_factory").mktemp("template") / f"{side}.db"
    _migrate(f"sqlite:///{template}", side)

    def make(where: Path) -> str:
        shutil.copy(template, where / template.name)
        return f"sqlite:///{where / template.name}"

    return make


def _postgres_maker(side: str, request: pytest.FixtureRequest) -> NewDatabase:
    server: PostgresServer = request.getfixturevalue("postgres")
    server.create(f"{side}_template", owner=OWNERS[side])
    _migrate(server.url(f"{side}_template", OWNERS[side]), side)
    made: list[str] = []

    def make(_where: Path) -> str:
        while len(made) >= KEPT:
            server.drop(made.pop(0))
        made.append(f"{side}_{new_id()}")
        server.create(made[-1], template=f"{side}_template", owner=OWNERS[side])
        return server.url(made[-1])

    return make


_MAKERS = {"sqlite": _sqlite_maker, "postgresql": _postgres_maker}


def _migrate(url: str, side: str) -> None:
    database = Database(url)
    grants = {"record": record_grants, "identity": identity_grants}[side]
    then = partial(granting.apply, grants=grants) if database.engine.name == "postgresql" else lambda _: None
    migrate.to_newest(database.engine, LINEAGES[side][0], then=then)
    database.engine.dispose()


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
