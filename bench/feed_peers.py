"""What a delivery costs a feed node at many connections, beside what others make of the same bytes.

    python -m bench.feed_peers [--connections 1000 10000] [--rounds 2] [--seconds 5] [--tools ../shared/tools/feed]

One server after the other on one core, `feedload` (C, from the tools) on another: it opens the connections, has events
published, and counts each server's CPU, memory, gaps and doubles. `floor` is the physical floor: one `send()` of a
ready frame for each socket. All send the very same bytes; ours alone knows tickets, divisions, cursors and replay.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.feed_city import MARKS, a_stage
from bench.processes import free_port, reach, started, wait

WS = "ws@8.23.0"
NAMES = ("ours", "floor", "broadcast", "fastapi", "node-ws")
SERVER_CORE, CLIENT_CORE = 0, 1
PATIENCE = 600.0  # seconds for one run of feedload


def main() -> None:
    """Measures and prints."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--tools", type=Path, default=Path("../shared/tools/feed"))
    words.add_argument("--connections", type=int, nargs="+", default=[1000, 10_000])
    words.add_argument(
        "--idle", type=int, default=19_000, help="connections that hear nothing, in one process; 0: none"
    )
    words.add_argument("--rounds", type=int, default=2)
    words.add_argument("--seconds", type=int, default=5)
    words.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES))
    asked = words.parse_args()
    if not (asked.tools / "feedload.c").is_file() or shutil.which("gcc") is None:
        print("Left out: this bench needs feedload.c and floor.c (--tools), and gcc.")
        return
    with tempfile.TemporaryDirectory(prefix="porchlight-bench-") as folder:
        bench = Bench(asked.tools.resolve(), Path(folder), asked.seconds)
        for connections in asked.connections:
            bench.compare(connections, asked.only, asked.rounds)
        bench.latency(1000, groups=80)
        if asked.idle:
            bench.idle(asked.idle)


@dataclass
class Server:
    """One that is measured: where it listens, how it is told, what is said to it first."""

    pid: int
    port: int
    told_at: int
    path: str = "/"
    first: list[str] = field(default_factory=list)


