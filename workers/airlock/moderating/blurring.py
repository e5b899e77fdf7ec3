"""Carries out what a moderator drew: the media of a post are made anew, with boxes of the picture filled.

The original is gone by then: they are made from the largest of the media that everybody saw, once more decoded in the
sandbox, encoded and proved as a stranger's are. So the picture loses a little each time. Killed at any moment, the next
round goes on from what the row says; done twice it does nothing the second time.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from feed import blurring
from storage.db import AIRLOCK, only_one
from storage.kit import clock, log
from storage.kit.errors import Unavailable
from storage.moderation import blurs, flags
from storage.moderation.blurs import Blur, BlurState
from storage.objects import Bucket
from storage.posts import posts, segments
from storage.posts.posts import MediaState, Post
from workers.airlock.both_sides import Airlock, BothSides
from workers.airlock.moderating.remaking import Made, make_clip, make_photo
from workers.media import self_test
from workers.media.programs import Programs

TRIES = 5  # as many as a clip has on its way in; then a moderator is told
BLURRING = 0x626C7572  # the advisory lock's number
FAILED = "blur_failed"  # how the check's flag names it


def blur_all(airlock: Airlock) -> int:
    """One round: all that is due, one after another; answers how many that were. Whoever is second does nothing."""
    with airlock.stores.record.read() as conn:
        if not (due := blurs.due(conn)):
            return 0
    with only_one(airlock.stores.record, BLURRING) as first:
        if not first:
            return 0
        airlock.stores.media.demand_there()  # else each round begins, and gives back, what it cannot do
        _demand_sandbox(airlock.tools)
        for one in due:
            try:
                _carry_out(airlock, one)
            except Unavailable:
                with airlock.stores.record.write(by=AIRLOCK) as tx:
                    blurs.give_back(tx, one)
                raise  # no picture's fault, and the next would wait as long
            except Exception as error:  # noqa: BLE001  one that keeps failing does not keep the others waiting
                log.fault("blur_failed", error)
    return len(due)


@cache
def _demand_sandbox(tools: Programs) -> None:
    self_test.self_test(tools)  # once, by the first that has something to do


def _carry_out(airlock: Airlock, blur: Blur) -> None:
    stores = airlock.stores
    if blur.state is BlurState.ASKED:
        _delete(stores.media, blur)  # what an attempt that was killed left there
        post = _begin(stores, blur)
        if post is None:
            return
        folder = airlock.work.with_name("blurring")
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "out").mkdir(parents=True, mode=0o700)
        try:
            _replace(stores, blur, post, _make(airlock, post, blur, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    _finish(stores, blur)


def _begin(stores: BothSides, blur: Blur) -> Post | None:
    """The post whose media are to be made anew; None where there is nothing to do now, or any more."""
    with stores.record.write(by=AIRLOCK) as tx:
        now = blurs.locked(tx, blur.decision_id)
        if now is None or now.state is not BlurState.ASKED:
            return None
        post = posts.locked(tx, blur.post_id)
        if post is None:  # taken back: there is no picture any more
            blurs.end(tx, blur, BlurState.DONE)
            return None
        if not blurs.is_true(tx.connection, blur):
            blurs.end(tx, blur, BlurState.FAILED)
            return None
        if post.media_state is not MediaState.READY:
            return None
        if now.tries >= TRIES:
            blurs.end(tx, blur, BlurState.FAILED)
            at = clock.rounded(clock.now())
            flags.add(tx, post.id, origin="check", reason=blur.reason, text=FAILED, at_seconds=None, flagged_at=at)
            return None
        blurs.begin(tx, now)
        return post


def _make(airlock: Airlock, post: Post, blur: Blur, folder: Path) -> Made:
    source = folder / "source"
    with airlock.stores.record.read() as conn:
        best = max((file for file in post.renditions if file.file != "poster.jpg"), key=lambda file: file.height)
        keys = [best.key] if best.key else [piece.key for piece in segments.of_file(conn, post.id, best.file)]
    with source.open("wb") as file:
        for key in keys:
            for chunk in airlock.stores.media.chunks(key):
                file.write(chunk)
    make = make_photo if post.kind == "photo" else make_clip
    return make(airlock.tools, source, folder / "out", blur.boxes)


def _replace(stores: BothSides, blur: Blur, post: Post, made: Made) -> None:
    with stores.record.write(by=AIRLOCK) as tx:
        blurs.note(tx, blur, made.bytes.keys())
    for key, what in made.bytes.items():
        if isinstance(what, Path):
            stores.media.put(key, what)
        else:
            with stores.media.draft(key) as draft:
                draft.write(what)
                draft.keep()
    with stores.record.write(by=AIRLOCK) as tx:
        old = blurring.replace_media(tx, stores.bell, blur, made.files, made.pieces, generation=post.media_generation)
        if old is not None:  # else it was taken back meanwhile, or has other media: the next round sees to it
            blurs.set_replaced(tx, blur, old)


def _finish(stores: BothSides, blur: Blur) -> None:
    with stores.record.read() as conn:
        now = next((one for one in blurs.due(conn) if one.decision_id == blur.decision_id), None)
    if now is None or now.state is not BlurState.REPLACED:
        return
    _delete(stores.media, now)
    with stores.record.write(by=AIRLOCK) as tx:
        blurs.end(tx, now, BlurState.DONE)


def _delete(media: Bucket, blur: Blur) -> None:
    for key in blur.media_keys:
        media.delete(key)
