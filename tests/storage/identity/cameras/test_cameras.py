"""Cameras: registered once, in few blocks, named for their owner alone, confirmed each year, retired for good."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from storage.db import AIRLOCK, RESIDENT, database_now
from storage.identity.cameras import cameras
from storage.identity.cameras.cameras import Ask, Camera, CameraState, Facing
from storage.identity.schema import cameras as rows, residents
from storage.identity.vault import CameraId, ResidentId, SealBrokenError, Vault
from storage.kit.clock import DAY, MINUTE
from storage.kit.errors import Conflict, NotThere
from tests.at_once import at_once
from tests.storage.identity.making import a_camera, a_resident, bytes_below, facts


def change(vault: Vault, who: ResidentId, camera_id: CameraId, paused: bool | None = None, **said: Any) -> None:
    """The owner says something anew."""
    with vault.write(by=RESIDENT) as tx:
        cameras.change(tx, vault, who, camera_id, said, paused=paused)


def retire(vault: Vault, who: ResidentId, camera_id: CameraId) -> None:
    """The owner takes it off the books."""
    with vault.write(by=RESIDENT) as tx:
        cameras.retire(tx, who, camera_id)


def bring_back(vault: Vault, who: ResidentId, camera_id: CameraId) -> None:
    """The owner did not mean it."""
    with vault.write(by=RESIDENT) as tx:
        cameras.bring_back(tx, who, camera_id)


def erase(vault: Vault) -> list[CameraId]:
    """What was retired long enough ago goes."""
    with vault.write(by=AIRLOCK) as tx:
        found = cameras.over(tx)
        cameras.erase(tx, found)
    return found


def mine(vault: Vault, who: ResidentId) -> list[Camera]:
    """All that the owner sees."""
    with vault.read() as conn:
        return cameras.of_resident(conn, vault, who)


def passes(vault: Vault, milliseconds: int) -> None:
    """Time passes for all cameras."""
    with vault.write(by=RESIDENT) as tx:
        then = {"confirmed_at": rows.c.confirmed_at - milliseconds, "retired_at": rows.c.retired_at - milliseconds}
        tx.execute(update(rows).values(**then))


def test_an_owner_reads_what_was_said(vault: Vault, ada: ResidentId) -> None:
    """By name, each whole; nobody else has them."""
    back = a_camera(vault, ada, name="Yard", facing=Facing.SW, indoor=True, retention_days=3, ask=Ask.MAIL)
    front = a_camera(vault, ada, name="front door")

    seen = mine(vault, ada)

    assert [(one.id, one.state) for one in seen] == [(front, CameraState.ACTIVE), (back, CameraState.ACTIVE)]
    assert seen[1].facts == facts(name="Yard", facing=Facing.SW, indoor=True, retention_days=3, ask=Ask.MAIL)
    eve = a_resident(vault, "eve@example.org")
    assert mine(vault, eve) == []
    with vault.read() as conn, pytest.raises(NotThere):
        cameras.one(conn, vault, eve, front)


def test_the_same_request_registers_one_camera(vault: Vault, ada: ResidentId) -> None:
    """However often it comes, also at once; another one under its key is refused; another's key is another camera."""
    made = at_once(4, lambda _: a_camera(vault, ada, key="key-number-1"))

    assert len(set(made)) == 1
    assert len(mine(vault, ada)) == 1
    with pytest.raises(Conflict) as told:
        a_camera(vault, ada, key="key-number-1", indoor=True)
    assert told.value.code == "idempotency_key_reused"
    eve = a_resident(vault, "eve@example.org")
    assert a_camera(vault, eve, key="key-number-1") not in made


def test_a_repeated_request_changes_nothing_back(vault: Vault, ada: ResidentId) -> None:
    """What was said since stays said, and what was retired stays retired."""
    camera_id = a_camera(vault, ada, key="key-number-1")
    change(vault, ada, camera_id, retention_days=7)
    assert a_camera(vault, ada, key="key-number-1") == camera_id
    assert mine(vault, ada)[0].facts.retention_days == 7

    retire(vault, ada, camera_id)

    assert a_camera(vault, ada, key="key-number-1") == camera_id
    assert mine(vault, ada) == []


