"""Pins among ten thousand and a hundred thousand cameras, on both databases: a round of the airlock, and a look.

    python -m bench.pins [--cameras 10000 100000] [--engine sqlite postgresql] [--times 40]

Blocks are as many as Kansas City's atlas has. Baseline: each figure stands beside the one among the fewest cameras.
Milliseconds of the clock; a look is the whole transaction, of 200 blocks, as the staff program makes it.
"""

from __future__ import annotations

import random

from sqlalchemy import insert

from bench import engines
from bench.engines import taken_by
from storage.cameras import looks as camera_looks
from storage.db import OPERATOR, RESIDENT, Database
from storage.identity.cameras.cameras import Facing
from storage.identity.residents import residents
from storage.identity.schema import cameras as camera_rows
from storage.identity.vault import Vault
from storage.kit import clock, ids
from storage.kit.clock import DAY
from storage.kit.ids import BlockId, DivisionId
from storage.schema import blocks, divisions
from tests.cases import OpenCase, an_open_case
from workers.airlock.owners.pins import bring_pins

BLOCKS = 9_216
HERE = DivisionId("central")
DAYS = (2, 5, 14, 60)


def main() -> None:
    """Prints a row for each database and number of cameras."""
    words = engines.words(__doc__, times=40)
    words.add_argument("--cameras", type=int, nargs="+", default=[10_000, 100_000])
    asked = words.parse_args()
    print("| ms | first round | a round that changes nothing | a look at 200 blocks |\n|---|---|---|---|")
    for engine in asked.engine:
        fewest: list[float] = []
        for count in sorted(asked.cameras):
            with engines.sides(engine) as both:
                found = _measured(*both, count, asked.times)
            fewest = fewest or found
            cells = [f"{ms:.0f} (x {ms / least:.1f})" for ms, least in zip(found, fewest, strict=True)]
            print(f"| {engine}, {count:,} cameras | {' | '.join(cells)} |", flush=True)


def _measured(record: Database, vault: Vault, count: int, times: int) -> list[float]:
    chance = random.Random(1)
    named = [BlockId(ids.new_id()) for _ in range(BLOCKS)]
    case = _case(record, named)
    _cameras(vault, named, count, chance)

    def look() -> None:
        with record.write(by=OPERATOR) as tx:
            camera_looks.look(tx, case.detective, case.id, named[: camera_looks.MOST_AT_ONCE])

    first = taken_by(lambda: bring_pins(vault, record), 1)
    return [first, taken_by(lambda: bring_pins(vault, record), 5), taken_by(look, times)]


def _case(record: Database, named: list[BlockId]) -> OpenCase:
    """The blocks, and an open case in their division."""
    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(divisions).values(id=HERE, name="Central"))
        rows = [{"id": block, "division_id": HERE, "label": block, "homes": 14, "since_version": 1} for block in named]
        tx.execute(insert(blocks), rows)
        tx.audit("bench", "")
    return an_open_case(record, where=HERE, happened_at=clock.now() - DAY)


def _cameras(vault: Vault, named: list[BlockId], count: int, chance: random.Random) -> None:
    with vault.write(by=RESIDENT) as tx:
        owner = residents.find_or_make(tx, vault, "owner@example.org")
        said = {
            "resident_id": owner,
            "indoor": False,
            "ask": "inbox",
            "state": "active",
            "name_sealed": b"",
            "request_digest": "",
        }
        rows = [
            {
                **said,
                "id": ids.new_id(),
                "block_id": chance.choice(named),
                "facing": chance.choice(list(Facing)),
                "retention_days": chance.choice(DAYS),
                "confirmed_at": clock.now() - 2 * DAY,
            }
            for _ in range(count)
        ]
        tx.execute(insert(camera_rows), rows)


if __name__ == "__main__":
    main()
