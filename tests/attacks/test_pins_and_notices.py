"""Attacks 110 and 111: posts laid beside pins; a notice of the police that no two leads stand behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from storage import audit, notices
from storage.db import OPERATOR, RESIDENT, Actor
from storage.identity.cameras import cameras
from storage.identity.clips import clips
from storage.identity.schema import cameras as registered
from storage.identity.vault import ResidentId
from storage.kit.clock import DAY
from storage.kit.ids import StaffId, new_id
from storage.schema import camera_pins, notices as rows, posts as recorded
from tests import builders
from tests.attacks.table import Tried
from tests.storage.footage.asked import square, the_desk
from tests.storage.identity.conftest import vault
from tests.storage.identity.making import a_camera, a_resident, an_accepted_clip, the_clip
from tests.workers.airlock.owners.test_asking import Town, town
from workers.airlock.owners.pins import bring_pins
from workers.airlock.withdraw import take_back

__all__ = ["the_desk", "town", "vault"]
HERE = square(0)


@pytest.mark.engines("sqlite")
def test_a110_posts_laid_beside_pins_do_not_say_whether_one_household_has_both(town: Town, tried: Tried) -> None:
    """Whether who sent a post has the camera of its block, or a neighbour: pin, post and audit go the same way."""
    author, other = (a_resident(town.stores.vault, f"{name}@example.org") for name in ("author", "other"))

    _a_life(town, other, other)  # before which other things stand in the audit
    lives = [_a_life(town, author, owner) for owner in (author, other, author, other)]
    tried(len(lives))

    assert len(lives[0][1][0]) == 1, "there was a pin beside the post"
    assert all(life == lives[0] for life in lives)


def _a_life(town: Town, author: ResidentId, owner: ResidentId) -> list[tuple[Any, ...]]:
    """What stands on the record after each step: a post, a camera in its block, the post's end, the camera's end."""
    stores, seen = town.stores, []
    clip_id, _ = an_accepted_clip(stores.vault, author)
    post_id = the_clip(stores.vault, clip_id).post_id

    def look() -> None:
        bring_pins(stores.vault, stores.record)
        with stores.record.read() as conn:
            pins = [tuple(row) for row in conn.execute(select(camera_pins))]
            post = conn.execute(select(recorded.c.state, recorded.c.block_id).where(recorded.c.id == post_id)).one()
            told = [(one.action, one.by) for one in audit.page(conn, before=None, limit=3)]
        seen.append((pins, tuple(post), told))

    builders.a_recorded_post(stores.record, replace(builders.a_new_post(id=post_id), block=HERE))
    look()
    camera_id = a_camera(stores.vault, owner, block=HERE)
    with stores.vault.write(by=OPERATOR) as tx:
        tx.execute(update(registered).values(confirmed_at=tx.now() - DAY))
    look()
    with stores.vault.write(by=RESIDENT) as tx:
        clips.withdraw(tx, clip_id)
    assert take_back(stores, clip_id)
    look()
    with stores.vault.write(by=RESIDENT) as tx:
        cameras.retire(tx, owner, camera_id)
        cameras.erase(tx, [camera_id])
    look()
    return seen


@pytest.mark.engines("postgresql")
def test_a111_a_notice_that_no_two_leads_stand_behind_is_read_by_nobody(town: Town, tried: Tried) -> None:
    """Whatever row whoever took over the staff program writes, short of two leads' names; a true one is read."""
    record, central = town.desk.record, builders.division("Central")
    lea, leo, far = (
        builders.a_lead(record, name, where) for name, where in zip("abc", ("Central", None, "East"), strict=True)
    )
    mo = builders.a_moderator(record)
    staff, resident = (builders.as_role(record, role) for role in ("staff", "resident"))
    true = _a_row(lea, leo)
    lies: list[dict[str, Any]] = [
        *({"consented_by": second} for second in (None, lea, far, mo, town.detective)),
        *({"written_by": first} for first in (far, mo, town.detective)),
        *({"days": days, "ends_at": true["shown_at"] + days * DAY} for days in (0, -1, 15, 400)),
        {"ends_at": true["ends_at"] + 1},
        {"shown_at": true["shown_at"] + 2 * DAY, "ends_at": true["ends_at"] + 2 * DAY},
        {"shown_at": None, "ends_at": true["ends_at"]},
        {"shown_at": true["written_at"] - 1},
    ]

    def read() -> list[str]:
        with resident.read() as conn:
            return [one.id for one in notices.shown(conn, central)]

    for lie in lies:
        _write(staff, {**true, **lie, "id": new_id()}, lea)
    tried(len(lies))
    assert read() == []
    _write(staff, true, lea)
    assert read() == [true["id"]]
    for seen in (staff, resident):
        seen.engine.dispose()


def _a_row(writer: StaffId, second: StaffId) -> dict[str, Any]:
    """A notice as it stands when two leads did it."""
    at = builders.NOON
    said = {"id": new_id(), "division_id": builders.division("Central"), "text": "The road is closed.", "days": 3}
    who = {"state": "shown", "written_by": writer, "consented_by": second}
    return {**said, **who, "written_at": at, "shown_at": at, "ends_at": at + 3 * DAY}


def _write(record: Any, row: dict[str, Any], by: StaffId) -> None:
    with record.write(by=Actor(f"staff:{by}")) as tx:
        now = tx.now()
        moved = {
            name: value + now - builders.NOON - DAY for name, value in row.items() if name.endswith("_at") and value
        }
        tx.execute(insert(rows).values(**{**row, **moved}))
        tx.audit("notice.write", row["id"])
