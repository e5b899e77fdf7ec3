"""Lists, search, the feed's start and chores among ten thousand, a million and ten million posts, on both databases.

    python -m bench.scale [--posts 10000 1000000] [--engine sqlite postgresql] [--times 100] [--only WORDS]

Each figure stands beside the one among the fewest posts: what is flat does not grow with the city. Ten million posts
take some 20 GB of the temporary folder and most of an hour for each database.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from bench.many_posts import fill
from bench.questions import questions
from storage.db import Database
from storage.record import open_record
from tests.servers.postgres import PostgresServer

WARM = 5


@dataclass(frozen=True)
class Timed:
    """Milliseconds."""

    p50: float
    p99: float


def main() -> None:
    """Print a table for each database."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--posts", type=int, nargs="+", default=[10_000, 1_000_000])
    words.add_argument("--engine", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    words.add_argument("--times", type=int, default=100)
    words.add_argument("--only", default="", help="questions whose name has these words")
    asked = words.parse_args()
    for engine in asked.engine:
        found = {count: _measured(engine, count, asked.times, asked.only) for count in sorted(asked.posts)}
        print_table(engine, found)


def print_table(engine: str, found: dict[int, dict[str, Timed]]) -> None:
    """A row for each question: p50 and p99 among so many posts, and how many times the fewest posts' p50 that is."""
    fewest = found[min(found)]
    print(f"\n| {engine}, ms | " + " | ".join(f"{count:,} posts: p50, p99" for count in found) + " |")
    print("|---|" + "---|" * len(found))
    for name in fewest:
        cells = []
        for timed in (measured[name] for measured in found.values()):
            ratio = "" if timed is fewest[name] else f" (x {timed.p50 / fewest[name].p50:.1f})"
            cells.append(f"{timed.p50:.1f}, {timed.p99:.1f}{ratio}")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def _measured(engine: str, count: int, times: int, only: str) -> dict[str, Timed]:
    with tempfile.TemporaryDirectory(prefix="porchlight-scale-") as folder, _record(engine, Path(folder)) as record:
        began = time.monotonic()
        city = fill(record, count)
        print(f"# {engine}: {count:,} posts written in {time.monotonic() - began:.0f} s", flush=True)
        return {name: _timed(name, ask, times) for name, ask in questions(record, city).items() if only in name}


@contextmanager
def _record(engine: str, folder: Path) -> Iterator[Database]:
    server = PostgresServer(folder).start() if engine == "postgresql" else None
    if server:
        server.create("record")
    record = open_record(server.url("record") if server else f"sqlite:///{folder / 'record.db'}")
    try:
        yield record
    finally:
        record.engine.dispose()
        if server:
            server.remove()


def _timed(name: str, ask: Callable[[], object], times: int) -> Timed:
    taken = []
    for number in range(times + WARM):
        began = time.perf_counter()
        ask()
        if number >= WARM:
            taken.append((time.perf_counter() - began) * 1000)
    cuts = quantiles(taken, n=100, method="inclusive")
    print(f"#   {name}: {cuts[49]:.1f}, {cuts[98]:.1f}", flush=True)
    return Timed(cuts[49], cuts[98])


if __name__ == "__main__":
    main()
