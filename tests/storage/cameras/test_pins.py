"""Pins never say how many, come together at midnight, and go at once."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select

from storage.cameras import pins as camera_pins
from storage.cameras.pins import DAYS, Pin, Quadrant, Retention
from storage.db import AIRLOCK, Database
from storage.kit.ids import BlockId
from storage.schema import camera_pins as rows
from tests import builders

A, B = builders.block("Central", 0), builders.block("Central", 1)


def _pin(block: BlockId = A, quadrant: str = "n", days: int = 5) -> Pin:
    return Pin(block, Quadrant(quadrant), camera_pins.retention(days))


def _bring(record: Database, there: list[Pin], settled: list[Pin] | None = None) -> bool:
    """Whether anything was to be changed."""
    role = builders.as_role(record, "airlock")
    with role.read() as conn:
        shown = camera_pins.all_of(conn)
    new = camera_pins.changes(shown, there=there, settled=there if settled is None else settled)
    for _ in range(2):
        with role.write(by=AIRLOCK) as tx:
            camera_pins.bring(tx, new)
    if role is not record:
        role.engine.dispose()
    return bool(new)


def _shown(record: Database) -> set[tuple[str, str, str]]:
    with record.read() as conn:
        return {(row.block_id, row.quadrant, row.retention) for row in conn.execute(select(rows))}


def test_days_are_told_by_class() -> None:
    """Every number of days lies between what its class keeps for certain and what it never exceeds."""
    classes = [(days, camera_pins.retention(days)) for days in range(1, 400)]

    assert {named for _, named in classes} == set(Retention)
    for days, named in classes:
        least, most = DAYS[named]
        assert least <= days and (most is None or days < most)


def test_one_camera_and_many_are_the_same_row() -> None:
    """Whatever stands in a block: at most one for each quadrant, with the class that keeps longest."""
    for days, more in product((1, 5, 20, 60), repeat=2):
        found = camera_pins.longest([_pin(days=days), _pin(days=more), _pin(days=more)])
        assert found == {(A, Quadrant.N): camera_pins.retention(max(days, more))}


def test_what_is_new_waits_and_what_is_taken_back_goes(record: Database, city: builders.City) -> None:
    """A camera of today is on no row; one gone is off it at once, and so is a class that nobody keeps any more."""
    assert not _bring(record, [_pin()], settled=[])
    assert _shown(record) == set()
    assert _bring(record, [_pin(), _pin(B, "w", 60)])
    assert _shown(record) == {(A, "n", "3_to_7"), (B, "w", "over_30")}

    # Said anew today: longer waits, shorter does not, and what is merely confirmed stays.
    assert not _bring(record, [_pin(days=20), _pin(B, "w", 60)], settled=[])
    assert _bring(record, [_pin(days=20), _pin(B, "w", 2)], settled=[_pin(days=20)])
    assert _shown(record) == {(A, "n", "8_to_30"), (B, "w", "under_3")}

    assert _bring(record, [_pin(days=20)], settled=[])
    assert not _bring(record, [_pin(days=20)], settled=[])
    assert _shown(record) == {(A, "n", "8_to_30")}


@pytest.mark.engines("sqlite")
def test_no_row_is_written_that_says_nothing_new(record: Database, city: builders.City) -> None:
    """A second camera that looks the same way for as long changes no byte; the first one leaving neither."""
    _bring(record, [_pin()])
    before = builders.all_rows(record)

    for there in ([_pin(), _pin()], [_pin(), _pin(days=1)], [_pin()]):
        assert not _bring(record, there)
    assert builders.all_rows(record) == before
