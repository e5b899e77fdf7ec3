"""Many clients whose lines are cut without end: whether each hears every event of its division, once and in order.

    python -m bench.churn [--minutes 2] [--clients 1000] [--reset-ms 5] [--rate 10]

Two feed processes share one port. Meanwhile every seventh ring is lost, Redis is emptied every ten seconds, and every
half minute a process is killed and started again. Ends with 1 if there was a gap, a double or a reset of a cursor.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import uvloop

from bench.churn_figures import Figures
from bench.churn_nodes import until
from bench.churn_town import Town, a_town
from bench.churning import Client, Heard

EMPTIED_EVERY, KILLED_EVERY = 10.0, 30.0  # seconds
PROCESSES = 2
AT_ONCE = 50  # clients that come at the start, so that a busy machine opens them in time
COMES_WITHIN = 120.0  # seconds


def main() -> None:
    """Runs it and prints its figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--minutes", type=float, default=2)
    words.add_argument("--clients", type=int, default=1000)
    words.add_argument("--reset-ms", type=float, default=5)
    words.add_argument("--rate", type=float, default=10, help="events a second")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="porchlight-churn-") as folder:
        found = uvloop.run(
            churn(
                Path(folder),
                clients=asked.clients,
                seconds=asked.minutes * 60,
                reset_every=asked.reset_ms / 1000,
                rate=asked.rate,
            )
        )
    print(found)
    sys.exit(not found.is_exact)


async def churn(data: Path, *, clients: int, seconds: float, reset_every: float, rate: float) -> Figures:
    """Lets `clients` listen for so long, one line cut every `reset_every` seconds, and compares what each heard."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65536)), hard))
    found = Figures(clients, PROCESSES)
    async with a_town(data) as town:
        nodes = town.nodes()
        listening = [
            Client(town.port, town.ticket_of(division), Heard(division, town.start))
            for division, _ in zip(town.divisions * clients, range(clients), strict=False)
        ]
        work = [asyncio.ensure_future(town.keep_tickets())]
        try:
            for _ in range(PROCESSES):
                await nodes.start()
            await town.tickets_there.wait()
            for start in range(0, clients, AT_ONCE):
                coming = listening[start : start + AT_ONCE]
                work += [asyncio.ensure_future(client.listen()) for client in coming]
                await until(partial(_are_ready, coming), work, within=COMES_WITHIN)
            troubles: list[tuple[float, Callable[[], Awaitable[None]]]] = [
                (1 / rate, lambda: town.happen(found)),
                (EMPTIED_EVERY, lambda: town.empty_redis(found)),
                (KILLED_EVERY, nodes.kill_one),
            ]
            busy = [asyncio.ensure_future(_every(pause, trouble)) for pause, trouble in troubles]
            busy.append(asyncio.ensure_future(_cut(listening, reset_every, found)))
            work += busy
            began = time.monotonic()
            await until(lambda: time.monotonic() > began + seconds, work, within=seconds + COMES_WITHIN)
            for each in busy:
                each.cancel()
            await asyncio.gather(*busy, return_exceptions=True)
            work = [each for each in work if each not in busy]
            found.seconds, found.killed = time.monotonic() - began, nodes.killed
            await until(partial(_have_heard_all, listening, town), work, within=COMES_WITHIN)
        finally:
            for each in work:
                each.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await nodes.stop()
    for client in listening:
        found.compare(client.heard, town.told[client.heard.division])
    return found


def _are_ready(clients: list[Client]) -> bool:
    return all(client.is_ready for client in clients)


def _have_heard_all(clients: list[Client], town: Town) -> bool:
    return all(client.heard.last >= town.last_of(client.heard.division) for client in clients)


async def _every(pause: float, trouble: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(pause)
        await trouble()


async def _cut(listening: list[Client], pause: float, found: Figures) -> None:
    due = time.monotonic()
    while True:
        due += pause
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        due = max(due, time.monotonic() - 1.0)  # a machine that cannot keep up does not save them all up
        found.resets += random.choice(listening).cut()


if __name__ == "__main__":
    main()
