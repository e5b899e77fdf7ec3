"""`porchlight up`: starts everything on this machine, watches it, and stops it again."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import redis

from api.commands import demo
from api.stack import DOORS, STORES, Running, metrics_ports, programs, worker_count
from api.supervise import Program, supervise
from storage.identity.vault import open_vault
from storage.kit import settings
from storage.kit.errors import Conflict, Refused
from storage.kit.redis import connect
from storage.kit.settings import LOOPBACK, Ports
from storage.record import open_record

SLOW_START = 30.0  # seconds until a door that does not answer is named
ASK_AGAIN = 0.05  # seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight up`."""
    parser.add_argument("--ports", metavar="BASE", type=int, default=8000, help="first of four ports (%(default)s)")
    parser.add_argument(
        "--workers", metavar="N", type=int, default=worker_count(), help="clips at once, 3 or more (%(default)s)"
    )
    parser.add_argument(
        "--feeds", metavar="N", type=int, default=1, help="nodes of the live feed, at one port (%(default)s)"
    )
    parser.add_argument("--metrics", action="store_true", help="figures of each program, from port BASE+10 on")
    parser.add_argument("--demo", action="store_true", help="an invented city, staff and a resident to try it with")


def run(args: argparse.Namespace) -> int:
    """0 after Ctrl-C; Conflict where a stack or a port is in the way."""
    began, data, ports = time.monotonic(), settings.data_folder(), Ports(args.ports)
    if not 1024 <= args.ports <= 65532 or min(args.workers, args.feeds) < 1:
        raise Refused("--ports goes from 1024 to 65532, --workers and --feeds from 1.")
    if args.metrics and args.ports > 65000:
        raise Refused("With --metrics --ports goes to 65000.")
    with _alone(data):
        _demand_free(ports)
        settings.choose_ports(ports.base)
        if args.demo:
            demo.mark(data)
        _migrate()
        log_ins = demo.prepare() if settings.is_demo(data) else []
        Running.here(ports.base).write(data)
        try:
            found = programs(data, ports.base, args.workers, feeds=args.feeds, metrics=args.metrics)
            told = metrics_ports(ports.base, found) if args.metrics else {}
            lines = [
                *_addresses(ports),
                *(f"metrics    http://{LOOPBACK}:{it}/metrics  ({name})" for name, it in told.items()),
            ]
            asyncio.run(_watch(found, ports, [*lines, *log_ins], began))
        finally:
            Running.forget(data)
    return 0


async def _watch(all_programs: list[Program], ports: Ports, lines: list[str], began: float) -> None:
    stop = asyncio.Event()
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(asked, stop.set)

    async def started(rank: int) -> None:
        if rank == STORES:
            await asyncio.to_thread(_wait_for_redis)
        elif rank == DOORS:
            await _wait_for_doors(ports)
            for line in [*lines, f"ready after {time.monotonic() - began:.1f} s"]:
                _say("porchlight", line)

    await supervise(all_programs, stop=stop, say=_say, started=started)
    _say("porchlight", "stopped")


def _say(name: str, line: str) -> None:
    """One line, under the program's name; many begin with that name (without a number) themselves."""
    kind = name.rstrip("-0123456789")
    print(f"{name}: {line.removeprefix(f'{kind}: ')}", flush=True)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Holds the data folder for this process alone; the kernel lets go of it however we end."""
    for side in ("record", "identity"):
        (data / side).mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data / "record" / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"Porchlight is already running on {data}.", code="already_running") from None
        yield


def _demand_free(ports: Ports) -> None:
    for port in range(ports.base, ports.base + 4):
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((LOOPBACK, port))
            except OSError:
                told = f"Port {port} is taken: stop what listens there, or choose four others with --ports BASE."
                raise Conflict(told, code="port_taken") from None


def _migrate() -> None:
    open_record(settings.record().database).engine.dispose()
    open_vault(settings.identity()).engine.dispose()


def _wait_for_redis() -> None:
    for url in (settings.record().redis, settings.identity().redis):
        deadline = time.monotonic() + SLOW_START
        with connect(url) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                except redis.ConnectionError:
                    time.sleep(ASK_AGAIN)
                else:
                    break


async def _wait_for_doors(ports: Ports) -> None:
    deadline = time.monotonic() + SLOW_START
    async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
        for name in ("resident", "staff", "feed", "public"):
            while not await _answers(client, getattr(ports, name)):
                if time.monotonic() > deadline:
                    _say("porchlight", f"{name} has not answered for {SLOW_START:g} s; its lines above say why")
                    deadline += SLOW_START
                await asyncio.sleep(ASK_AGAIN)


async def _answers(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://{LOOPBACK}:{port}/v1/health")).status_code < 500
    except httpx.HTTPError:
        return False


def _addresses(ports: Ports) -> list[str]:
    return [
        f"residents  http://residents.localhost:{ports.resident}  (for programs http://{LOOPBACK}:{ports.resident})",
        f"staff      http://staff.localhost:{ports.staff}  (for programs http://{LOOPBACK}:{ports.staff})",
        f"feed       ws://{LOOPBACK}:{ports.feed}/v1/feed",
        f"public     http://{LOOPBACK}:{ports.public}",
    ]
