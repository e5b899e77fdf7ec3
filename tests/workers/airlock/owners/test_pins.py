"""What of the registry crosses: a block, a quadrant and a class of days, whosever the cameras are."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from storage.db import RESIDENT, Database
from storage.identity.cameras import cameras
from storage.identity.cameras.cameras import CameraState, Facing
from storage.identity.schema import cameras as rows
from storage.identity.vault import CameraId, ResidentId, Vault
from storage.kit.clock import DAY
from storage.schema import camera_pins
from tests import builders
from tests.storage.identity.making import a_camera, a_resident
from workers.airlock.owners import pins


def _round(vault: Vault, record: Database) -> set[tuple[str, str, str]]:
    """One round under the airlock's roles; answers what is on the record then."""
    seen = builders.as_role(vault, "airlock"), builders.as_role(record, "airlock")
    pins.bring_pins(*seen)
    if vault.engine.dialect.name != "sqlite":
        for database in seen:
            database.engine.dispose()
    with record.read() as conn:
        return {(row.block_id, row.quadrant, row.retention) for row in conn.execute(select(camera_pins))}


def _settle(vault: Vault, camera_id: CameraId) -> None:
    """It was said yesterday."""
    with vault.write(by=RESIDENT) as tx:
        tx.execute(update(rows).where(rows.c.id == camera_id).values(confirmed_at=tx.now() - DAY))


def test_a_camera_crosses_the_day_after_and_leaves_at_once(vault: Vault, record: Database, ada: ResidentId) -> None:
    """Registered today it waits; paused, asleep or retired it is gone after the next round."""
    there = {"block": "a", "facing": Facing.NE, "retention_days": 10}
    ids = [a_camera(vault, ada, **{**there, "block": block}) for block in "abc"]
    assert _round(vault, record) == set()

    for camera_id in ids:
        _settle(vault, camera_id)
    assert _round(vault, record) == {(block, "n", "8_to_30") for block in "abc"}

    with vault.write(by=RESIDENT) as tx:
        cameras.change(tx, vault, ada, ids[0], {}, paused=True)
        cameras.retire(tx, ada, ids[1])
        tx.execute(update(rows).where(rows.c.id == ids[2]).values(state=CameraState.ASLEEP))
    assert _round(vault, record) == set()


@pytest.mark.engines("sqlite")
def test_a_camera_that_is_brought_back_waits_too(vault: Vault, record: Database, ada: ResidentId) -> None:
    """Once its pin is gone; taken back before anybody saw it gone, it never was."""
    camera_id = a_camera(vault, ada, block="a")
    _settle(vault, camera_id)
    there = _round(vault, record)

    for seen_in_between, left in ((False, there), (True, set())):
        with vault.write(by=RESIDENT) as tx:
            cameras.retire(tx, ada, camera_id)
        if seen_in_between:
            assert _round(vault, record) == set()
        with vault.write(by=RESIDENT) as tx:
            cameras.bring_back(tx, ada, camera_id)
        assert _round(vault, record) == left


@pytest.mark.engines("sqlite")
def test_a_camera_that_moves_is_not_followed(vault: Vault, record: Database, ada: ResidentId) -> None:
    """It leaves one block at once and comes to the other a day later, with whatever else comes there that day."""
    camera_id = a_camera(vault, ada, block="a")
    _settle(vault, camera_id)
    assert {block for block, *_ in _round(vault, record)} == {"a"}

    with vault.write(by=RESIDENT) as tx:
        cameras.change(tx, vault, ada, camera_id, {"block": "b"}, paused=None)
    assert _round(vault, record) == set()
    _settle(vault, camera_id)
    assert {block for block, *_ in _round(vault, record)} == {"b"}


@pytest.mark.engines("sqlite")
def test_whose_they_are_changes_no_byte(vault: Vault, record: Database, ada: ResidentId) -> None:
    """One owner's three cameras of a block, or another's among them: the same pins, and no name or id on the record."""
    ids = [a_camera(vault, ada, block="a", name="Over the blue door") for _ in range(3)]
    for camera_id in ids:
        _settle(vault, camera_id)
    of_one = _round(vault, record)

    bob = a_resident(vault, "bob@example.org")
    with vault.write(by=RESIDENT) as tx:
        cameras.retire(tx, ada, ids[0])
    _settle(vault, a_camera(vault, bob, block="a"))

    assert _round(vault, record) == of_one
    told = builders.all_rows(record)
    assert not [one for one in (ada, bob, *ids, "Over the blue door") if one.encode() in told]


def test_each_direction_has_its_quadrant() -> None:
    """Two of the eight for each of the four."""
    assert set(pins.QUADRANTS) == set(Facing)
    assert sorted(pins.QUADRANTS.values()) == sorted("nneessww")
