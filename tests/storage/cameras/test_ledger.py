"""A month is told when it is over, to the millisecond."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from storage.cameras import ledger as camera_ledger
from storage.cases import cases, incidents
from storage.cases.entries import Kind, enter
from storage.cases.incidents import NewIncident
from storage.db import OPERATOR, Database
from storage.schema import camera_looks, case_entries
from storage.staff import staff
from tests import builders

NOVEMBER = 1_761_955_200_000  # 2025-11-01 00:00 UTC


@pytest.mark.engines("sqlite")
def test_a_look_counts_for_its_month_once_that_is_over(record: Database, city: builders.City) -> None:
    """The last of October is told from the first moment of November, and counted in no other month."""
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, "Dee")
        incidents.add(tx, [NewIncident("25-1", "Theft", builders.NOON, builders.division(), None)])
        (found,) = incidents.page(tx.connection, [builders.division()], number="", before=None, limit=1)
        case_id = cases.ask(tx, found, number="CR-1", why="x", by=member)
        seq = enter(tx, case_id, Kind.CAMERAS, by=member, text="1")
        tx.execute(insert(camera_looks).values(case_id=case_id, seq=seq, block_id=builders.block()))
        tx.execute(case_entries.update().where(case_entries.c.seq == seq).values(at=NOVEMBER - 1))

    with record.read() as conn:
        before, after = (camera_ledger.looks(conn, [builders.block()], now=now) for now in (NOVEMBER - 1, NOVEMBER))
        elsewhere = camera_ledger.looks(conn, [builders.block(number=1)], now=NOVEMBER)

    assert (before, elsewhere) == ([], [])
    assert [(one.month, one.kind, one.count) for one in after] == [("2025-10", "Theft", 1)]
