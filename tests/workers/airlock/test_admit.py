"""One clip's way through the airlock: with the real encoder, once, and with nothing that says who."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import delete

from api.resident.standing import OTHER_REASONS
from feed import posting
from storage.db import OPERATOR
from storage.feed_log import Kind
from storage.identity import leases
from storage.identity.clips import ATTEMPTS, ClipState, Stage
from storage.identity.schema import clips as rows
from storage.identity.vault import ClipId
from storage.kit.clock import QUARTER_HOUR
from storage.objects import Folder
from storage.posts import MediaState, PostState
from storage.schema import blocks
from tests import builders
from tests.builders import NOON
from tests.storage.identity.making import MAIL, bytes_below
from tests.storage.identity.making import airlock as writing
from tests.workers.airlock.conftest import MARKS, NewClip
from tests.workers.airlock.looking import (
    assert_published_once,
    assert_withdrawn_for_good,
    clip_of,
    is_shredded,
    media,
    post_of,
    post_state,
    then,
    time_passes,
    told,
    withdraw,
)
from workers.airlock import admit as admitting
from workers.airlock.admit import Airlock, admit
from workers.airlock.attempt import Attempt
from workers.media import rework
from workers.media.refusals import Reason, RefusedClip
from workers.redact.findings import Finding, NotClean

TYPED = {"title": "Call me at 816-555-0142", "text": "I live at 1204 Oak Street, jane.roe@example.org"}


def fails(with_: BaseException) -> Callable[..., object]:
    """Something that breaks."""

    def fail(*_: object, **__: object) -> object:
        raise with_

    return fail


def test_a_clip_is_published_without_what_it_said_of_its_owner(
    airlock: Airlock, accepted: NewClip, clip_bytes: bytes, tmp_path: Path
) -> None:
    """Its words scrubbed, its media made anew; of what was planted no byte is on the record side."""
    clip_id = accepted(**TYPED)
    for mark in MARKS:
        assert mark.encode() in clip_bytes

    admit(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    post = post_of(airlock, clip_id)
    assert (post.title, post.text) == ("Call me at [phone]", "I live at [address], [email]")
    assert (post.block.id, post.category, post.kind) == (builders.block(), "suspicious", "video")
    assert 900 <= post.seconds <= 1100
    assert {(file.file, file.width, file.height) for file in post.renditions} == {
        ("480p.mp4", 320, 240),
        ("poster.jpg", 320, 240),
    }
    record_side = bytes_below(tmp_path / "media") + builders.all_rows(airlock.stores.record)
    record_side += b"".join(file.read_bytes() for file in tmp_path.glob("record.db*"))
    for mark in (*MARKS, "555-0142", "1204 Oak", "jane.roe", MAIL):
        assert mark.encode() not in record_side


def test_a_post_tells_no_finer_time_than_a_quarter_hour(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """Neither when it happened nor when it came."""
    clip_id = accepted(happened_at=NOON + 7 * 60 * 1000 + 123)

    admit(airlock, clip_id)

    post = post_of(airlock, clip_id)
    assert post.happened_at == NOON
    assert post.published_at % QUARTER_HOUR == 0


def test_an_author_sees_every_stage_pass(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """In order, each with the time since acceptance; at the end all is done."""
    clip_id = accepted()

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.stage, clip.progress, clip.attempts, clip.lease) == (Stage.DONE, 1.0, 1, "")
    assert list(clip.stage_times) == ["checking", "encoding", "proving", "publishing", "finishing"]
    assert list(clip.stage_times.values()) == sorted(clip.stage_times.values())


def test_what_proves_the_original_is_kept(airlock: Airlock, accepted: NewClip, clip_bytes: bytes, quick: None) -> None:
    """Salted: with the salt, whoever has the file can show that it is the one."""
    clip_id = accepted()

    admit(airlock, clip_id)

    with airlock.stores.vault.read() as conn:
        row = conn.execute(rows.select()).one()
    assert row.original_hash == hashlib.sha256(bytes.fromhex(row.original_salt) + clip_bytes).hexdigest()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"#!/bin/sh\nrm -rf /\n" * 50, Reason.NOT_A_VIDEO), (b"\x00\x00\x00\x18ftypmp42" + b"\xff" * 99, None)],
)
def test_what_is_no_clip_is_refused_and_shredded(
    airlock: Airlock, accepted: NewClip, content: bytes, reason: Reason | None
) -> None:
    """With a reason its author understands, after one attempt, and nobody hears of it."""
    clip_id = accepted(content=content)

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.stage, clip.attempts) == (ClipState.REJECTED, Stage.DONE, 1)
    assert clip.reason in ([reason] if reason else list(Reason))
    assert is_shredded(airlock, clip_id)
    assert post_state(airlock, clip_id) is None
    assert (told(airlock), media(airlock), list(airlock.work.iterdir())) == ([], set(), [])


def test_a_second_delivery_is_harmless(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """After the end, while another works on it, and for a clip that is not there."""
    done, held = accepted(), accepted()
    admit(airlock, done)
    with writing(airlock.stores.vault) as tx:
        leases.claim(tx, held)
    before = [clip_of(airlock, one) for one in (done, held)]

    for clip_id in (done, held, ClipId("nothing")):
        admit(airlock, clip_id)

    assert [clip_of(airlock, one) for one in (done, held)] == before
    assert told(airlock).count(Kind.PUBLISHED) == 1


def test_a_larger_rendition_follows(airlock: Airlock, accepted: NewClip, tall_clip: Path) -> None:
    """The small one is on screen first; with the larger one the media are ready."""
    clip_id = accepted(content=tall_clip.read_bytes())

    admit(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    sizes = {file.file: (file.width, file.height) for file in post_of(airlock, clip_id).renditions}
    assert sizes == {"480p.mp4": (512, 480), "full.mp4": (640, 600), "poster.jpg": (512, 480)}
    assert told(airlock) == [Kind.PUBLISHED, Kind.UPDATED]


def test_somebody_can_watch_before_all_is_done(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the larger rendition is made, the post is live and its media are arriving."""
    clip_id, seen = accepted(), []
    look = then(lambda: seen.append(post_of(airlock, clip_id)), posting.add_media)
    monkeypatch.setattr(posting, "add_media", look)

    admit(airlock, clip_id)

    (early,) = seen
    assert (early.state, early.media_state) == (PostState.LIVE, MediaState.ARRIVING)
    assert {file.file for file in early.renditions} == {"480p.mp4", "poster.jpg"}


