"""What the police's own books say happened, on the record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage import audit
from storage.cases import incidents
from storage.cases.incidents import DiffersError, NewIncident
from storage.db import OPERATOR, Database
from storage.kit.ids import IncidentId
from tests.builders import HOMES, NOON, block, division

pytestmark = pytest.mark.usefixtures("city")
CENTRAL, EAST = division("Central"), division("East")
BURGLARY = NewIncident("26-1", "Burglary", NOON, CENTRAL, None)


def add(record: Database, *new: NewIncident) -> int:
    """What a file brings in."""
    with record.write(by=OPERATOR) as tx:
        tx.audit("test", "")
        return incidents.add(tx, new)


def page(record: Database, *, number: str = "", before: tuple[int, str] | None = None) -> list[incidents.Incident]:
    """Two of Central."""
    with record.read() as conn:
        return incidents.page(conn, [CENTRAL], number=number, before=before, limit=2)


def test_each_number_of_a_division_is_there_once(record: Database) -> None:
    """A file that comes again adds nothing; the same number elsewhere is another incident."""
    assert add(record, BURGLARY, BURGLARY) == 1
    assert add(record, BURGLARY, replace(BURGLARY, number="26-2"), replace(BURGLARY, division=EAST)) == 2
    assert add(record, BURGLARY) == 0

    with record.read() as conn:
        counts = [line.payload for line in audit.page(conn, before=None, limit=9) if line.action == "incident.import"]
    assert counts == [{"count": 2}, {"count": 1}]


def test_what_is_known_otherwise_changes_nothing(record: Database) -> None:
    """It is named, and nothing of that file is taken in."""
    add(record, BURGLARY)
    other = replace(BURGLARY, kind="Theft")

    with pytest.raises(DiffersError) as refused:
        add(record, replace(BURGLARY, number="26-9"), other)

    assert refused.value.told == {other}
    assert [(one.number, one.kind) for one in page(record)] == [("26-1", "Burglary")]


def test_incidents_are_told_newest_first_page_by_page(record: Database) -> None:
    """Of one's divisions; narrowed by how a number begins, in which no sign means more than itself."""
    add(
        record,
        *(replace(BURGLARY, number=f"26-{n}", happened_at=NOON + n // 2) for n in range(4)),
        replace(BURGLARY, number="1%5"),
        replace(BURGLARY, division=EAST),
    )

    first = page(record)
    rest = page(record, before=(first[-1].happened_at, first[-1].id))

    assert {one.number for one in first} == {"26-2", "26-3"}
    assert len(rest) == 2 and not {one.id for one in rest} & {one.id for one in first}
    assert [one.number for one in page(record, number="1%")] == ["1%5"]
    assert page(record, number="%") == []


def test_an_incident_is_there_for_its_own_division(record: Database) -> None:
    """With its block as people speak of it, where one is known."""
    add(record, replace(BURGLARY, block=block("Central", 1)))
    (found,) = page(record)

    assert found.block is not None
    assert (found.division_name, found.block.label, found.block.homes) == ("Central", "Central, cell 1", HOMES)
    with record.read() as conn:
        assert incidents.one(conn, [CENTRAL], found.id) == found
        assert incidents.one(conn, [EAST], found.id) is None
        assert incidents.some(conn, [found.id, IncidentId("nobody's")]) == {found.id: found}
        assert incidents.some(conn, []) == {}


def test_a_block_is_called_by_its_id_and_by_its_label(record: Database) -> None:
    """In small letters, within its own division."""
    with record.read() as conn:
        called = incidents.blocks_called(conn, [CENTRAL])

    assert called[CENTRAL, "central, cell 2"] == called[CENTRAL, block("Central", 2)] == {block("Central", 2)}
    assert not any(where == EAST for where, _ in called)
