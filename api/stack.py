"""The programs that are Porchlight on one machine, and where the doors of a running one are."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from api.supervise import Program
from storage.kit import lifeline, private_redis, settings
from workers.queue import Lane

STORES, WORK, DOORS = range(3)  # started in this order, stopped in the opposite one
WORKERS = {Lane.SMALL: "airlock-worker", Lane.LARGE: "airlock-large", Lane.LADDER: "airlock-ladder"}
METRICS = 10  # BASE and this is the first port that figures are told at


@dataclass(frozen=True)
class Running:
    """What a running stack tells other commands: its first port and its process, by its number and when it began."""

    base: int
    pid: int
    began: int

    @staticmethod
    def here(base: int) -> Running:
        """The stack that this process runs."""
        return Running(base, os.getpid(), lifeline.began(os.getpid()) or 0)

    def write(self, data: Path) -> None:
        """Leaves word in the data folder."""
        draft = _place(data).with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self)))
        draft.rename(_place(data))

    @staticmethod
    def read(data: Path) -> Running | None:
        """The stack that runs on this data folder, if any: what one left that was killed is none."""
        try:
            found = Running(**json.loads(_place(data).read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return found if lifeline.began(found.pid) == found.began else None

    @staticmethod
    def was_killed(data: Path) -> bool:
        """Whether one ran on this data folder, did not stop by itself and runs no more."""
        return _place(data).exists() and Running.read(data) is None

    @staticmethod
    def forget(data: Path) -> None:
        """The stack has stopped."""
        _place(data).unlink(missing_ok=True)


def programs(data: Path, base: int, workers: int, *, feeds: int = 1, metrics: bool = False) -> list[Program]:
    """Everything to run on the data folder, with `workers` airlock workers and `feeds` nodes; MissingProgramError.

    With `metrics` each program of ours tells its figures, at `metrics_ports(base, ...)`.
    """
    found = [*_private_redis(data), *_ours(data, base, workers, feeds)]
    if not metrics:
        return found
    told = metrics_ports(base, found)
    return [replace(it, environment=_with_metrics(it, told[it.name])) if it.name in told else it for it in found]


def metrics_ports(base: int, programs: Sequence[Program]) -> dict[str, int]:
    """Where each program of ours tells its figures: from BASE+10 on, in the order in which they stand."""
    ours = [program.name for program in programs if program.rank != STORES]
    return {name: base + METRICS + number for number, name in enumerate(ours)}


def _with_metrics(program: Program, port: int) -> dict[str, str]:
    return {**program.environment, "PORCHLIGHT_METRICS": f"{settings.LOOPBACK}:{port}"}


def _ours(data: Path, base: int, workers: int, feeds: int) -> list[Program]:
    here = {"PORCHLIGHT_DATA": str(data), "PORCHLIGHT_PORTS": str(base), "PYTHONUNBUFFERED": "1"}
    record, both = settings.for_child(identity=False, **here), settings.for_child(identity=True, **here)

    # Several listen at one port: the kernel deals those who come out, and to the others where one died.
    names = ["feed"] if feeds == 1 else [f"feed-{n}" for n in range(1, feeds + 1)]
    listened = record if feeds == 1 else {**record, "PORCHLIGHT_FEED_SHARED": "1"}

    def python(name: str, rank: int, environment: dict[str, str], *module: str) -> Program:
        return Program(name, (sys.executable, "-m", *module), environment, rank)

    return [
        *(
            python(f"{WORKERS[lane]}-{n}", WORK, both, "workers.run", lane)
            for lane, count in lanes(workers).items()
            for n in range(1, count + 1)
        ),
        python("airlock-schedule", WORK, both, "workers.airlock.schedule"),
        python("airlock-alerts", WORK, both, "workers.airlock.alerts"),
        python("chores", WORK, record, "workers.schedule"),
        python("resident", DOORS, both, "api.resident"),
        python("staff", DOORS, record, "api.staff"),
        *(python(name, DOORS, listened, "feed") for name in names),
        python("public", DOORS, record, "api.public"),
    ]


def worker_count() -> int:
    """As many as keep this machine's processors busy: one for each, and one for each lane beside the small clips'."""
    return max(len(Lane), len(os.sched_getaffinity(0)) + 2)


def lanes(workers: int) -> dict[Lane, int]:
    """How many of so many workers listen to which lane: at least one to each, and most to the small clips."""
    large, ladder = max(1, workers // 5), max(1, workers // 4)
    return {Lane.SMALL: max(1, workers - large - ladder), Lane.LARGE: large, Lane.LADDER: ladder}


def _private_redis(data: Path) -> list[Program]:
    """The two servers, as far as the environment does not name others."""
    sockets, identity = settings.socket_folder(data), settings.identity()
    found = []
    if settings.record().redis.startswith("unix://"):
        command = private_redis.command(data / "record/redis", sockets / "record.sock")
        found.append(Program("record-redis", command, {}, STORES))
    if identity.named_redis is None:
        command = private_redis.command(
            data / "identity/redis", sockets / "airlock.sock", password=identity.redis_password
        )
        found.append(Program("airlock-redis", command, {}, STORES))
    return found


def _place(data: Path) -> Path:
    return data / "record" / "stack.json"
