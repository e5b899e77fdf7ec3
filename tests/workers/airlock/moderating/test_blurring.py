"""A box that a moderator drew is filled in what everybody sees, whatever comes in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from feed import posting
from feed.bell import Bell
from storage.db import OPERATOR, RESIDENT
from storage.feed_log import Kind
from storage.kit.errors import Unavailable
from storage.kit.ids import PostId
from storage.moderation import blurs, flags, takedowns
from storage.moderation.blurs import BlurState, Box
from storage.moderation.decisions import BLUR
from storage.objects import Folder
from storage.posts import posts
from storage.posts.posts import MediaState, Post, PostState, Verb
from storage.schema import blurs as rows
from tests import builders
from tests.builders import the_post
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import media, named, post_of, take_through, told
from tests.workers.media.conftest import H264, MakeClip
from tests.workers.media.photographs import written
from workers.airlock.admit import Airlock
from workers.airlock.both_sides import BothSides
from workers.airlock.moderating import blurring
from workers.airlock.moderating.blurring import TRIES, blur_all
from workers.airlock.moderating.remaking import Made

pytestmark = pytest.mark.engines("sqlite")
BOX = (25, 25, 75, 75)


@pytest.fixture(autouse=True)
def no_self_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the sandbox holds is seen elsewhere, and takes seconds."""
    monkeypatch.setattr(blurring, "_demand_sandbox", lambda _tools: None)


@pytest.fixture
def photo(airlock: Airlock, bell: Bell) -> PostId:
    """A photo that everybody sees."""
    files = [builders.a_rendition(name, width=160, height=120) for name in ("photo.jpg", "poster.jpg")]
    for file in files:
        with airlock.stores.media.draft(file.key) as draft:
            draft.write(b"before")
            draft.keep()
    return builders.a_published_post(airlock.stores.record, bell, kind="photo", files=files).id


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[Box]:
    """What is made anew is a copy; answers which boxes were to be filled."""
    asked = list[Box]()

    def make(_tools: Any, source: Path, _out: Path, boxes: tuple[Box, ...]) -> Made:
        asked.extend(boxes)
        files = [builders.a_rendition(name, width=160, height=120) for name in ("photo.jpg", "poster.jpg")]
        return Made(files, {}, {file.key: source.read_bytes() for file in files})

    monkeypatch.setattr(blurring, "make_photo", make)
    return asked


def ask(airlock: Airlock, post: Post, *, verb: str = BLUR, meanwhile: Verb | None = Verb.HOLD) -> str:
    """A moderator draws a box; answers the decision's id."""
    record = airlock.stores.record
    moderator = builders.a_moderator(record, f"mo {post.media_generation} {verb} {meanwhile}")
    with record.write(by=OPERATOR) as tx:
        if meanwhile:
            posting.decide(tx, airlock.stores.bell, post.id, meanwhile, reason="privacy")
        state = posts.state_of(tx.connection, post.id) or PostState.LIVE
        decision = builders.a_decision(tx, post.id, verb, by=moderator, guidelines=2, before=state, after=state)
        blurs.ask(tx, post.id, decision, [BOX], returns=meanwhile is Verb.HOLD)
    return decision


def of(airlock: Airlock, decision: str) -> tuple[str, str, str]:
    """State, boxes and keys of the row."""
    with airlock.stores.record.read() as conn:
        row = conn.execute(select(rows).where(rows.c.decision_id == decision)).one()
    return row.state, row.boxes, row.media_keys


def keys_of(airlock: Airlock, post_id: PostId) -> set[str]:
    """Where the record says that the post's media are."""
    with airlock.stores.record.read() as conn:
        return set(posts.media_keys(conn, post_id))


def picture(airlock: Airlock, post: Post) -> np.ndarray[Any, Any]:
    """The larger size of a post's photo, as everybody gets it."""
    key = next(file.key for file in post.renditions if file.file == "photo.jpg")
    with Image.open(BytesIO(b"".join(airlock.stores.media.chunks(key)))) as seen:
        return np.asarray(seen.convert("RGB"), np.int16)


