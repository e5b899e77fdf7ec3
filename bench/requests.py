"""A look at cameras among a hundred thousand pins, and the rules' check of a request for footage, on both databases.

    python -m bench.requests [--pins 10000 100000] [--engine sqlite postgresql] [--times 40]

Four pins a block: all quadrants of it are looked into, which is the most there can be. A look is of 200 blocks, as the
staff program answers it (the answer's bytes as JSON, unpacked); the check is of half a square mile of 16 blocks beside
eleven requests as large, of which all are looked at; asking is the whole transaction. Baseline: each figure stands
beside the one among the fewest pins. Milliseconds of the clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import shapely
from sqlalchemy import insert, update

from api.staff.cases import cameras as case_cameras
from api.staff.cases.cameras import Area
from bench import engines
from bench.engines import taken_by
from storage.atlas import versions
from storage.atlas.extent import METRES_PER_DEGREE, SQUARE_METRES
from storage.atlas.shapes import Atlas, Block
from storage.cameras import looks as camera_looks
from storage.cameras.pins import Quadrant
from storage.cases import cases, incidents, rules as case_rules
from storage.cases.incidents import NewIncident
from storage.cases.keys import StaffKey
from storage.cases.rules import Act
from storage.db import OPERATOR, Actor, Database, Tx
from storage.footage import footage, rules as footage_rules
from storage.footage.footage import NewRequest
from storage.footage.rules import RECENT_MS, Asked, Kind
from storage.kit import clock
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import BlockId, CaseId, DivisionId
from storage.schema import atlas_versions, blocks, camera_pins, divisions, footage_requests
from storage.staff import staff
from storage.staff.staff import LogIn, Role

HERE = DivisionId("central")
MILES = 0.03  # square miles of a block, as in a city of houses
SIDE = math.sqrt(MILES * SQUARE_METRES) / METRES_PER_DEGREE
BEFORE = footage_rules.MOST_OF_CASE - 1
ACROSS, DOWN = 4, 4  # blocks of a request


@dataclass(frozen=True)
class City:
    """Squares with a pin in each quadrant, an open case, and its detective."""

    record: Database
    atlas: Atlas
    wide: int
    case: CaseId
    me: LogIn

    def area(self, at: int) -> frozenset[BlockId]:
        """The blocks of the `at`th request, a mile from the next."""
        first = 8 * (at % 4) + 8 * (at // 4) * self.wide
        return frozenset(BlockId(f"b{first + x + self.wide * y}") for x in range(ACROSS) for y in range(DOWN))


def main() -> None:
    """Prints a row for each database and number of pins."""
    words = engines.words(__doc__, times=40)
    words.add_argument("--pins", type=int, nargs="+", default=[10_000, 100_000])
    asked = words.parse_args()
    print("| ms | a look at 200 blocks | its answer, KB | the check of a request | asking |\n|---|---|---|---|---|")
    for engine in asked.engine:
        fewest: list[float] = []
        for count in sorted(asked.pins):
            with engines.records(engine, ["record"]) as (record,):
                *found, size = _measured(_city(record, count), asked.times)
            fewest = fewest or found
            look, check, ask = (f"{ms:.1f} (x {ms / least:.1f})" for ms, least in zip(found, fewest, strict=True))
            print(f"| {engine}, {count:,} pins | {look} | {size:.0f} | {check} | {ask} |", flush=True)


def _measured(city: City, times: int) -> list[float]:
    area = Area(blocks=tuple(BlockId(f"b{n}") for n in range(camera_looks.MOST_AT_ONCE)))
    pins = case_cameras.look(city.case, area, city.me, city.record)
    assert len(pins.items) == 4 * camera_looks.MOST_AT_ONCE
    size = len(pins.model_dump_json()) / 1000
    look = taken_by(lambda: case_cameras.look(city.case, area, city.me, city.record).model_dump_json(), times)
    who, window = city.me.member.id, _window()
    for at in range(BEFORE):
        _ask(city, at)

    def check() -> None:
        with city.record.read() as conn:
            new = Asked(city.area(BEFORE), window)
            assert not footage.judged(conn, who, city.case, HERE, new).faults

    judged = taken_by(check, times)

    def ask() -> None:
        _ask(city, BEFORE)
        with city.record.write(by=OPERATOR) as tx:  # as if it had been refused: the next one is the twelfth again
            newest = update(footage_requests).where(footage_requests.c.asked_at > tx.now() - HOUR)
            tx.execute(newest.values(state="refused", sent_at=None, asked_at=tx.now() - 2 * RECENT_MS))
            tx.audit("bench", "")

    return [look, judged, taken_by(ask, times), size]


def _ask(city: City, at: int) -> None:
    new = NewRequest(Asked(city.area(at), _window()), Kind.BURGLARY, "CR-1", "A grey van left along the alley.")
    with city.record.write(by=Actor(f"staff:{city.me.member.id}")) as tx:
        footage.ask(tx, case_rules.asker(city.me.member), city.case, new, key=StaffKey(bytes(32)))
    with city.record.write(by=OPERATOR) as tx:  # a day has five of them
        day = update(footage_requests).where(footage_requests.c.asked_at > tx.now() - HOUR)
        if at < BEFORE:
            tx.execute(day.values(asked_at=tx.now() - 2 * DAY))
        tx.audit("bench", "")


def _window() -> tuple[int, int]:
    midnight = clock.now() // DAY * DAY - DAY
    return midnight, midnight + HOUR


def _city(record: Database, pins: int) -> City:
    wide = math.ceil(math.sqrt(pins / 4))
    cells = [_block(n, wide) for n in range(wide * wide)]
    atlas = Atlas("0" * 64, 12, True, (), tuple(cells))
    versions._READ[atlas.digest] = atlas
    said = {"number": 1, "digest": atlas.digest, "k": 12, "invented": True, "loaded_at": 0, "geojson": "{}"}
    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(atlas_versions).values(**said))
        tx.execute(insert(divisions).values(id=HERE, name="Central"))
        rows = [
            {"id": one.id, "division_id": HERE, "label": one.label, "homes": 14, "since_version": 1} for one in cells
        ]
        tx.execute(insert(blocks), rows)
        tx.execute(
            insert(camera_pins),
            [{"block_id": one.id, "quadrant": way, "retention": "8_to_30"} for one in cells for way in Quadrant],
        )
        people = [_member(tx, role) for role in (Role.DETECTIVE, Role.LEAD)]
        incidents.add(tx, [NewIncident("1", "Burglary", clock.now() - DAY, HERE, None)])
        (incident,) = incidents.page(tx.connection, [HERE], number="", before=None, limit=1)
        case = cases.ask(tx, incident, number="CR-1", why="a figure", by=people[0].member.id)
        cases.move(tx, case_rules.asker(people[1].member), case, Act.CONSENT, text="")
    return City(record, atlas, wide, case, people[0])


def _member(tx: Tx, role: Role) -> LogIn:
    member = staff.make(tx, role)
    staff.grant(tx, member, role, HERE)
    found = staff.who(tx.connection, staff.log_in(tx, member))
    assert found is not None
    return found


def _block(number: int, wide: int) -> Block:
    x, y = number % wide, number // wide
    shape = shapely.box(*(SIDE * at for at in (x, y, x + 1, y + 1)))
    return Block(BlockId(f"b{number}"), f"Block {number}", 14, HERE, shape)


if __name__ == "__main__":
    main()
