"""One clip's way through the airlock: with the real encoder, once, and with nothing that says who."""

from __future__ import annotations

import errno
import hashlib
import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from api.resident.mine.reasons import OTHER_REASONS
from feed import posting
from storage.db import OPERATOR
from storage.feed_log import Kind
from storage.identity.clips import findings, leases
from storage.identity.clips.clips import ATTEMPTS, ClipState, Stage
from storage.identity.schema import clips as rows
from storage.identity.vault import ClipId
from storage.kit.clock import QUARTER_HOUR
from storage.kit.errors import Unavailable
from storage.objects import Folder
from storage.posts.posts import MediaState, PostState
from storage.schema import blocks
from tests import builders
from tests.builders import NOON
from tests.storage.identity.making import MAIL, airlock as writing, bytes_below
from tests.workers.airlock.conftest import MARKS, NewClip
from tests.workers.airlock.looking import (
    assert_published_once,
    assert_withdrawn_for_good,
    clip_of,
    is_shredded,
    media,
    named,
    post_of,
    post_state,
    take_through,
    then,
    time_passes,
    told,
    withdraw,
)
from workers.airlock import admit as admitting, finish as finishing
from workers.airlock.admit import Airlock, admit
from workers.airlock.attempts import arriving, attempt as attempts, lead, putting, trying
from workers.airlock.attempts.arriving import Carrier
from workers.airlock.attempts.attempt import Attempt
from workers.airlock.finish import finish
from workers.media import rework
from workers.media.hiding import Hiding
from workers.media.refusals import SENTENCES, Reason, RefusedClip
from workers.queue import Doorbell
from workers.redact.findings import Finding, NotClean
from workers.redact.redactions import Redaction

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
    assert told(airlock) == [Kind.PUBLISHED]  # of a second's clip there is one segment: it is whole when it is told
    post = post_of(airlock, clip_id)
    assert (post.title, post.text) == ("Call me at [phone]", "I live at [address], [email]")
    assert (post.block.id, post.category, post.kind) == (builders.block(), "suspicious", "video")
    assert 900 <= post.seconds <= 1100
    assert {(file.file, file.width, file.height) for file in post.renditions} == {
        ("480p.mp4", 426, 240),
        ("poster.jpg", 426, 240),
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


def test_every_rendition_is_made_as_it_was_asked_for(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first and the larger ones, by the attempt that broke off and by those that came after it."""
    clip_id, asked = accepted(blur=("faces", "plates")), list[tuple[str, Hiding]]()
    broken = [OSError()]

    def noting(name: str, make: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, blur: Hiding, **named: Any) -> Any:
            asked.append((name, blur))
            if broken:
                raise broken.pop()
            return make(*args, **named)

        return noted

    monkeypatch.setattr(rework, "first_rung", noting("first", rework.first_rung))
    monkeypatch.setattr(rework, "make_ladder", noting("larger", rework.make_ladder))

    admit(airlock, clip_id)
    time_passes(airlock)
    take_through(airlock, clip_id)

    assert asked == [(name, Hiding.of(Redaction.FACES, Redaction.PLATES)) for name in ("first", "first", "larger")]
    assert_published_once(airlock, clip_id)


@pytest.mark.parametrize("when", ["first", "larger"])
def test_what_cannot_be_blurred_is_not_shown(airlock: Airlock, accepted: NewClip, quick: None, when: str) -> None:
    """A kind that this version does not know, from a newer one before an upgrade was taken back: nothing of it is made.

    The operator sees the clip; one that is on screen already stays as it is there, blurred by who knew how.
    """
    clip_id = accepted()
    if when == "larger":
        admit(airlock, clip_id)
    with writing(airlock.stores.vault) as tx:
        tx.execute(rows.update().values(blur='["faces", "voices"]'))

    for _ in range(ATTEMPTS):
        time_passes(airlock)
        take_through(airlock, clip_id)

    if when == "first":
        assert (clip_of(airlock, clip_id).state, media(airlock)) == (ClipState.QUARANTINED, set())
        assert (post_state(airlock, clip_id), told(airlock)) == (None, [])
    else:
        assert {file.file for file in post_of(airlock, clip_id).renditions} == {"480p.mp4", "poster.jpg"}


def test_an_author_sees_every_stage_pass(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """In order, each with the time since acceptance; at the end all is done."""
    clip_id = accepted()

    take_through(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.stage, clip.progress, clip.attempts, clip.lease) == (Stage.DONE, 1.0, 2, "")
    assert list(clip.stage_times) == ["checking", "encoding", "publishing", "finishing"]
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
    take_through(airlock, done)
    with writing(airlock.stores.vault) as tx:
        leases.claim(tx, held)
    before = [clip_of(airlock, one) for one in (done, held)]

    for clip_id in (done, held, ClipId("nothing")):
        take_through(airlock, clip_id)

    assert [clip_of(airlock, one) for one in (done, held)] == before
    assert told(airlock).count(Kind.PUBLISHED) == 1


def test_larger_renditions_follow(airlock: Airlock, accepted: NewClip, tall_clip: Path, doorbell: Doorbell) -> None:
    """The first is on screen while it is made, segment by segment; then somebody is rung for who makes the others."""
    clip_id = accepted(content=tall_clip.read_bytes())

    admit(airlock, clip_id)

    clip, post = clip_of(airlock, clip_id), post_of(airlock, clip_id)
    assert (clip.state, clip.stage, clip.lease, clip.tries) == (ClipState.PUBLISHED, Stage.FINISHING, "", 0)
    assert post.media_state is MediaState.ARRIVING
    assert {(file.file, file.whole, file.pieces) for file in post.renditions} == {
        ("480p.mp4", True, 3),
        ("poster.jpg", True, 0),
    }
    assert 5900 <= post.seconds <= 6100
    assert doorbell.waiting() == 1

    finish(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    sizes = {file.file: (file.width, file.height, file.pieces) for file in post_of(airlock, clip_id).renditions}
    assert sizes == {"480p.mp4": (480, 480, 3), "720p.mp4": (720, 720, 3), "poster.jpg": (480, 480, 0)}
    assert told(airlock)[0] is Kind.PUBLISHED
    assert set(told(airlock)[1:]) == {Kind.UPDATED}


def test_somebody_can_watch_before_the_first_rendition_is_whole(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a segment is still to come, the post is live and what is there already leads far enough."""
    clip_id, seen = accepted(), []
    look = then(lambda: seen.append(post_of(airlock, clip_id)), posting.arrive)
    monkeypatch.setattr(posting, "arrive", look)

    admit(airlock, clip_id)

    early = seen[0]
    assert (early.state, early.media_state) == (PostState.LIVE, MediaState.ARRIVING)
    files = {file.file: file for file in early.renditions}
    assert (set(files), files["480p.mp4"].whole) == ({"480p.mp4", "poster.jpg"}, False)
    assert 1 <= files["480p.mp4"].pieces <= 2  # of three: one is lead enough where the encoder is quick
    assert early.seconds == pytest.approx(6000, abs=100)


def test_five_faults_end_in_quarantine(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each waits before the next; the fault is told by its class alone, and the original waits for the operator."""
    clip_id = accepted()
    monkeypatch.setattr(rework, "poster_from", fails(OSError("in Jane Roe's file")))
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
    """Another attempt would find the same; nothing of it is on the record, and its operator sees what was found."""
    clip_id = accepted()
    monkeypatch.setattr(rework, "poster_from", fails(NotClean([Finding("moov/udta", "a box that is not known")])))

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.reason, clip.lease) == (ClipState.QUARANTINED, "not_clean", "")
    with airlock.stores.vault.read() as conn:
        assert findings.of(conn, clip_id) == ["moov/udta: a box that is not known"]
    assert (post_state(airlock, clip_id), media(airlock)) == (None, set())


@pytest.mark.parametrize("stage", ["checking", "encoding", "publishing", "finishing"])
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

    take_through(airlock, clip_id)

    assert_withdrawn_for_good(airlock, clip_id)
    shown = stage in ("publishing", "finishing")
    assert [*told(airlock)[:1], *told(airlock)[-1:]] == ([Kind.PUBLISHED, Kind.WITHDRAWN] if shown else [])


@pytest.mark.parametrize("attempt", [admit, finish])
def test_an_attempt_looks_up_while_it_probes(
    airlock: Airlock,
    accepted: NewClip,
    quick: None,
    monkeypatch: pytest.MonkeyPatch,
    attempt: Callable[[Airlock, ClipId], None],
) -> None:
    """A probe may outlast a lease: each look is a sign of life, and hears that the author took the clip back."""
    clip_id, looked = accepted(), list[bool]()
    if attempt is finish:
        admit(airlock, clip_id)

    def long(*_: object, cancelled: Callable[[], bool]) -> None:
        looked.append(cancelled())
        withdraw(airlock, clip_id)
        cancelled()
        pytest.fail("it went on")

    monkeypatch.setattr(attempts, "TELL_EVERY", 0.0)
    monkeypatch.setattr(rework, "inspect", long)

    attempt(airlock, clip_id)

    assert looked == [False]
    assert_withdrawn_for_good(airlock, clip_id)


@pytest.mark.parametrize(("owner", "step"), [(Folder, "draft"), (arriving, "say_published"), (finishing, "end")])
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

    take_through(airlock, clip_id)

    assert_withdrawn_for_good(airlock, clip_id)
    assert told(airlock)[-1:] == ([] if step == "draft" else [Kind.WITHDRAWN])


def test_a_fault_after_a_withdrawal_ends_withdrawn(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the attempt ends, refused, not clean or broken: the author's word is last."""
    for error in (RefusedClip(Reason.UNREADABLE), NotClean([Finding("file", "x")]), OSError()):
        clip_id = accepted()
        monkeypatch.setattr(rework, "poster_from", then(partial(withdraw, airlock, clip_id), fails(error)))

        admit(airlock, clip_id)

        assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWN
        assert_withdrawn_for_good(airlock, clip_id)


SLEEPS = [(arriving, "put_all"), (Carrier, "_publish"), (arriving, "say_published"), (Carrier, "_append")]


@pytest.mark.parametrize(("owner", "step"), [*SLEEPS, (admitting, "_hand_on"), (finishing, "_add"), (finishing, "end")])
def test_a_stale_attempt_is_fenced_out(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    """One that slept while another took the clip over: its media are deleted, listeners hear of one post."""
    clip_id, original = accepted(), getattr(owner, step)
    slept: list[bool] = []

    def sleep() -> None:
        if not slept:
            slept.append(True)
            time_passes(airlock)
            (finish if owner is finishing else take_through)(airlock, clip_id)

    monkeypatch.setattr(owner, step, then(sleep, original))

    take_through(airlock, clip_id)

    clip, post = clip_of(airlock, clip_id), post_of(airlock, clip_id)
    assert slept
    assert told(airlock).count(Kind.PUBLISHED) == 1
    assert sorted(file.file for file in post.renditions) == ["480p.mp4", "720p.mp4", "poster.jpg"]
    # What an attempt had published before it fell asleep is deleted when the clip's end is looked at again.
    assert media(airlock) - named(airlock, clip_id) <= set(clip.media_keys)
    assert named(airlock, clip_id) <= media(airlock)
    assert (clip.state, post.media_state) == (ClipState.PUBLISHED, MediaState.READY)
    assert clip.ended_at is not None


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
    assert clip.ended_at is not None  # a source that cannot be read gives no larger renditions either


def test_an_attempt_that_published_and_failed_is_published(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault between the two commits: both sides say the same, and another attempt goes on."""
    clip_id = accepted()
    monkeypatch.setattr(leases, "publish", fails(OSError()))

    admit(airlock, clip_id)

    assert clip_of(airlock, clip_id).state is ClipState.PUBLISHED
    assert post_state(airlock, clip_id) is PostState.LIVE


AFTERWARDS = [
    (RefusedClip(Reason.UNREADABLE), "unreadable"),
    (NotClean([Finding("file", "x")]), "not_clean"),
    (OSError(), "too_many_faults"),
]


@pytest.mark.parametrize(("error", "reason"), AFTERWARDS)
def test_what_fails_on_screen_is_taken_back_with_a_reason(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch, error: BaseException, reason: str
) -> None:
    """A later segment does not decode, is not clean, or the fifth attempt fails: the post goes, its author is told."""
    clip_id = accepted()
    with writing(airlock.stores.vault) as tx:
        tx.execute(rows.update().values(tries=ATTEMPTS - 1))
    first = rework.first_rung

    def breaks_off(*args: Any, arrived: Any, **named: Any) -> Any:
        def on(piece: Any) -> None:
            if getattr(piece, "number", 0) == 3:
                raise error
            arrived(piece)

        on.__self__ = arrived.__self__  # type: ignore[attr-defined]
        return first(*args, arrived=on, **named)

    monkeypatch.setattr(rework, "first_rung", breaks_off)

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.reason, clip.stage, clip.lease) == (ClipState.REJECTED, reason, Stage.DONE, "")
    assert clip.ended_at is not None
    assert reason in {*SENTENCES, *OTHER_REASONS}
    assert post_state(airlock, clip_id) is PostState.WITHDRAWN
    assert told(airlock) == [Kind.PUBLISHED, Kind.WITHDRAWN]
    assert (media(airlock), list(airlock.work.iterdir())) == (set(), [])
    assert is_shredded(airlock, clip_id)


@pytest.mark.parametrize("error", [RefusedClip(Reason.TOOK_TOO_LONG), NotClean([Finding("file", "x")])])
def test_larger_renditions_that_cannot_be_made_are_left_out(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """What is on screen stays, and is all there will be."""
    clip_id = accepted()
    monkeypatch.setattr(rework, "make_ladder", fails(error))

    take_through(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    assert {file.file for file in post_of(airlock, clip_id).renditions} == {"480p.mp4", "poster.jpg"}


def test_five_faults_at_the_larger_renditions_leave_what_is_on_screen(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have five tries of their own, and the fifth is the last."""
    clip_id = accepted()
    admit(airlock, clip_id)
    monkeypatch.setattr(rework, "make_ladder", fails(OSError()))

    for _ in range(ATTEMPTS):
        assert clip_of(airlock, clip_id).ended_at is None
        time_passes(airlock)
        finish(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    assert {file.file for file in post_of(airlock, clip_id).renditions} == {"480p.mp4", "poster.jpg"}


def test_a_store_that_is_away_uses_up_no_try(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For longer than five attempts, before the clip is on screen and after; back again, it is published."""
    clip_id, put = accepted(), putting.put_all
    monkeypatch.setattr(arriving, "put_all", fails(Unavailable("away")))
    for _ in range(ATTEMPTS + 2):
        admit(airlock, clip_id)
        assert clip_of(airlock, clip_id).retry_at > 0
        time_passes(airlock)
    assert (clip_of(airlock, clip_id).state, clip_of(airlock, clip_id).tries) == (ClipState.RECEIVED, 0)
    calls: list[int] = []

    def away_later(*args: Any) -> None:
        calls.append(1)
        if len(calls) % 3 == 0:  # its last segment: the others are on the record by then
            raise Unavailable("away")
        put(*args)

    monkeypatch.setattr(arriving, "put_all", away_later)
    for _ in range(ATTEMPTS + 2):
        admit(airlock, clip_id)
        time_passes(airlock)
    assert (clip_of(airlock, clip_id).state, clip_of(airlock, clip_id).tries) == (ClipState.PUBLISHED, 0)
    monkeypatch.setattr(arriving, "put_all", put)

    take_through(airlock, clip_id)

    assert clip_of(airlock, clip_id).state is ClipState.PUBLISHED
    assert post_of(airlock, clip_id).media_state is MediaState.READY
    assert told(airlock).count(Kind.PUBLISHED) == 1


def test_a_full_disk_uses_up_no_try(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does one that is full for the programs of an attempt: ours to empty, while the clip waits."""
    clip_id, full = accepted(), OSError(errno.ENOSPC, "full")

    for place in ("workers.airlock.admit.bring_in", "workers.media.rework.inspect"):
        monkeypatch.setattr(place, fails(full))
        admit(airlock, clip_id)
        time_passes(airlock)

    assert (clip_of(airlock, clip_id).state, clip_of(airlock, clip_id).tries) == (ClipState.RECEIVED, 0)


def test_a_vault_that_is_away_is_insisted_on(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unsaid, the attempt would look like one that was killed, and count."""
    clip_id, give_back = accepted(), leases.give_back_uncounted
    monkeypatch.setattr(rework, "inspect", fails(Unavailable("away")))
    monkeypatch.setattr(trying, "INSIST_EVERY", 0.0)
    said: list[int] = []

    def away_twice(*args: Any) -> bool:
        said.append(1)
        if len(said) < 3:
            raise Unavailable("away")
        return give_back(*args)

    monkeypatch.setattr(leases, "give_back_uncounted", away_twice)

    admit(airlock, clip_id)

    assert (len(said), clip_of(airlock, clip_id).tries, clip_of(airlock, clip_id).lease) == (3, 0, "")


def test_a_new_attempt_takes_over_when_it_is_as_far(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A playlist never gets shorter: one was killed after its second segment, the next one's first changes nothing."""
    clip_id, seen = accepted(), list[tuple[int, int]]()
    with monkeypatch.context() as broken:
        broken.setattr(lead, "DELAY", lead.SEGMENT)  # a second segment is waited for
        broken.setattr(Carrier, "_append", fails(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            admit(airlock, clip_id)
    time_passes(airlock)
    put = putting.put_all

    def look(*args: Any) -> None:
        post = post_of(airlock, clip_id)
        seen.append((post.media_generation, max(file.pieces for file in post.renditions)))
        put(*args)

    monkeypatch.setattr(arriving, "put_all", look)

    take_through(airlock, clip_id)

    assert seen[:3] == [(1, 2), (1, 2), (2, 2)]
    assert told(airlock).count(Kind.PUBLISHED) == 1
    assert post_of(airlock, clip_id).media_state is MediaState.READY


def test_a_bucket_that_is_slow_holds_no_lease_up(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the encoder waits for room its attempt goes on telling, and hears within a moment that it must stop."""
    clip_id, put = accepted(), putting.put_all
    monkeypatch.setattr(arriving, "MOST_WAITING", 1)
    monkeypatch.setattr(attempts, "TELL_EVERY", 0.0)
    waited: list[int] = []

    def slow(*args: Any) -> None:
        before = clip_of(airlock, clip_id).stage_times
        withdraw(airlock, clip_id)
        time.sleep(1.0)
        waited.append(len(before))
        put(*args)

    monkeypatch.setattr(arriving, "put_all", slow)

    admit(airlock, clip_id)

    assert len(waited) == 1
    assert_withdrawn_for_good(airlock, clip_id)
    assert told(airlock) == []
