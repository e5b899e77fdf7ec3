"""Requests for footage to test with: Central's ground in squares, a case, and those who work in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest
import shapely
from sqlalchemy import insert

from storage.atlas import versions
from storage.atlas.extent import METRES_PER_DEGREE, SQUARE_METRES
from storage.atlas.shapes import Atlas, Block
from storage.cases import incidents
from storage.cases.incidents import NewIncident
from storage.cases.keys import StaffKey
from storage.cases.rules import Asker
from storage.db import OPERATOR, Actor, Database
from storage.footage import footage
from storage.footage.footage import NewRequest
from storage.footage.rules import Asked, Kind
from storage.kit import clock, ids
from storage.kit.clock import BATCH, DAY, HOUR, QUARTER_HOUR
from storage.kit.ids import BlockId, CaseId, DivisionId, RequestId, StaffId
from storage.schema import blocks, case_members, cases
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders

KEY = StaffKey(bytes(range(32)))
ACROSS, DOWN = 12, 6
MILES = 0.02  # square miles of each square: 228 metres on a side, so one left out is near, two are not
SIDE = math.sqrt(MILES * SQUARE_METRES) / METRES_PER_DEGREE  # in degrees at the equator, where the squares lie
LATER = -2  # the next but one: the next may come in the middle of a test
TODAY = clock.now() // DAY * DAY  # once for all tests: at midnight, two windows of one test would be of two days


def square(across: int, down: int = 0) -> BlockId:
    """The block of Central's `across`th column and `down`th row."""
    return builders.block("Central", across + ACROSS * down)


def squares(across: range, down: range = range(1)) -> frozenset[BlockId]:
    """A rectangle of them."""
    return frozenset(square(column, row) for column in across for row in down)


def atlas() -> Atlas:
    """Central in squares, under the ids and the digest of the invented city."""
    central = builders.division("Central")
    cells = [
        Block(
            square(x, y),
            f"Square {x} {y}",
            builders.HOMES,
            central,
            shapely.box(*(SIDE * at for at in (x, y, x + 1, y + 1))),
        )
        for y in range(DOWN)
        for x in range(ACROSS)
    ]
    return Atlas("0" * 64, 12, True, (), tuple(cells))


def lay_squares(record: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the squares under the invented city's Central, whose first blocks are there."""
    here = atlas()
    monkeypatch.setitem(versions._READ, here.digest, here)
    versions._KNOWN.clear()
    rows = [
        {"id": one.id, "division_id": one.division, "label": one.label, "homes": one.homes, "since_version": 1}
        for one in here.blocks[builders.BLOCKS_EACH :]
    ]
    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(blocks), rows)
        tx.audit("test", "")


def a_batch(ago: int = 0) -> int:
    """The moment of the last batch, or of one so many before it; LATER is none that comes while a test runs."""
    return clock.now() // BATCH * BATCH - ago * BATCH


def a_window(hours: float = 2, *, days_ago: float = 1, start: float = 0) -> tuple[int, int]:
    """Hours of a day that is over, `start` hours into it."""
    begin = TODAY - int(days_ago * DAY) + int(start * HOUR) // QUARTER_HOUR * QUARTER_HOUR
    return begin, begin + int(hours * HOUR)


def a_request(
    where: frozenset[BlockId] = squares(range(2)),
    *,
    window: tuple[int, int] | None = None,
    text: str = "A grey van left along the alley.",
) -> NewRequest:
    """What a detective asks for: small, unless said otherwise."""
    return NewRequest(Asked(where, window or a_window()), Kind.BURGLARY, "CR-1", text)


def a_case(record: Database, number: str = "CR-1", *, by: StaffId | None = None) -> CaseId:
    """An open case of Central, opened past the module that keeps them; `by` asked for it."""
    division, case = builders.division("Central"), CaseId(ids.new_id())
    with record.write(by=OPERATOR) as tx:
        who = by or staff.find(tx.connection, "somebody") or staff.make(tx, "somebody")
        incidents.add(tx, [NewIncident(f"I-{number}", "Burglary", builders.NOON, division, None)])
        (incident,) = incidents.page(tx.connection, [division], number=f"I-{number}", before=None, limit=1)
        row = {"id": case, "number": number, "incident_id": incident.id, "division_id": division, "state": "open"}
        tx.execute(insert(cases).values(**row, asked_by=who, asked_at=builders.NOON))
        tx.audit("test", case)
    return case


@dataclass(frozen=True)
class Desk:
    """A record with squares, and people who ask in it."""

    record: Database
    roles: dict[StaffId, Role] = field(default_factory=dict)
    _seen: dict[str, Database] = field(default_factory=dict)

    def as_role(self, role: str) -> Database:
        """The record as that program sees it."""
        if role not in self._seen:
            self._seen[role] = builders.as_role(self.record, role)
        return self._seen[role]

    def member(self, name: str, role: Role, *in_cases: CaseId) -> StaffId:
        """Somebody with that role in Central, assigned to these cases."""
        with self.record.write(by=OPERATOR) as tx:
            found = staff.make(tx, name)
            staff.grant(tx, found, role, builders.division("Central"))
            for case in in_cases:
                tx.execute(insert(case_members).values(case_id=case, staff_id=found))
        self.roles[found] = role
        return found

    def asker(self, member: StaffId) -> Asker:
        """Them, with their one duty."""
        mine = self.roles[member]

        def where(*roles: Role) -> frozenset[DivisionId]:
            return frozenset({builders.division("Central")} if mine in roles else ())

        return Asker(member, where(Role.ANALYST, Role.DETECTIVE), where(Role.DETECTIVE), where(Role.LEAD))

    def ask(self, member: StaffId, case: CaseId, new: NewRequest | None = None) -> RequestId:
        """They ask: unless said otherwise what nobody asked yet, word for word."""
        new = new or a_request(text=f"A grey van left along the alley, number {ids.new_digits(8)}.")
        with self.record.write(by=Actor(f"staff:{member}")) as tx:
            return footage.ask(tx, self.asker(member), case, new, key=KEY)


@pytest.fixture(name="desk")
def the_desk(record: Database, city: builders.City, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk in the squares."""
    lay_squares(record, monkeypatch)
    return Desk(record)
