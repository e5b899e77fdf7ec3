"""Failing at any step of its way, in any way, a clip is published once or withdrawn for good, and nothing is astray."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from unittest.mock import patch

import pytest
from sqlalchemy import select

from api.resident.sending import parts
from storage.db import AIRLOCK
from storage.identity.clips import clips, originals
from storage.identity.clips.clips import ATTEMPTS, ClipState
from storage.identity.schema import clips as clip_rows
from storage.identity.vault import ClipId
from storage.kit.clock import DAY
from storage.kit.ids import new_id
from tests.api.resident.neighbour import checksum
from tests.faults.dying import Run, fails_at, steps_of
from tests.faults.steps import Way
from tests.faults.world import World
from workers.airlock import reconcile as reconciling
from workers.airlock.reconcile import reconcile
from workers.airlock.shred import shred


@dataclass(frozen=True)
class Scene:
    """What the dying process does, what others do after it, and what must be true then."""

    run: Run
    then: Run
    check: Run


def admitting(world: World) -> Scene:
    """A worker takes one clip through the airlock."""
    clip = world.accepted()
    return Scene(
        run=lambda: world.take_through(clip.id),
        then=lambda: world.mend(clip.id),
        check=lambda: world.assert_published_once(clip.id),
    )


def withdrawing(world: World) -> Scene:
    """The resident program takes a published clip back. Once the wish is on the books it is carried out."""
    clip = world.published()

    def check() -> None:
        if world.clip(clip.id).state is ClipState.PUBLISHED:
            world.assert_published_once(clip.id)
        else:
            world.assert_withdrawn_for_good(clip.id)

    return Scene(lambda: _take_back(world, clip.token, clip.receipt), lambda: world.mend(clip.id), check)


def withdrawing_early(world: World) -> Scene:
    """The resident program takes back a clip that nobody took up yet; its author asks again where that failed."""
    clip = world.accepted()

    def again() -> None:
        _take_back(world, clip.token, clip.receipt)
        world.mend(clip.id)

    return Scene(
        run=lambda: _take_back(world, clip.token, clip.receipt),
        then=again,
        check=lambda: world.assert_withdrawn_for_good(clip.id),
    )


def shredding(world: World) -> Scene:
    """An original is shredded whose clip has come to its end."""
    clip = world.accepted()
    _with_all_tries_used(world, clip.id)
    upload = world.clip(clip.id).upload_id

    def check() -> None:
        with world.airlock.stores.vault.read() as conn:
            assert not originals.object_keys(conn, upload)
            assert clips.words(conn, world.airlock.stores.vault, world.clip(clip.id)) is None

    return Scene(lambda: shred(world.airlock.stores, upload), lambda: shred(world.airlock.stores, upload), check)


def reconciling_all(world: World) -> Scene:
    """One round of the schedule, over one clip of each kind that a crash can leave."""
    lost, failed, leaving, larger_failed, refused = (world.accepted() for _ in range(5))
    _with_all_tries_used(world, failed.id)
    for published in (leaving, larger_failed):
        world.take_through(published.id)
    world.change(leaving.id, state=ClipState.WITHDRAWING, ended_at=None)
    _with_all_tries_used(world, larger_failed.id, ended_at=None, state=ClipState.PUBLISHED)
    world.change(refused.id, state=ClipState.REJECTED, ended_at=1, media_keys=f'["{_stray_media(world)}"]')

    def check() -> None:
        for clip in (lost, larger_failed):
            world.assert_published_once(clip.id)
        world.assert_withdrawn_for_good(leaving.id)
        assert world.clip(failed.id).state is ClipState.QUARANTINED
        assert world.clip(refused.id).media_keys == []
        with world.airlock.stores.vault.write(by=AIRLOCK) as tx:
            clips.drop(tx, failed.id)
        reconcile(world.airlock, world.desk.doorbell)

    return Scene(
        run=lambda: reconcile(world.airlock, world.desk.doorbell),
        then=lambda: world.mend(lost.id),
        check=check,
    )


def sending(world: World) -> Scene:
    """The resident program takes a part, the upload's end and the post; the client says all of it again."""
    _, token = world.somebody()
    with world.asking(token) as client:
        begun, key = client.begin(len(world.content)), new_id()

    def send() -> str:
        # Threads of its own: those of the module live on one side of a fork only.
        threads = ThreadPoolExecutor(2)
        with patch.object(parts, "_THREADS", threads), threads, world.asking(token) as client:
            for part in begun["parts"]:
                client.ask("PUT", part["url"], content=world.content, headers=checksum(world.content))
            client.ask("POST", f"/v1/uploads/{begun['upload_id']}/finish")
            answer = client.post(key=key, upload_id=begun["upload_id"], happened_at="2026-11-22T12:00:00Z")
            return str(answer.json().get("receipt")) if answer.status_code == 202 else ""

    def again() -> None:
        assert send()
        world.mend(_only_clip(world, begun["upload_id"]))

    def check() -> None:
        world.assert_published_once(_only_clip(world, begun["upload_id"]))
        with world.airlock.stores.vault.write(by=AIRLOCK) as tx:
            now = tx.now()
        reconciling._drop_stray_parts(world.airlock.stores, now + 2 * DAY)  # what a broken sender left, a day later

    return Scene(send, again, check)


