"""Lists, search, the feed's start and chores among ten thousand, a million and ten million posts, on both databases.

    python -m bench.scale [--posts 10000 1000000] [--engine sqlite postgresql] [--times 100] [--only WORDS]

Each figure stands beside the one among the fewest posts: what is flat does not grow with the city. Ten million posts
want some tens of GB in the temporary folder and a quiet machine: run it with nice.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import quantiles

from bench import engines
from bench.many_posts import City, fill
from bench.questions import Question, questions
from storage.db import Database

WARM = 5


@dataclass(frozen=True)
class Timed:
    """Milliseconds."""

    p50: float
    p99: float


def main() -> None:
    """Print a table for each database."""
    words = engines.words(__doc__, times=100)
    words.add_argument("--posts", type=int, nargs="+", default=[10_000, 1_000_000])
    words.add_argument("--only", default="", help="questions whose name has these words")
    asked = words.parse_args()
    for engine in asked.engine:
        print_table(engine, _measured(engine, sorted(asked.posts), asked.times, asked.only))


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


def _measured(engine: str, counts: list[int], times: int, only: str) -> dict[int, dict[str, Timed]]:
    found: dict[int, dict[str, Timed]] = {count: {} for count in counts}
    names = [f"record_{count}" for count in counts]
    with engines.records(engine, names) as records:
        asking = {n: questions(record, _filled(engine, record, n)) for n, record in zip(counts, records, strict=True)}
        for name in asking[counts[0]]:
            if only in name:
                for count, taken in _taken({count: asking[count][name] for count in counts}, times).items():
                    cuts = quantiles(taken, n=100, method="inclusive")
                    found[count][name] = Timed(cuts[49], cuts[98])
                print(f"#   {name}: " + "; ".join(f"{of[name].p50:.1f}, {of[name].p99:.1f}" for of in found.values()))
    return found


def _filled(engine: str, record: Database, count: int) -> City:
    began = time.monotonic()
    city = fill(record, count)
    print(f"# {engine}: {count:,} posts written in {time.monotonic() - began:.0f} s", flush=True)
    return city


def _taken(asking: dict[int, Question], times: int) -> dict[int, list[float]]:
    """Milliseconds, among so many posts; turn about, so that a busy machine is busy for all."""
    taken: dict[int, list[float]] = {count: [] for count in asking}
    for number in range(times + WARM):
        for count, ask in asking.items():
            began = time.perf_counter()
            ask()
            if number >= WARM:
                taken[count].append((time.perf_counter() - began) * 1000)
    return taken


if __name__ == "__main__":
    main()