def test_a_box_on_a_photo_is_filled_in_what_everybody_sees(airlock: Airlock, accepted: NewClip) -> None:
    """Held meanwhile, then live with media of the next generation; outside of the box it is what it was."""
    striped = Image.fromarray(np.tile(np.array([[0, 255]], np.uint8).repeat(4, 1), (120, 20)), "L").convert("RGB")
    clip_id = accepted(written(striped, "JPEG"))
    take_through(airlock, clip_id)
    before = post_of(airlock, clip_id)
    seen, old = picture(airlock, before), media(airlock)
    decision = ask(airlock, before)
    assert post_of(airlock, clip_id).state is PostState.HELD

    assert blur_all(airlock) == 1

    after = post_of(airlock, clip_id)
    assert (after.state, after.media_state, after.media_generation) == ("live", "ready", before.media_generation + 1)
    assert told(airlock)[-2:] == [Kind.HIDDEN, Kind.UPDATED]
    now = picture(airlock, after)
    high, wide = now.shape[0] // 4, now.shape[1] // 4
    box = now[high + 4 : -high - 4, wide + 4 : -wide - 4]
    assert box.std() < 6 < 60 < seen[high:-high, wide:-wide].std()
    assert np.abs(now[: high - 8] - seen[: high - 8]).mean() < 12
    assert media(airlock) == named(airlock, clip_id)
    assert not media(airlock) & old
    assert of(airlock, decision) == ("done", "[]", "[]")
    assert blur_all(airlock) == 0


def test_a_clip_is_made_anew_in_all_its_sizes(airlock: Airlock, accepted: NewClip, make_clip: MakeClip) -> None:
    """As long, as large and with as many pieces; hidden it stays hidden, and nobody is told."""
    clip = make_clip("short.mp4", "-f", "lavfi", "-i", "testsrc2=s=660x660:r=5:d=1", *H264)
    clip_id = accepted(clip.read_bytes())
    take_through(airlock, clip_id)
    before = post_of(airlock, clip_id)
    old = media(airlock)
    ask(airlock, before, meanwhile=Verb.HIDE)

    blur_all(airlock)

    after = post_of(airlock, clip_id)
    assert (after.state, after.seconds) == (PostState.HIDDEN, before.seconds)
    shapes = [[(one.file, one.width, one.height, one.pieces) for one in post.renditions] for post in (before, after)]
    assert shapes[0] == shapes[1]
    assert len(shapes[0]) == 3
    assert media(airlock) == named(airlock, clip_id)
    assert not media(airlock) & old
    assert told(airlock)[-1] is Kind.HIDDEN, "what is hidden is told to nobody"


STEPS: list[tuple[object, str]] = [
    (blurring, "_make"),
    (blurring, "_replace"),
    (blurring, "_finish"),
    (Folder, "draft"),
    (Folder, "delete"),
    (blurs, "note"),
    (blurs, "set_replaced"),
    (blurs, "end"),
]


