"""One request for footage among ten thousand and a hundred thousand cameras, on both databases.

    python -m bench.asking [--cameras 10000 100000] [--engine sqlite postgresql] [--times 40]

Two cameras to an owner, blocks as many as Kansas City's atlas has, fifty requests of sixty blocks each running. What is
measured: delivering one more (the airlock's write), and one owner's inbox, matched when it is looked into. Baseline, in
the same databases: finding all owners of that request and putting a row before each, as a delivery to people would.
Milliseconds of the clock, medians.
"""

from __future__ import annotations

import random

from sqlalchemy import Column, MetaData, String, Table, insert, select

from bench import engines
from bench.engines import taken_by
from bench.pins import BLOCKS, DAYS
from storage.db import AIRLOCK, OPERATOR, database_now
from storage.identity.cameras import inbox
from storage.identity.cameras.cameras import Facing
from storage.identity.cameras.inbox import Request
from storage.identity.schema import asked_blocks, cameras, residents
from storage.identity.vault import ResidentId, Vault
from storage.kit import clock, ids
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import BlockId, CaseId, DivisionId, RequestId

RUNNING, OF_ONE = 50, 60  # requests, and blocks of each
EACH = 2  # cameras of an owner
ROWS = 5_000  # in one statement


def main() -> None:
    """Prints a row for each database and number of cameras."""
    words = engines.words(__doc__, times=40)
    words.add_argument("--cameras", type=int, nargs="+", default=[10_000, 100_000])
    told = words.parse_args()
    print("| ms | delivering one | an owner's inbox | baseline: a row for each owner |\n|---|---|---|---|")
    for engine in told.engine:
        for count in sorted(told.cameras):
            with engines.sides(engine) as both:
                found = _measured(both[1], count, told.times)
            print(f"| {engine}, {count:,} cameras | {' | '.join(f'{ms:.1f}' for ms in found)} |", flush=True)


def _measured(vault: Vault, count: int, times: int) -> list[float]:
    chance = random.Random(1)
    blocks = [BlockId(ids.new_id()) for _ in range(BLOCKS)]
    owners = _owners(vault, blocks, count, chance)
    for _ in range(RUNNING):
        _deliver(vault, chance.sample(blocks, OF_ONE))

    def look() -> None:
        with vault.read() as conn:
            inbox.of_owner(conn, chance.choice(owners), now=database_now(conn))

    return [
        taken_by(lambda: _deliver(vault, chance.sample(blocks, OF_ONE)), times),
        taken_by(look, times),
        taken_by(lambda: _push(vault, _deliver(vault, chance.sample(blocks, OF_ONE))), times),
    ]


def _deliver(vault: Vault, blocks: list[BlockId]) -> RequestId:
    now, new = clock.now(), RequestId(ids.new_id())
    window = (now - DAY, now - DAY + 2 * HOUR)
    request = Request(new, CaseId("case"), DivisionId("central"), "theft", "x", window, now, now + 6 * DAY, b"")
    with vault.write(by=AIRLOCK) as tx:
        inbox.arrive(tx, request, blocks)
    return new


PUSHED = Table("pushed", MetaData(), Column("resident_id", String(40)), Column("request_id", String(40)))


def _push(vault: Vault, request: RequestId) -> None:
    kept = cameras.c.retention_days > 1
    joined = cameras.join(asked_blocks, asked_blocks.c.block_id == cameras.c.block_id)
    whom = select(cameras.c.resident_id, asked_blocks.c.request_id).select_from(joined).distinct()
    here = whom.where(asked_blocks.c.request_id == request, cameras.c.state == "active", kept)
    with vault.write(by=OPERATOR) as tx:
        tx.execute(insert(PUSHED).from_select(["resident_id", "request_id"], here))


def _owners(vault: Vault, blocks: list[BlockId], count: int, chance: random.Random) -> list[ResidentId]:
    owners = [ResidentId(ids.new_id()) for _ in range(count // EACH)]
    people = [{"id": one, "mail_lookup": one, "mail_sealed": b"", "home_changes": "[]"} for one in owners]
    said = {"indoor": False, "ask": "inbox", "state": "active", "name_sealed": b"", "request_digest": ""}
    rows = [
        {
            **said,
            "id": ids.new_id(),
            "resident_id": owner,
            "block_id": chance.choice(blocks),
            "facing": chance.choice(list(Facing)),
            "retention_days": chance.choice(DAYS),
            "confirmed_at": clock.now() - 2 * DAY,
        }
        for owner in owners
        for _ in range(EACH)
    ]
    with vault.write(by=OPERATOR) as tx:
        for table, all_of_it in ((residents, people), (cameras, rows)):
            for first in range(0, len(all_of_it), ROWS):
                tx.execute(insert(table), all_of_it[first : first + ROWS])
    with vault.engine.begin() as conn:
        PUSHED.create(conn)
        conn.exec_driver_sql("analyze")
    return owners


if __name__ == "__main__":
    main()