def test_a_larger_rendition_that_cannot_be_made_is_left_out(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on screen stays, and is all there will be."""
    small, clip_id = rework.make_rendition, accepted()

    def only_small(*args: object, **named: object) -> object:
        if args[3].name == "full":  # type: ignore[attr-defined]
            raise RefusedClip(Reason.TOOK_TOO_LONG)
        return small(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(rework, "make_rendition", only_small)

    admit(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    assert {file.file for file in post_of(airlock, clip_id).renditions} == {"480p.mp4", "poster.jpg"}


def test_five_faults_end_in_quarantine(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each waits before the next; the fault is told by its class alone, and the original waits for the operator."""
    clip_id = accepted()
    monkeypatch.setattr(rework, "make_poster", fails(OSError("in Jane Roe's file")))
    states = []
    with caplog.at_level(logging.INFO, "porchlight"):
        for _ in range(ATTEMPTS):
            admit(airlock, clip_id)
            admit(airlock, clip_id)  # too early: it is not to be had
            states.append(clip_of(airlock, clip_id).state)
            time_passes(airlock)

    clip = clip_of(airlock, clip_id)
    assert states == [ClipState.RECEIVED] * 4 + [ClipState.QUARANTINED]
    assert (clip.reason, clip.attempts, clip.lease) == ("too_many_faults", 5, "")
    assert not is_shredded(airlock, clip_id)
    assert list(airlock.work.iterdir()) == []
    assert "error=OSError" in caplog.text
    assert "Jane" not in caplog.text
    assert clip_id not in caplog.text


def test_what_cannot_be_proved_clean_is_quarantined_at_once(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another attempt would find the same; nothing of it is on the record."""
    clip_id = accepted()
    monkeypatch.setattr(rework, "make_poster", fails(NotClean([Finding("moov/udta", "a box that is not known")])))

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.reason, clip.lease) == (ClipState.QUARANTINED, "not_clean", "")
    assert (post_state(airlock, clip_id), media(airlock)) == (None, set())


@pytest.mark.parametrize("stage", ["checking", "encoding", "proving", "publishing", "finishing"])
def test_a_clip_withdrawn_meanwhile_ends_withdrawn(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """At whatever stage the author takes it back: the attempt stops and leaves nothing."""
    clip_id, at = accepted(), Attempt.at

    def withdrawn_at(attempt: Attempt, entered: Stage, progress: float) -> None:
        if entered == stage:
            withdraw(airlock, clip_id)
            assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWING
        at(attempt, entered, progress)

    monkeypatch.setattr(Attempt, "at", withdrawn_at)

    admit(airlock, clip_id)

    assert_withdrawn_for_good(airlock, clip_id)
    assert told(airlock) == ([Kind.PUBLISHED, Kind.WITHDRAWN] if stage == "finishing" else [])


@pytest.mark.parametrize(("owner", "step"), [(Folder, "put"), (admitting, "_demand"), (admitting, "_finish")])
def test_a_withdrawal_wins_over_a_publication_under_way(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    """Before the bytes are put, between the two commits of a publication, and at the very end."""
    clip_id = accepted()
    withdrawn: list[bool] = []

    def once() -> None:
        if not withdrawn:
            withdrawn.append(True)
            withdraw(airlock, clip_id)

    monkeypatch.setattr(owner, step, then(once, getattr(owner, step)))

    admit(airlock, clip_id)

    assert_withdrawn_for_good(airlock, clip_id)
    assert told(airlock)[-1:] == ([] if step == "put" else [Kind.WITHDRAWN])


def test_a_fault_after_a_withdrawal_ends_withdrawn(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the attempt ends, refused, not clean or broken: the author's word is last."""
    for error in (RefusedClip(Reason.UNREADABLE), NotClean([Finding("file", "x")]), OSError()):
        clip_id = accepted()
        monkeypatch.setattr(rework, "make_poster", then(partial(withdraw, airlock, clip_id), fails(error)))

        admit(airlock, clip_id)

        assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWN
        assert_withdrawn_for_good(airlock, clip_id)


@pytest.mark.parametrize("goes_on_at", ["_put", "_publish", "_demand", "_add", "_finish"])
def test_a_stale_attempt_is_fenced_out(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch, goes_on_at: str
) -> None:
    """One that slept while another took the clip over: its media are deleted, listeners hear of one post."""
    clip_id, original = accepted(), getattr(admitting, goes_on_at)
    slept: list[bool] = []

    def sleep() -> None:
        if not slept:
            slept.append(True)
            time_passes(airlock)
            admit(airlock, clip_id)

    monkeypatch.setattr(admitting, goes_on_at, then(sleep, original))

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert clip.attempts == 2
    assert told(airlock).count(Kind.PUBLISHED) == 1
    kept = {file.key for file in post_of(airlock, clip_id).renditions}
    # What an attempt had published before it fell asleep is deleted when the clip's end is looked at again.
    assert media(airlock) - kept <= set(clip.media_keys)
    assert kept <= media(airlock)
    assert clip.state is ClipState.PUBLISHED
    assert clip.ended_at is not None
    # Where all was on the record before it fell asleep, the other had nothing left to do but to end the clip.
    assert post_of(airlock, clip_id).media_generation == (1 if goes_on_at == "_finish" else 2)


@pytest.mark.parametrize("error", [RefusedClip(Reason.UNREADABLE), NotClean([Finding("file", "x")]), OSError()])
def test_an_attempt_that_wakes_after_the_clip_was_decided_on_leaves_both_sides_agreed(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """It slept before the record's commit: what was refused comes down again, what waits for the operator is out."""
    clip_id, publish = accepted(), posting.publish
    with writing(airlock.stores.vault) as tx:
        tx.execute(rows.update().values(tries=ATTEMPTS - 2))

    def sleep() -> None:
        time_passes(airlock)
        monkeypatch.setattr(posting, "publish", publish)
        with monkeypatch.context() as broken:
            broken.setattr(rework, "inspect", fails(error))
            admit(airlock, clip_id)

    monkeypatch.setattr(posting, "publish", then(sleep, publish))

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    if isinstance(error, RefusedClip):
        assert clip.state is ClipState.REJECTED
        assert post_state(airlock, clip_id) is PostState.WITHDRAWN
        assert told(airlock) == [Kind.PUBLISHED, Kind.WITHDRAWN]
        assert media(airlock) == set()
    else:
        assert (clip.state, clip.reason, clip.ended_at) == (ClipState.PUBLISHED, None, None)
        assert post_state(airlock, clip_id) is PostState.LIVE


def test_a_clip_whose_block_left_the_map_is_refused_and_its_author_told(
    airlock: Airlock, accepted: NewClip, clip_bytes: bytes
) -> None:
    """A city's first map replaced the invented one after the clip was accepted: there is no place to publish it in."""
    clip_id = accepted()
    with airlock.stores.record.write(by=OPERATOR) as tx:
        tx.execute(delete(blocks).where(blocks.c.id == clip_of(airlock, clip_id).block))
        tx.audit("atlas.load", "2")

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.reason) == (ClipState.REJECTED, "block_gone")
    assert "block_gone" in OTHER_REASONS
    assert is_shredded(airlock, clip_id)


@pytest.mark.parametrize("error", [RefusedClip(Reason.UNREADABLE), NotClean([Finding("file", "x")])])
def test_what_another_attempt_published_meanwhile_is_not_refused(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """The post came onto the record while this attempt looked at the clip."""
    clip_id = accepted()

    def publish_meanwhile() -> None:
        stores, post_id = airlock.stores, clip_of(airlock, clip_id).post_id
        builders.a_published_post(stores.record, stores.bell, id=post_id, ready=False)

    monkeypatch.setattr(rework, "inspect", then(publish_meanwhile, fails(error)))

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.reason) == (ClipState.PUBLISHED, None)
    assert post_state(airlock, clip_id) is PostState.LIVE
    assert not is_shredded(airlock, clip_id)


def test_an_attempt_that_published_and_failed_is_published(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault between the two commits, were it the fifth: both sides say the same, and nobody is told "quarantined"."""
    clip_id = accepted()
    with writing(airlock.stores.vault) as tx:
        tx.execute(rows.update().values(tries=ATTEMPTS - 1))
    monkeypatch.setattr(leases, "publish", fails(OSError()))

    admit(airlock, clip_id)

    assert clip_of(airlock, clip_id).state is ClipState.PUBLISHED
    assert post_state(airlock, clip_id) is PostState.LIVE


def test_a_published_clip_is_not_refused_afterwards(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt that died between the two commits, and one that finds the clip unreadable: it stays published."""
    clip_id = accepted()
    with monkeypatch.context() as broken:
        broken.setattr(leases, "publish", fails(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            admit(airlock, clip_id)
    assert clip_of(airlock, clip_id).state is ClipState.PROCESSING
    time_passes(airlock)
    for error in (RefusedClip(Reason.UNREADABLE), NotClean([Finding("file", "x")])):
        monkeypatch.setattr(rework, "inspect", fails(error))

        admit(airlock, clip_id)

        assert clip_of(airlock, clip_id).state is ClipState.PUBLISHED
        assert clip_of(airlock, clip_id).reason is None
    assert post_state(airlock, clip_id) is PostState.LIVE
