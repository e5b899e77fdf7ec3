"""Alerts of one post to 50,000 subscribers, and what that costs who listens to the feed meanwhile.

    python -m bench.alerts [--subscribers 50000] [--listeners 200]

Everybody lives in two blocks and has one browser; a push service, which answers at once, is a process beside. The same
events are told to the same listeners of one feed node first while alerts rest, then while everybody is alerted:
milliseconds from before the commit to each listener, so what is compared is all on one machine, alerts at nice 10.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import uvloop
from sqlalchemy import insert, update

from bench.city import City, a_city
from bench.ears import Ear, Ears
from bench.processes import cpu_seconds, free_port, started, wait
from feed import posting
from storage.atlas.files import atlas_bytes
from storage.db import AIRLOCK, OPERATOR
from storage.identity.alerts import push_devices, tellings
from storage.identity.schema import alert_wishes, alerts, log_ins, residents
from storage.identity.vault import Vault, open_vault
from storage.kit import clock, settings
from storage.kit.ids import digest, new_id
from storage.schema import atlas_versions, blocks, divisions
from tests import builders
from tests.servers.push_stand_in import Browser
from tests.workers.airlock.alerted_town import street

EVERY_SECONDS = 0.2
AT_REST = 100  # events
AT_ONCE = 5000  # rows in one statement


class TimedEar(Ear):
    """A listener that knows when it was last told something."""

    at = 0.0

    def data_received(self, data: bytes) -> None:
        """Notes the moment."""
        super().data_received(data)
        self.at = time.perf_counter()


def main() -> None:
    """Measures and prints."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--subscribers", type=int, default=50_000)
    words.add_argument("--listeners", type=int, default=200)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="porchlight-bench-") as folder:
        uvloop.run(measure(Path(folder), asked.subscribers, asked.listeners))


async def measure(data: Path, subscribers: int, listeners: int) -> None:
    """See the top."""
    with ExitStack() as stack:
        city = stack.enter_context(a_city(data))
        _, port = stack.enter_context(city.node())
        (data / "record/demo").write_text("{}")  # only with demo data may a push service be on this machine
        taken, sink = multiprocessing.Value("q", 0), free_port()
        service = multiprocessing.Process(target=push_to, args=(sink, taken), daemon=True)
        service.start()
        stack.callback(service.kill)
        vault = open_vault(settings.identity({"PORCHLIGHT_DATA": str(data)}))
        own = {"PORCHLIGHT_DATA": str(data), "PORCHLIGHT_PUSH_HOSTS": f"http://127.0.0.1:{sink}"}
        block = give_map(city)
        subscribe(vault, subscribers, f"http://127.0.0.1:{sink}/push/")
        command = [sys.executable, "-m", "workers.airlock.alerts"]
        alerting = stack.enter_context(started(command, settings.for_child(identity=True, **own)))
        wait(lambda: begun(vault))
        ears = Ears(TimedEar)
        await ears.listen(port, city.tickets(listeners))
        at_rest = [one for _ in range(AT_REST) for one in await paced(ears, city)]
        print(f"feed, alerts at rest: {told(at_rest)} ({listeners} listeners, {AT_REST} events)", flush=True)
        began, beside, before = time.perf_counter(), list[float](), cpu_seconds(alerting)
        publish(city, block)
        while taken.value < subscribers:
            beside += await paced(ears, city)
        seconds = time.perf_counter() - began
        each = (cpu_seconds(alerting) - before) / subscribers * 1000
        print(f"{subscribers} alerted of one post in {seconds:.1f} s, {each:.2f} ms of CPU each")
        print(f"feed, beside it: {told(beside)} ({len(beside) // listeners} events)")


async def paced(ears: Ears[TimedEar], city: City) -> list[float]:
    """One event, and the rest of its fifth of a second."""
    began = time.perf_counter()
    found = await delivery(ears, city)
    await asyncio.sleep(max(0.0, EVERY_SECONDS - (time.perf_counter() - began)))
    return found


async def delivery(ears: Ears[TimedEar], city: City) -> list[float]:
    """Milliseconds until each heard of one thing that happens now."""
    began = time.perf_counter()
    city.happen(1)
    await ears.all_heard(city.bytes_told)
    return [(ear.at - began) * 1000 for ear in ears.all]


def told(milliseconds: list[float]) -> str:
    """The middle and the worst of a hundred."""
    return " ".join(f"p{share} {np.percentile(milliseconds, share):.1f} ms" for share in (50, 99))


def give_map(city: City) -> str:
    """The street of the tests as the current map; answers its first block."""
    atlas = street()
    with city.record.write(by=OPERATOR) as tx:
        tx.execute(update(atlas_versions).values(digest=atlas.digest, geojson=atlas_bytes(atlas).decode()))
        tx.execute(insert(divisions), [{"id": one.id, "name": one.name} for one in atlas.divisions])
        rows = [{"id": one.id, "division_id": one.division, "label": one.label, "homes": 14} for one in atlas.blocks]
        tx.execute(insert(blocks), [{**row, "since_version": 1} for row in rows])
        tx.audit("bench", "map")
    return atlas.blocks[0].id


def publish(city: City, block: str) -> None:
    """The post that everybody is alerted of."""
    new = builders.a_new_post(published_at=clock.rounded(clock.now()))
    with city.record.write(by=AIRLOCK) as tx:
        posting.publish(tx, city.bell, replace(new, block=block), (), generation=1, last=True)  # type: ignore[arg-type]


def subscribe(vault: Vault, count: int, endpoint: str) -> None:
    """That many residents of two blocks, who wish for everything around, each with one browser."""
    homes, browser = [block.id for block in street().blocks[:2]], Browser(endpoint).subscription
    for first in range(0, count, AT_ONCE):
        names = [new_id() for _ in range(first, min(first + AT_ONCE, count))]
        home = dict(zip(names, homes * AT_ONCE, strict=False))
        with vault.write(by=OPERATOR) as tx:
            person = {"mail_sealed": b"x", "home_changes": "[]"}
            tx.execute(insert(residents), [{"id": one, "mail_lookup": digest(one), **person} for one in names])
            tx.execute(
                insert(log_ins),
                [{"token_digest": digest(one), "resident_id": one, "ends_at": 1 << 45} for one in names],
            )
            wanted = {"language": "en", "since": 0}
            tx.execute(
                insert(alerts), [{"id": one, "resident_id": one, "block_id": home[one], **wanted} for one in names]
            )
            wish = {"category": "suspicious", "reach": "around"}
            tx.execute(insert(alert_wishes), [{"alert_id": one, "block_id": home[one], **wish} for one in names])
            for one in names:
                at = replace(browser, endpoint=f"{endpoint}{one}")
                push_devices.add(tx, vault, one, one, at)  # type: ignore[arg-type]


def begun(vault: Vault) -> None:
    """Raises OSError until alerts follow the log."""
    with vault.read() as conn:
        if tellings.place(conn) is None:
            raise OSError


def push_to(port: int, taken: Any) -> None:
    """A push service that takes everything and looks at nothing."""

    async def serve() -> None:
        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(asyncio.IncompleteReadError):  # the line was closed
                while head := await reader.readuntil(b"\r\n\r\n"):
                    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                    await reader.readexactly(length)
                    writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
                    taken.value += 1

        server = await asyncio.start_server(take, "127.0.0.1", port)
        await server.serve_forever()

    uvloop.run(serve())


if __name__ == "__main__":
    main()