class Bench:
    """The tools, built; and what is run with them."""

    def __init__(self, tools: Path, folder: Path, seconds: int) -> None:
        self._tools, self._folder, self._seconds = tools, folder, seconds
        for program, libraries in (("feedload", ["-lz", "-lm"]), ("floor", [])):
            source = [str(tools / f"{program}.c"), *libraries]
            subprocess.run(["gcc", "-O2", "-w", "-o", str(folder / program), *source], check=True)

    def compare(self, connections: int, names: list[str], rounds: int) -> None:
        """Microseconds a delivery, one event in flight and eight, and memory: each server in turn, `rounds` times."""
        phases = f"closed:1:{self._seconds},closed:8:{self._seconds}"
        runs: dict[str, list[list[dict[str, float]]]] = {name: [] for name in names}
        for _ in range(rounds):
            for name in names:
                with self._served(name, connections) as server:
                    if server is not None:
                        runs[name].append(self._load(server, connections, phases))
        base = runs.get("floor") or []
        print(f"{connections} connections, median of {rounds}; us of server CPU a delivery, x the C floor")
        for name, found in runs.items():
            if found:
                one, eight = (_median(found, at, "cpu_s_per_M") for at in (1, 2))
                kilobytes, opened = (_median(found, 0, what) for what in ("rss_kb_per_conn", "conn_per_s"))
                lost = sum(phase["gaps"] + phase["dups"] for run in found for phase in run[1:])
                print(
                    f"  {name:10} 1 in flight {one:6.2f}{_times(base, 1, one)}, 8 in flight {eight:6.2f}"
                    f"{_times(base, 2, eight)}, {kilobytes:5.1f} kB a connection, {opened:.0f} opened a second,"
                    f" {lost:.0f} gaps and doubles",
                    flush=True,
                )

    def latency(self, connections: int, *, groups: int) -> None:
        """Commit to received, twenty events a second, each for one division of `groups`."""
        with self._ours(connections, groups=groups) as server:
            run = self._load(server, connections, f"rate:20:{2 * self._seconds}", groups=groups)[1]
        print(
            f"{connections} connections over {groups} divisions: commit to received p50 {run['p50_ms']:.2f} ms,"
            f" p99 {run['p99_ms']:.2f} ms, most {run['max_ms']:.1f} ms of {run['deliveries']:.0f} deliveries",
            flush=True,
        )

    def idle(self, connections: int) -> None:
        """So many in one process that hear only beats."""
        with self._ours(connections) as server:
            opened, still = self._load(server, connections, "idle:30")
        print(
            f"{still['connected']:.0f} of {connections} idle connections held: {opened['conn_per_s']:.0f} opened a"
            f" second, {opened['rss_kb_per_conn']:.1f} kB each, {still['cpu_s'] / 30:.3f} of a core while idle",
            flush=True,
        )

    def _load(self, server: Server, connections: int, phases: str, *, groups: int = 1) -> list[dict[str, float]]:
        """One run of feedload: an object for the opening, and one for each phase."""
        command = [
            *(str(self._folder / "feedload"), "--url", f"ws://127.0.0.1:{server.port}{server.path}", *server.first),
            *("-n", str(connections), "-G", str(groups), "--payload-file", str(self._folder / "event.json")),
            *(*MARKS, "--publish", f"tcp:127.0.0.1:{server.told_at}", "--phases", phases),
            *("--pid", str(server.pid), "--cpu", str(CLIENT_CORE)),
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
        if done.stderr:
            print(done.stderr.strip())
        return [json.loads(line) for line in done.stdout.splitlines()]

    @contextmanager
    def _served(self, name: str, connections: int) -> Iterator[Server | None]:
        """The server of that name, on its core; None where this machine has not what it needs."""
        if name == "ours":
            with self._ours(connections) as server:
                yield server
            return
        port, told_at = free_port(), free_port()
        command = self._peer(name, str(port), str(told_at))
        if command is None:
            print(f"  {name} is left out: it needs node and npm.")
            yield None
            return
        environment = {**os.environ, "NODE_PATH": str(self._folder / "node_modules")}
        with started(command, environment, folder=self._tools) as pid:
            wait(lambda: reach(port, told_at))
            os.sched_setaffinity(pid, {SERVER_CORE})
            yield Server(pid, port, told_at)

    @contextmanager
    def _ours(self, connections: int, *, groups: int = 1) -> Iterator[Server]:
        with tempfile.TemporaryDirectory(dir=self._folder) as data, a_stage(Path(data), groups) as stage:
            (self._folder / "event.json").write_text(stage.template)
            first = ["--first", stage.hellos(connections), "--ack", '"ready"']
            with stage.node() as (pid, port):
                os.sched_setaffinity(pid, {SERVER_CORE})
                yield Server(pid, port, stage.told_at, "/v1/feed", first)

    def _peer(self, name: str, port: str, told_at: str) -> list[str] | None:
        where = [port, told_at]
        if name == "floor":
            return [str(self._folder / "floor"), *where]
        if name == "broadcast":
            return [sys.executable, str(self._tools / "ws_broadcast.py"), *where, "uvloop", "broadcast", "none"]
        if name == "fastapi":
            return [sys.executable, str(self._tools / "fastapi_naive.py"), *where, "websockets", "uvloop"]
        if shutil.which("npm") is None:
            return None
        if not (self._folder / "node_modules").is_dir():
            install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(self._folder), WS]
            subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        return ["node", str(self._tools / "node_ws.js"), *where, "naive", "none"]


def _median(runs: list[list[dict[str, float]]], phase: int, what: str) -> float:
    return statistics.median(run[phase][what] for run in runs)


def _times(base: list[list[dict[str, float]]], phase: int, cost: float) -> str:
    return f" ({cost / _median(base, phase, 'cpu_s_per_M'):.2f} x)" if base else ""


if __name__ == "__main__":
    main()