@pytest.mark.engines("sqlite")
def test_no_name_is_in_the_databases_files(vault: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """Nor is one in a digest that could be tried: the block is there, in clear."""
    a_camera(vault, ada, name="Grandmother's window", block="block-of-hers")

    stolen = bytes_below(tmp_path)
    assert b"block-of-hers" in stolen
    assert b"Grandmother" not in stolen


def test_a_name_cannot_be_given_to_another_row(vault: Vault, ada: ResidentId) -> None:
    """Who can write to the database cannot make one owner read another's words."""
    eve = a_resident(vault, "eve@example.org")
    theirs, hers = a_camera(vault, ada), a_camera(vault, eve)
    with vault.write(by=RESIDENT) as tx:
        sealed = select(rows.c.name_sealed).where(rows.c.id == theirs).scalar_subquery()
        tx.execute(update(rows).where(rows.c.id == hers).values(name_sealed=sealed))

    with pytest.raises(SealBrokenError):
        mine(vault, eve)


def test_an_account_has_twenty_cameras_at_most(vault: Vault, ada: ResidentId) -> None:
    """Also of many at once; one that is retired makes room, and then cannot come back."""
    for _ in range(cameras.MOST - 1):
        a_camera(vault, ada)
    last = at_once(3, lambda _: a_camera(vault, ada))
    refused = [one for one in last if isinstance(one, Conflict)]
    assert [one.code for one in refused] == ["too_many_cameras"] * 2

    first = mine(vault, ada)[0].id
    retire(vault, ada, first)
    a_camera(vault, ada)

    with pytest.raises(Conflict):
        bring_back(vault, ada, first)
    assert len(mine(vault, ada)) == cameras.MOST


def test_cameras_come_to_three_new_blocks_in_thirty_days(vault: Vault, ada: ResidentId) -> None:
    """Registered or moved; in a block where one stands there is room for more; retiring gives no move back."""
    first = a_camera(vault, ada, block="one")
    second = a_camera(vault, ada, block="one")
    change(vault, ada, first, block="two")
    change(vault, ada, second, block="two")
    change(vault, ada, second, block="three")

    for refused in (lambda: a_camera(vault, ada, block="four"), lambda: change(vault, ada, first, block="four")):
        with pytest.raises(Conflict) as told:
            refused()
        assert told.value.code == "cameras_moved_too_often"
    retire(vault, ada, first)
    a_camera(vault, ada, block="two")  # one that was retired today still stands for its block
    assert {one.facts.block for one in mine(vault, ada)} == {"two", "three"}


def test_after_thirty_days_cameras_move_again(vault: Vault, ada: ResidentId) -> None:
    """What was long ago counts no more; what is 29 days ago does."""
    for block in ("one", "two", "three"):
        a_camera(vault, ada, block=block)
    with vault.write(by=RESIDENT) as tx:
        now = database_now(tx.connection)
        times = f"[{now - 31 * DAY}, {now - 29 * DAY}, {now - MINUTE}]"
        tx.execute(update(residents).where(residents.c.id == ada).values(camera_moves=times))

    a_camera(vault, ada, block="four")

    with pytest.raises(Conflict):
        a_camera(vault, ada, block="five")


def test_a_camera_is_paused_and_resumed(vault: Vault, ada: ResidentId) -> None:
    """What else is said of it meanwhile does not resume it."""
    camera_id = a_camera(vault, ada)
    states = []
    for paused, said in ((True, {}), (None, {"retention_days": 7}), (False, {})):
        change(vault, ada, camera_id, paused=paused, **said)
        states.append(mine(vault, ada)[0].state)

    assert states == [CameraState.PAUSED, CameraState.PAUSED, CameraState.ACTIVE]


def test_a_camera_nobody_confirms_for_a_year_sleeps_until_somebody_does(vault: Vault, ada: ResidentId) -> None:
    """Not a day earlier; a paused one stays paused, before and after; what is said anew wakes as well."""
    first, second = a_camera(vault, ada, name="1"), a_camera(vault, ada, name="2")
    paused = a_camera(vault, ada, name="3")
    change(vault, ada, paused, paused=True)
    fallen = []
    for days in (364, 1, 0):
        passes(vault, days * DAY)
        with vault.write(by=AIRLOCK) as tx:
            fallen.append(cameras.fall_asleep(tx))
    assert fallen == [0, 2, 0]
    assert [one.state for one in mine(vault, ada)] == [CameraState.ASLEEP, CameraState.ASLEEP, CameraState.PAUSED]

    change(vault, ada, first, retention_days=7)
    for camera_id in (second, paused):
        with vault.write(by=RESIDENT) as tx:
            cameras.confirm(tx, ada, camera_id)

    assert [one.state for one in mine(vault, ada)] == [CameraState.ACTIVE, CameraState.ACTIVE, CameraState.PAUSED]
    with vault.write(by=AIRLOCK) as tx:
        assert cameras.fall_asleep(tx) == 0


def test_a_retired_camera_can_be_brought_back_for_a_day(vault: Vault, ada: ResidentId) -> None:
    """As it was, paused too, and confirmed by that; twice is once; then it is erased, and was never there."""
    camera_id = a_camera(vault, ada)
    change(vault, ada, camera_id, paused=True)
    (before,) = mine(vault, ada)
    retire(vault, ada, camera_id)
    assert (mine(vault, ada), erase(vault)) == ([], [])
    for _ in range(2):
        bring_back(vault, ada, camera_id)
    (after,) = mine(vault, ada)
    assert replace(after, confirmed_at=before.confirmed_at) == before
    assert after.confirmed_at >= before.confirmed_at

    retire(vault, ada, camera_id)
    passes(vault, DAY)
    with pytest.raises(NotThere):
        bring_back(vault, ada, camera_id)

    assert (erase(vault), erase(vault)) == ([camera_id], [])
    with vault.read() as conn:
        assert conn.execute(select(rows.c.id)).all() == []


def test_nobody_touches_another_s_camera(vault: Vault, ada: ResidentId) -> None:
    """Neither changes, confirms, retires nor brings it back; one that is retired is as if it were not."""
    eve, camera_id = a_resident(vault, "eve@example.org"), a_camera(vault, ada)
    before = mine(vault, ada)

    def confirm(vault: Vault, who: ResidentId, camera_id: CameraId) -> None:
        with vault.write(by=RESIDENT) as tx:
            cameras.confirm(tx, who, camera_id)

    for act in (change, confirm, retire, bring_back):
        with pytest.raises(NotThere):
            act(vault, eve, camera_id)
    assert mine(vault, ada) == before
    retire(vault, ada, camera_id)
    for act in (change, confirm, retire):
        with pytest.raises(NotThere):
            act(vault, ada, camera_id)


def test_only_active_cameras_of_one_s_own_are_told_of_in_a_block(vault: Vault, ada: ResidentId) -> None:
    """Paused, retired, elsewhere or another's, it is none."""
    eve = a_resident(vault, "eve@example.org")
    for who, block in ((ada, "here"), (ada, "here"), (ada, "there"), (eve, "here")):
        a_camera(vault, who, block=block)

    def told(block: str) -> int:
        with vault.read() as conn:
            return cameras.active_in(conn, ada, block)  # type: ignore[arg-type]

    here = [one.id for one in mine(vault, ada) if one.facts.block == "here"]
    counts = [told("here"), told("nowhere")]
    change(vault, ada, here[0], paused=True)
    retire(vault, ada, here[1])
    assert [*counts, told("here"), told("there")] == [2, 0, 0, 1]
