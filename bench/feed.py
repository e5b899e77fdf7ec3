"""What a delivery costs a feed node, beside a plain `websockets.broadcast` server that hears the same bell.

    python -m bench.feed [--listeners 400] [--rounds 100]

Both servers run at once, each with its own listeners, and hear the very same events in the same moments; CPU is
counted for each process. The plain server knows no tickets, filters, cursors or replay, and never looks at the log.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.city import City, a_city
from bench.ears import Ear, Ears
from bench.processes import cpu_seconds, free_port, memory, reach, started, wait
from feed import bell as bells
from storage import feed_log
from storage.kit import keys, settings
from storage.kit.redis import connect_async

WARM_UP = 20  # events before anything is counted


def main() -> None:
    """Measures and prints; with `naive` it is the plain server itself."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--listeners", type=int, default=400)
    words.add_argument("--rounds", type=int, default=100)
    words.add_argument("--naive", nargs=4, metavar=("REDIS", "STREAM", "KEY", "PORT"), help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.naive:
        uvloop.run(plain_server(*asked.naive))
    else:
        with tempfile.TemporaryDirectory(prefix="porchlight-bench-") as folder:
            uvloop.run(measure(Path(folder), asked.listeners, asked.rounds))


async def measure(data: Path, listeners: int, rounds: int) -> None:
    """Prints microseconds of CPU per delivery, one event at a time and eight at once, and memory per listener."""
    with ExitStack() as stack:
        city = stack.enter_context(a_city(data))
        sides = [stack.enter_context(city.node()), stack.enter_context(broadcasting(city))]
        empty = [memory(side) for side, _ in sides]
        ears = Ears(Ear)
        await ears.listen(sides[0][1], city.tickets(listeners))
        await ears.listen(sides[1][1], [None] * listeners)
        city.happen(WARM_UP)
        await ears.all_heard(city.bytes_told)
        full = [memory(side) for side, _ in sides]
        print(f"{listeners} listeners, {len(city.event(1))} bytes an event")
        for at_once in (1, 8):
            before = [cpu_seconds(side) for side, _ in sides]
            for _ in range(rounds):
                city.happen(at_once)
                await ears.all_heard(city.bytes_told)
            ours, plain = (
                (cpu_seconds(side) - was) / (rounds * at_once * listeners) * 1e6
                for (side, _), was in zip(sides, before, strict=True)
            )
            print(f"{at_once} at once: ours {ours:.2f} us, broadcast {plain:.2f} us a delivery: {ours / plain:.2f} x")
        ours, plain = ((now - was) / listeners / 1024 for now, was in zip(full, empty, strict=True))
        print(f"memory: ours {ours:.1f} kB, broadcast {plain:.1f} kB a listener: {ours / plain:.2f} x")


@contextmanager
def broadcasting(city: City) -> Iterator[tuple[int, int]]:
    """The plain server: its process and port."""
    with city.record.read() as conn:
        stream = bells.stream(feed_log.head(conn).epoch)
    port = free_port()
    what = [city.url, stream, str(city.key_file), str(port)]
    command = [sys.executable, "-m", "bench.feed", "--naive", *what]
    with started(command, settings.for_child(identity=False)) as process:
        wait(lambda: reach(port))
        yield process, port


async def plain_server(url: str, stream: str, key_file: str, port: str) -> None:
    """What one would write first: `websockets.serve`, and `broadcast` for each event."""
    key, epoch = keys.read_or_make(Path(key_file)), stream.partition(":")[2]
    listeners: set[ServerConnection] = set()

    async def stay(listener: ServerConnection) -> None:
        listeners.add(listener)
        await listener.wait_closed()
        listeners.discard(listener)

    bus = connect_async(url, answer_seconds=1.0)
    newest: Any = await bus.xrevrange(stream, count=1)
    place: bytes = newest[0][0]
    async with serve(stay, "127.0.0.1", int(port), compression=None):
        while True:
            answer: Any = await bus.xread({stream: place}, block=400)
            for id_, fields in answer[0][1] if answer else ():
                place = id_
                ring = bells.unseal(key, epoch, int(place.partition(b"-")[0]), fields[b"r"])
                broadcast(listeners, ring.event.decode())


if __name__ == "__main__":
    main()
