"""`python -m feed`: runs a node of the live feed from this process's settings."""

from __future__ import annotations

import asyncio
import signal

import uvloop

from feed.server import Node
from storage.checks import database, door
from storage.kit import keys, log, ready, starting
from storage.kit.ready import Check
from storage.kit.redis import connect_async
from storage.kit.settings import LOOPBACK, RecordSettings
from storage.record import LINEAGE, open_record

USES = ("PORCHLIGHT_RECORD_DATABASE", "PORCHLIGHT_RECORD_REDIS", "PORCHLIGHT_BELL_KEY_FILE")
ANSWER_SECONDS = 1.0  # of Redis, of which its blocking reads take less than half


def main() -> None:
    """Refuses identity credentials, shuts itself out of the identity folder, serves until it is told to stop."""
    with starting.program("feed"):
        here = starting.on_the_record_side(*USES)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(here))


async def serve(here: RecordSettings) -> None:
    """Runs one node until SIGTERM or SIGINT; raises Unavailable if its port is taken."""
    record = open_record(here.database)
    client = connect_async(here.redis, answer_seconds=ANSWER_SECONDS)
    key = keys.read_or_make(here.bell_key_file)
    node = Node(
        record,
        client,
        key,
        older_keys=keys.older(here.bell_key_file),
        origins=here.pages,
        hosts=here.feed_hosts,
        trusted_proxies=here.trusted_proxies,
        timed=here.bench,
        shared=here.feed_shared,
    )
    port = await node.start(here.listen, here.ports.feed)
    node.measure()
    # Through a door that is shared another process may answer: what this one hears is asked of itself.
    silent = Check("feed_silent", node.demand_heard)
    ready.answer(here.metrics, lambda: [*database(here.database, LINEAGE), door(here.listen, port, LOOPBACK), silent])
    log.event("listening", port=port)
    work = asyncio.ensure_future(node.wait())
    for end in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(end, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        log.event("stopped")
    finally:
        await node.stop()
        await client.aclose()
        record.engine.dispose()


if __name__ == "__main__":
    main()
