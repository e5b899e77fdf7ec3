"""Fresh databases of either engine, and the milliseconds that something takes on them."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from storage.db import Database
from storage.identity.vault import Vault
from storage.kit import migrate
from storage.record import LINEAGE
from tests.conftest import IDENTITY_LINEAGE
from tests.servers.postgres import PostgresServer

ENGINES = ["sqlite", "postgresql"]


def words(told: str, *, times: int) -> argparse.ArgumentParser:
    """A bench's command line, of which `told` is the help: on which engines, and how often each question is asked."""
    parser = argparse.ArgumentParser(description=told, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--times", type=int, default=times)
    return parser


@contextmanager
def records(engine: str, names: Sequence[str]) -> Iterator[list[Database]]:
    """So many empty records, migrated; gone with the context."""
    with ExitStack() as open_:
        opened = [Database(url) for url in _urls(open_, engine, names)]
        for record in opened:
            _begin(open_, record, LINEAGE)
        yield opened


@contextmanager
def sides(engine: str) -> Iterator[tuple[Database, Vault]]:
    """An empty record and an empty vault, migrated; gone with the context."""
    with ExitStack() as open_:
        of_record, of_identity = _urls(open_, engine, ["record", "identity"])
        record, vault = Database(of_record), Vault(of_identity, bytes(32))
        _begin(open_, record, LINEAGE)
        _begin(open_, vault, IDENTITY_LINEAGE)
        yield record, vault


def taken_by(do: Callable[[], object], times: int) -> float:
    """Milliseconds of the clock, the median."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def _urls(open_: ExitStack, engine: str, names: Sequence[str]) -> list[str]:
    folder = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="porchlight-bench-")))
    if engine == "sqlite":
        return [f"sqlite:///{folder}/{name}.db" for name in names]
    server = PostgresServer(folder).start()
    open_.callback(server.remove)
    for name in names:
        server.create(name)
    return [server.url(name) for name in names]


def _begin(open_: ExitStack, database: Database, lineage: Path) -> None:
    open_.callback(database.engine.dispose)
    migrate.to_newest(database.engine, lineage)