SOME = 40  # one step in so many is tried where all would take too long
SCENES = [admitting, withdrawing, withdrawing_early, shredding, reconciling_all, sending]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: str(scene.__name__))
def test_some_steps_may_fail(scene: Callable[[World], Scene], way: Way, world: World) -> None:
    """Of the steps that a dry run takes a few, others for each way: the quick form of `test_every_step_may_fail`."""
    _fail_at_each(scene, way, world, SOME)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: str(scene.__name__))
def test_some_steps_may_be_killed_on_postgresql(scene: Callable[[World], Scene], world: World) -> None:
    """The worst of the ways, on the engine where what a dead process held is another's to let go of."""
    _fail_at_each(scene, Way.KILL, world, SOME)


@pytest.mark.faults
@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: str(scene.__name__))
@pytest.mark.timeout(1800)
def test_every_step_may_fail(scene: Callable[[World], Scene], way: Way, world: World) -> None:
    """Each step that a dry run takes fails once in this way; what follows by itself brings it to its end."""
    _fail_at_each(scene, way, world, 1)


def _fail_at_each(scene: Callable[[World], Scene], way: Way, world: World, stride: int) -> None:
    first = scene(world)
    steps, began = steps_of(first.run, *world.databases), time.monotonic()
    first.then()
    first.check()
    chosen = steps[list(Way).index(way) * stride // len(Way) :: stride] or steps[:1]

    for step in chosen:
        play = scene(world)
        fails_at(step, way, play.run, play.then, *world.databases)
        play.check()
        world.assert_nothing_astray()

    world.assert_the_audit_stands()
    assert steps
    took = time.monotonic() - began
    print(f"{scene.__name__}: {len(chosen)} of {len(steps)} steps failed by {way}, in {took:.1f} s")  # noqa: T201


def _take_back(world: World, token: str, receipt: str) -> None:
    with world.asking(token) as client:
        client.ask("DELETE", f"/v1/receipts/{receipt}")


def _with_all_tries_used(world: World, clip_id: ClipId, **other: object) -> None:
    world.change(clip_id, **{"state": ClipState.PROCESSING, "tries": ATTEMPTS, "attempts": ATTEMPTS, **other})


def _stray_media(world: World) -> str:
    """Bytes that a broken attempt left in the media bucket."""
    key, folder = new_id(), world.airlock.work / new_id()
    folder.mkdir()
    (folder / "left").write_bytes(b"media")
    world.airlock.stores.media.put(key, folder / "left")
    return key


def _only_clip(world: World, upload_id: str) -> ClipId:
    with world.airlock.stores.vault.read() as conn:
        (found,) = conn.execute(select(clip_rows.c.id).where(clip_rows.c.upload_id == upload_id)).scalars()
    return ClipId(found)
