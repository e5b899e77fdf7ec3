"""What is done to a running city, and the seeded plan of when."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.servers.proxy import Proxy
from tests.servers.redis import RedisServer
from tests.servers.topology import Topology

WORKERS = ("airlock-worker-1", "airlock-worker-2", "airlock-worker-3", "airlock-worker-4")
APIS = ("resident-1", "resident-2", "staff")
OTHERS = ("airlock-schedule", "airlock-alerts", "chores", "public")
STORES = ("postgres", "media", "originals", "record-redis", "airlock-redis")
BUCKETS, REDIS = STORES[1:3], STORES[3:]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: so many seconds after the start, and for how long."""

    at: float
    kind: str
    target: str
    lasts: float

    def __str__(self) -> str:
        return f"{self.at:6.1f} s  {self.kind:18} {self.target:18} {self.lasts:4.1f} s"


# What can go wrong, with what, and for how many seconds at most.
KINDS: dict[str, tuple[tuple[str, ...], float]] = {
    "kill worker": (WORKERS, 0),
    "kill feed node": (("feed-1", "feed-2"), 0),
    "kill program": ((*APIS, *OTHERS), 0),
    "kill clip process": (WORKERS, 0),
    "freeze program": ((*WORKERS, *APIS, *OTHERS, "feed-1", "feed-2"), 12),
    "kill store": (STORES, 8),
    "freeze store": (STORES, 6),
    "cut lines": (STORES, 0),
    "cut callers": (("resident", "feed", "staff"), 0),
    "refuse lines": (STORES, 8),
    "freeze lines": (STORES, 6),
    "half-open lines": (STORES, 5),
    "slow lines": (("media", "originals", "postgres"), 8),
    "cut mid-part": (BUCKETS, 4),
    "flush": (REDIS, 0),
    "restart empty": (REDIS, 2),
    "fill": (REDIS, 8),
}

ALWAYS = {"kill worker", "kill feed node", "kill store", "freeze program", "flush", "cut callers"}  # in every plan


def plan(seed: int, *, faults: int, seconds: float) -> list[Fault]:
    """So many faults over the time, of every kind in turn before any comes again."""
    dice, made = random.Random(seed), list[Fault]()
    first = sorted(ALWAYS) + dice.sample(sorted(KINDS.keys() - ALWAYS), min(faults, len(KINDS)) - len(ALWAYS))
    waiting = dice.sample(first, len(first))
    for number in range(faults):
        if not waiting:
            waiting = dice.sample(sorted(KINDS), len(KINDS))
        kind = waiting.pop()
        targets, longest = KINDS[kind]
        at = (number + dice.random() * 0.8) * seconds / faults
        made.append(Fault(at, kind, dice.choice(targets), round(dice.uniform(longest / 2, longest), 1)))
    return made


@contextmanager
def suffering(topology: Topology, fault: Fault) -> Iterator[None]:
    """The fault, for as long as it lasts: it is over when the block is left."""
    over = _BEGIN[fault.kind](topology, fault.target)
    try:
        yield
    finally:
        over()


def suffer(topology: Topology, fault: Fault) -> None:
    """Lets it happen and last."""
    with suffering(topology, fault):
        time.sleep(fault.lasts)


def clip_process(topology: Topology, worker: str) -> int | None:
    """The process in which a worker works on one clip, if it does."""
    pid = topology.pid(worker)
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
    return None


def _signal(pid: int | None, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        if pid is not None:
            os.kill(pid, number)


Over = Callable[[], object]


def _kill_program(topology: Topology, name: str) -> Over:
    _signal(topology.pid(name), signal.SIGKILL)
    return lambda: None  # who watches the programs starts it again


def _kill_clip_process(topology: Topology, name: str) -> Over:
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        if (pid := clip_process(topology, name)) is not None:
            _signal(pid, signal.SIGKILL)
            break
        time.sleep(0.005)
    return lambda: None


def _freeze_program(topology: Topology, name: str) -> Over:
    """A worker's clip process with it: a machine that stands still."""
    pids = [topology.pid(name), clip_process(topology, name)]
    for pid in pids:
        _signal(pid, signal.SIGSTOP)

    def thaw() -> None:
        for pid in pids:
            _signal(pid, signal.SIGCONT)

    return thaw


def _kill_store(topology: Topology, name: str) -> Over:
    topology.engines.servers[name].kill()
    return topology.engines.servers[name].start


def _freeze_store(topology: Topology, name: str) -> Over:
    topology.engines.servers[name].freeze()
    return topology.engines.servers[name].thaw


def _cut(topology: Topology, name: str) -> Over:
    _proxy(topology, name).cut()
    return lambda: None


def _refuse(topology: Topology, name: str) -> Over:
    _proxy(topology, name).refuse()
    return _proxy(topology, name).mend


def _freeze_lines(topology: Topology, name: str) -> Over:
    _proxy(topology, name).freeze()
    return _proxy(topology, name).mend


def _half_open(topology: Topology, name: str) -> Over:
    _proxy(topology, name).half_open()
    return _proxy(topology, name).mend


def _slow(topology: Topology, name: str) -> Over:
    _proxy(topology, name).slow(20_000)
    return _proxy(topology, name).mend


def _cut_mid_part(topology: Topology, name: str) -> Over:
    _proxy(topology, name).cut_after(5_000)
    return _proxy(topology, name).mend


def _proxy(topology: Topology, name: str) -> Proxy:
    return topology.engines.proxies.get(name) or topology.doors[name]


def _redis(topology: Topology, name: str) -> RedisServer:
    return {"record-redis": topology.engines.record_redis, "airlock-redis": topology.engines.airlock_redis}[name]


def _flush(topology: Topology, name: str) -> Over:
    _redis(topology, name).flush()
    return lambda: None


def _restart_empty(topology: Topology, name: str) -> Over:
    server = _redis(topology, name)
    server.kill()
    for kept in server.folder.glob("appendonly*"):
        shutil.rmtree(kept, ignore_errors=True)
    return server.start


def _fill(topology: Topology, name: str) -> Over:
    _redis(topology, name).fill()
    return _redis(topology, name).empty_out


_BEGIN: dict[str, Callable[[Topology, str], Over]] = {
    "kill worker": _kill_program,
    "kill feed node": _kill_program,
    "kill program": _kill_program,
    "kill clip process": _kill_clip_process,
    "freeze program": _freeze_program,
    "kill store": _kill_store,
    "freeze store": _freeze_store,
    "cut lines": _cut,
    "cut callers": _cut,
    "refuse lines": _refuse,
    "freeze lines": _freeze_lines,
    "half-open lines": _half_open,
    "slow lines": _slow,
    "cut mid-part": _cut_mid_part,
    "flush": _flush,
    "restart empty": _restart_empty,
    "fill": _fill,
}
