"""Pins among ten thousand and a hundred thousand cameras, on both databases: a round of the airlock, and a look.

    python -m bench.pins [--cameras 10000 100000] [--engine sqlite postgresql] [--times 40]

Blocks are as many as Kansas City's atlas has. Baseline: each figure stands beside the one among the fewest cameras.
Milliseconds of the clock; a look is the whole transaction, of 200 blocks, as the staff program makes it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from storage.cameras import looks as camera_looks
from storage.cases import cases, incidents, rules as case_rules
from storage.cases.incidents import NewIncident
from storage.cases.rules import Act, Asker
from storage.db import OPERATOR, RESIDENT, Database
from storage.identity.cameras.cameras import Facing
from storage.identity.residents import residents
from storage.identity.schema import cameras as camera_rows
from storage.identity.vault import Vault
from storage.kit import clock, ids, migrate
from storage.kit.clock import DAY
from storage.kit.ids import BlockId, CaseId, DivisionId
from storage.record import LINEAGE
from storage.schema import blocks, divisions
from storage.staff import staff
from storage.staff.staff import Role
from tests.conftest import IDENTITY_LINEAGE
from tests.servers.postgres import PostgresServer
from workers.airlock.owners.pins import bring_pins

BLOCKS = 9_216
HERE = DivisionId("central")
DAYS = (2, 5, 14, 60)


def main() -> None:
    """Prints a row for each database and number of cameras."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--cameras", type=int, nargs="+", default=[10_000, 100_000])
    words.add_argument("--engine", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    words.add_argument("--times", type=int, default=40)
    asked = words.parse_args()
    print("| ms | first round | a round that changes nothing | a look at 200 blocks |\n|---|---|---|---|")
    for engine in asked.engine:
        fewest: list[float] = []
        for count in sorted(asked.cameras):
            with tempfile.TemporaryDirectory(prefix="porchlight-pins-") as folder, sides(engine, folder) as both:
                found = _measured(*both, count, asked.times)
            fewest = fewest or found
            cells = [f"{ms:.0f} (x {ms / least:.1f})" for ms, least in zip(found, fewest, strict=True)]
            print(f"| {engine}, {count:,} cameras | {' | '.join(cells)} |", flush=True)


def _measured(record: Database, vault: Vault, count: int, times: int) -> list[float]:
    chance = random.Random(1)
    named = [BlockId(ids.new_id()) for _ in range(BLOCKS)]
    who, case_id = _case(record, named)
    _cameras(vault, named, count, chance)

    def look() -> None:
        with record.write(by=OPERATOR) as tx:
            camera_looks.look(tx, who, case_id, named[: camera_looks.MOST_AT_ONCE])

    first = taken_by(lambda: bring_pins(vault, record), 1)
    return [first, taken_by(lambda: bring_pins(vault, record), 5), taken_by(look, times)]


def taken_by(do: Callable[[], None], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def _case(record: Database, named: list[BlockId]) -> tuple[Asker, CaseId]:
    """The blocks, and an open case in their division."""
    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(divisions).values(id=HERE, name="Central"))
        rows = [{"id": block, "division_id": HERE, "label": block, "homes": 14, "since_version": 1} for block in named]
        tx.execute(insert(blocks), rows)
        people = []
        for role in (Role.DETECTIVE, Role.LEAD):
            member = staff.make(tx, role)
            staff.grant(tx, member, role, HERE)
            log_in = staff.who(tx.connection, staff.log_in(tx, member))
            assert log_in is not None
            people.append(case_rules.asker(log_in.member))
        incidents.add(tx, [NewIncident("1", "Burglary", clock.now() - DAY, HERE, None)])
        (incident,) = incidents.page(tx.connection, [HERE], number="", before=None, limit=1)
        case_id = cases.ask(tx, incident, number="1", why="a figure", by=people[0].id)
        cases.move(tx, people[1], case_id, Act.CONSENT, text="")
    return people[0], case_id


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


@contextmanager
def sides(engine: str, folder: str) -> Iterator[tuple[Database, Vault]]:
    with ExitStack() as open_:
        urls = {side: f"sqlite:///{folder}/{side}.db" for side in ("record", "identity")}
        if engine == "postgresql":
            server = PostgresServer(Path(folder)).start()
            open_.callback(server.remove)
            for side in urls:
                server.create(side)
                urls[side] = server.url(side)
        record, vault = Database(urls["record"]), Vault(urls["identity"], bytes(32))
        for database, lineage in ((record, LINEAGE), (vault, IDENTITY_LINEAGE)):
            open_.callback(database.engine.dispose)
            migrate.to_newest(database.engine, lineage)
        yield record, vault


if __name__ == "__main__":
    main()