@pytest.mark.parametrize(("where", "step"), STEPS, ids=[step for _, step in STEPS])
def test_killed_before_any_step_the_next_round_finishes(
    where: object,
    step: str,
    airlock: Airlock,
    photo: PostId,
    copied: list[Box],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is seen of it until then, and nothing is left in the bucket that no post names."""
    decision = ask(airlock, the_post(airlock.stores.record, photo))
    with monkeypatch.context() as killed:
        killed.setattr(where, step, _dies)
        with pytest.raises(Killed):
            blur_all(airlock)

    blur_all(airlock)

    post = the_post(airlock.stores.record, photo)
    assert (post.state, post.media_state) == (PostState.LIVE, MediaState.READY)
    assert media(airlock) == keys_of(airlock, photo)
    assert of(airlock, decision) == ("done", "[]", "[]")
    assert told(airlock).count(Kind.UPDATED) == 2, "once by its publication, and once"


class Killed(BaseException):
    """What nothing catches."""


def _dies(*_: object, **__: object) -> None:
    raise Killed


def test_what_was_taken_back_meanwhile_stays_taken_back(
    airlock: Airlock, photo: PostId, copied: list[Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Withdrawn while it was being made: a tombstone, and no byte of the new media or the old."""
    decision, real = ask(airlock, the_post(airlock.stores.record, photo)), blurring._replace

    def late(stores: BothSides, *rest: Any) -> None:
        with stores.record.write(by=RESIDENT) as tx:
            for key in posting.end(tx, stores.bell, photo, Verb.WITHDRAW):
                tx.after_commit(stores.media.delete, key)
        real(stores, *rest)

    monkeypatch.setattr(blurring, "_replace", late)
    blur_all(airlock)
    blur_all(airlock)

    assert media(airlock) == set()
    assert of(airlock, decision) == ("done", "[]", "[]")


@pytest.mark.engines("postgresql")
def test_what_was_decided_meanwhile_stands(airlock: Airlock, photo: PostId, copied: list[Box]) -> None:
    """Removed before it was made anew, it stays removed; two decisions' boxes are both filled; by its own role."""
    post = the_post(airlock.stores.record, photo)
    ask(airlock, post)
    ask(airlock, replace(post, media_generation=9), meanwhile=None)
    with airlock.stores.record.write(by=OPERATOR) as tx:
        posting.decide(tx, airlock.stores.bell, post.id, Verb.REMOVE, reason="privacy")

    bare = replace(airlock, stores=replace(airlock.stores, record=builders.as_role(airlock.stores.record, "airlock")))
    assert blur_all(bare) == 2

    after = the_post(airlock.stores.record, photo)
    assert (after.state, after.media_generation) == (PostState.REMOVED, post.media_generation + 2)
    assert media(airlock) == keys_of(airlock, photo)


def test_a_forged_row_changes_no_picture(airlock: Airlock, photo: PostId, copied: list[Box]) -> None:
    """A decision of another verb, an undone one, one about another post, one of somebody who is no moderator now."""
    post, record = the_post(airlock.stores.record, photo), airlock.stores.record
    decision = ask(airlock, post, verb="hide", meanwhile=None)

    blur_all(airlock)

    assert of(airlock, decision)[0] == BlurState.FAILED
    assert the_post(airlock.stores.record, photo).media_generation == post.media_generation
    assert copied == []
    with record.read() as conn:
        assert flags.of_posts(conn, [post.id]) == {}


def test_what_cannot_be_made_anew_is_told_to_a_moderator(
    airlock: Airlock, photo: PostId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five attempts it stays off the screens, flagged by the check; a store that is away counts as none."""
    post = the_post(airlock.stores.record, photo)
    decision = ask(airlock, post)
    monkeypatch.setattr(blurring, "make_photo", _fails(Unavailable("away")))
    for _ in range(TRIES + 1):
        with pytest.raises(Unavailable):
            blur_all(airlock)
    monkeypatch.setattr(blurring, "make_photo", _fails(OSError("no room")))

    for _ in range(TRIES + 1):
        blur_all(airlock)

    assert of(airlock, decision)[0] == BlurState.FAILED
    assert the_post(airlock.stores.record, photo).state is PostState.HELD
    with airlock.stores.record.read() as conn:
        (flag,) = flags.of_posts(conn, [post.id])[post.id]
    assert (flag.origin, flag.reason, flag.text) == ("check", "privacy", blurring.FAILED)
    assert media(airlock) == keys_of(airlock, photo)


def _fails(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_a_clip_that_still_arrives_waits(airlock: Airlock, bell: Any) -> None:
    """Its media are not all there: nothing is made anew, and nothing is counted."""
    post = builders.a_published_post(airlock.stores.record, bell, ready=False)
    decision = ask(airlock, post)

    blur_all(airlock)

    assert of(airlock, decision)[0] == BlurState.ASKED


def test_a_restored_backup_shows_no_picture_from_before(
    airlock: Airlock, photo: PostId, copied: list[Box], tmp_path: Path
) -> None:
    """It is noted beside the media that something was taken out, and that the post is live again."""
    notes = Folder(tmp_path / "notes")
    ask(airlock, the_post(airlock.stores.record, photo))
    takedowns.note_decisions(airlock.stores.record, notes)
    assert takedowns.noted(notes).down

    blur_all(airlock)
    takedowns.note_decisions(airlock.stores.record, notes)

    noted = takedowns.noted(notes)
    assert (noted.down, list(noted.cut)) == ({}, [the_post(airlock.stores.record, photo).id])
