"""The production topology without containers: its engines, and each program with its own environment and no other's.

What docker-compose.yml runs, as processes of this machine: PostgreSQL with two databases, S3 for media and for
originals, a Redis for each side, two resident APIs and two feed nodes behind one door each, a staff API, the public
program, airlock workers, their schedule, alerts, the chores. A fault proxy stands before every engine and behind
every door.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from api.supervise import Pace, Program, supervise
from storage.kit import keys
from storage.kit.settings import LOOPBACK, Ports
from tests.servers.engines import Engines
from tests.servers.ports import free_ports
from tests.servers.proxy import Proxy

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 120.0  # seconds: a dozen programs on two processors
ANSWERS_WITHIN = 2.0
PACE = Pace(first=0.3, longest=2.0, steady=5.0)  # as `restart: unless-stopped`, with less patience
DOORS, WORK = 0, 1


@dataclass(frozen=True)
class Kind:
    """What programs of one kind run, and as whom: their database role and their users in the two Redis servers."""

    module: tuple[str, ...]
    role: str
    record_user: str | None = None
    airlock_user: str | None = None
    media: bool = False
    identity: bool = False  # without the airlock's Redis and the originals
    rank: int = DOORS


KINDS = {
    "resident": Kind(("api.resident",), "resident", "resident", "resident", media=True),
    "staff": Kind(("api.staff",), "staff", "staff", media=True),
    "feed": Kind(("feed",), "feed", "feed"),
    "public": Kind(("api.public",), "public", media=True),
    "airlock-worker": Kind(("workers.run", "airlock"), "airlock", "airlock", "worker", media=True, rank=WORK),
    "airlock-large": Kind(("workers.run", "airlock-large"), "airlock", "airlock", "worker", media=True, rank=WORK),
    "airlock-ladder": Kind(("workers.run", "airlock-ladder"), "airlock", "airlock", "worker", media=True, rank=WORK),
    "airlock-schedule": Kind(("workers.airlock.schedule",), "airlock", "airlock", "schedule", media=True, rank=WORK),
    "airlock-alerts": Kind(("workers.airlock.alerts",), "alerts", identity=True, rank=WORK),
    "chores": Kind(("workers.schedule",), "chores", "chores", media=True, rank=WORK),
}


@dataclass
class Topology:
    """A running city. `base` is the first of four ports, as in embedded mode: doors that balance and can be cut."""

    folder: Path
    workers: int = 4
    lines: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)  # when each line was written, monotonic

    def __post_init__(self) -> None:
        self.engines = Engines(self.folder)
        self.vault_key, self.bell_key = self.folder / "vault.key", self.folder / "bell.key"
        self.head_key, self.cases_key = self.folder / "head.key", self.folder / "cases.key"
        self.export_key = self.folder / "export.key"
        for key in (self.vault_key, self.head_key, self.cases_key, self.export_key):
            keys.read_or_make(key)
        keys.read_or_make(self.bell_key)
        self.base = free_ports(4)[0]
        self.ports = Ports(self.base)
        self._programs = self._all_programs()
        self.doors = {
            door: Proxy(*self._ways_to(door), port=getattr(self.ports, door))
            for door in ("resident", "staff", "feed", "public")
        }

    def prepare(self) -> None:
        """What the operator does before the first start: buckets, tables, rights."""
        self._as_operator("buckets")
        self._as_operator("migrate")

    def start(self) -> Topology:
        """Starts all programs, watches them, and waits until every door answers."""
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._watch, name="topology", daemon=True)
        self._thread.start()
        self.wait_until_ready()
        return self

    def stop(self) -> None:
        """Ends programs and engines."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)
        for door in self.doors.values():
            door.stop()
        self.engines.stop()

    def wait_until_ready(self) -> None:
        """Waits until each door and each node behind it answers, and every worker took up its work."""
        deadline = time.monotonic() + STARTS_WITHIN
        with httpx.Client(trust_env=False, timeout=ANSWERS_WITHIN) as http:
            for name in self.names:
                while not self._is_ready(http, name):
                    if time.monotonic() > deadline:
                        raise RuntimeError(f"{name} did not start:\n" + "\n".join(self.lines[-60:]))
                    time.sleep(0.1)

    @property
    def names(self) -> list[str]:
        """All programs by name: `resident-1`, `resident-2`, `staff`, ..."""
        return [program.name for program in self._programs]

    def pid(self, name: str) -> int:
        """The process of a program now."""
        started = re.compile(rf"^{name}: started as process (\d+)$")
        return int([found[1] for line in tuple(self.lines) if (found := started.match(line))][-1])

    def lease_in_hand(self, worker: str, process: int) -> str | None:
        """The lease under which that process of a worker works on a clip."""
        for folder in (self.folder / "programs" / worker / "data/identity/work").glob("*"):
            with suppress(OSError):
                if (folder / "pid").read_text() == str(process):
                    return folder.name
        return None

    def times_of(self, event: str) -> list[float]:
        """When programs logged this event, monotonic."""
        return [
            at for at, line in zip(tuple(self.times), tuple(self.lines), strict=False) if f": {event} " in f"{line} "
        ]

    def environment(self, name: str) -> dict[str, str]:
        """The variables of one program: no store, role or key but its own; what is secret lies in files."""
        kind, engines, base = KINDS[_kind(name)], self.engines, self._first_port_of(name)
        secrets = {"PORCHLIGHT_RECORD_DATABASE": engines.database("record", kind.role)}
        plain: dict[str, str] = {}
        if kind.media:
            secrets["PORCHLIGHT_MEDIA"] = engines.media()
        if kind.record_user:
            port = engines.proxies["record-redis"].port
            secrets["PORCHLIGHT_RECORD_REDIS"] = engines.record_redis.url(kind.record_user, port=port)
            plain["PORCHLIGHT_BELL_KEY_FILE"] = str(self.bell_key)
        if name == "chores":
            plain["PORCHLIGHT_HEAD_KEY_FILE"] = str(self.head_key)
            plain["PORCHLIGHT_EXPORT_KEY_FILE"] = str(self.export_key)
        if name == "staff":
            plain["PORCHLIGHT_CASES_KEY_FILE"] = str(self.cases_key)
        if kind.airlock_user or kind.identity:
            secrets["PORCHLIGHT_IDENTITY_DATABASE"] = engines.database("identity", kind.role)
            plain["PORCHLIGHT_VAULT_KEY_FILE"] = str(self.vault_key)
        if kind.airlock_user:
            port = engines.proxies["airlock-redis"].port
            secrets["PORCHLIGHT_ORIGINALS"] = engines.originals()
            secrets["PORCHLIGHT_AIRLOCK_REDIS"] = engines.airlock_redis.url(kind.airlock_user, port=port)
        plain["PORCHLIGHT_PORTS"] = str(base)
        plain["PORCHLIGHT_FEED_ADDRESS"] = f"ws://{LOOPBACK}:{self.ports.feed}/v1/feed"
        plain["PORCHLIGHT_RESIDENT_ORIGIN"] = f"http://residents.localhost:{self.ports.resident}"
        plain["PORCHLIGHT_STAFF_ORIGIN"] = f"http://staff.localhost:{self.ports.staff}"
        return self._given(name, plain, secrets)

    def operator(self) -> dict[str, str]:
        """The operator's variables: both sides, straight to the engines."""
        engines = self.engines
        secrets = {
            "PORCHLIGHT_RECORD_DATABASE": engines.database("record", "operator", straight=True),
            "PORCHLIGHT_MEDIA": engines.media(straight=True),
            "PORCHLIGHT_RECORD_REDIS": engines.record_redis.url("resident"),
            "PORCHLIGHT_IDENTITY_DATABASE": engines.database("identity", "identity_operator", straight=True),
            "PORCHLIGHT_ORIGINALS": engines.originals(straight=True),
            "PORCHLIGHT_AIRLOCK_REDIS": engines.airlock_redis.url("operator"),
        }
        plain = {
            "PORCHLIGHT_BELL_KEY_FILE": str(self.bell_key),
            "PORCHLIGHT_VAULT_KEY_FILE": str(self.vault_key),
            "PORCHLIGHT_PORTS": str(self.base),
        }
        return self._given("operator", plain, secrets)

    def _given(self, name: str, plain: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
        folder = self.folder / "programs" / name
        folder.mkdir(parents=True, exist_ok=True)
        for variable, value in secrets.items():
            (folder / variable).write_text(value)
        files = {f"{variable}_FILE": str(folder / variable) for variable in secrets}
        own = {"PORCHLIGHT_DATA": str(folder / "data"), "PYTHONUNBUFFERED": "1"}
        return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **own, **plain, **files}

    def _all_programs(self) -> list[Program]:
        workers = [f"airlock-worker-{n}" for n in range(1, self.workers + 1)]
        workers += ["airlock-large-1", "airlock-ladder-1"]
        doors = ["resident-1", "resident-2", "staff", "feed-1", "feed-2", "public"]
        self._first_ports = {name: free_ports(4)[0] for name in doors}
        return [self._program(name) for name in (*doors, *workers, "airlock-schedule", "airlock-alerts", "chores")]

    def _program(self, name: str) -> Program:
        kind = KINDS[_kind(name)]
        return Program(name, (sys.executable, "-m", *kind.module), self.environment(name), kind.rank)

    def _first_port_of(self, name: str) -> int:
        return self._first_ports.get(name, self.base)

    def _ways_to(self, door: str) -> list[str]:
        ports = [getattr(Ports(base), door) for name, base in self._first_ports.items() if _kind(name) == door]
        return [f"{LOOPBACK}:{port}" for port in ports]

    def _watch(self) -> None:
        asyncio.set_event_loop(self._loop)

        async def started(_rank: int) -> None:
            """Doors and work start beside each other."""

        self._loop.run_until_complete(
            supervise(self._programs, stop=self._stop, say=self._say, started=started, pace=PACE)
        )
        self._loop.close()

    def _say(self, name: str, line: str) -> None:
        self.times.append(time.monotonic())
        self.lines.append(f"{name}: {line}")
        with (self.folder / "programs.log").open("a") as log:
            log.write(f"{name}: {line}\n")

    def _is_ready(self, http: httpx.Client, name: str) -> bool:
        if name not in self._first_ports:
            return any(line.startswith(f"{name}: started as") for line in tuple(self.lines)) and (
                name == "chores" or any(line.startswith(f"{name}: ") and "ready" in line for line in tuple(self.lines))
            )
        try:
            port = getattr(Ports(self._first_ports[name]), _kind(name))
            return http.get(f"http://{LOOPBACK}:{port}/v1/health").status_code < 500
        except httpx.HTTPError:
            return False

    def _as_operator(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "api.cli", *arguments]
        subprocess.run(
            command, cwd=ROOT, env=self.operator(), check=True, timeout=STARTS_WITHIN, stdout=subprocess.DEVNULL
        )


def _kind(name: str) -> str:
    return re.sub(r"-\d+$", "", name)
