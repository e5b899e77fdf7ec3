"""What happens by itself: whatever crashes and lost doorbells left is mended, each thing in its time."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest
import redis
from sqlalchemy import update

from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.clips import clips, leases, originals
from storage.identity.clips.clips import ATTEMPTS, ClipState, Stage
from storage.identity.limits import Limit
from storage.identity.residents import logins
from storage.identity.schema import clips as rows, log_in_codes, tries, uploads
from storage.identity.vault import ClipId, ResidentId
from storage.kit import clock
from storage.kit.clock import DAY, HOUR, MINUTE
from storage.kit.ids import new_id
from storage.objects import Folder
from storage.posts.posts import MediaState, PostState
from tests.builders import a_published_post
from tests.storage.identity.making import MAIL, airlock as writing, an_upload, claimed
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import (
    assert_published_once,
    assert_withdrawn_for_good,
    clip_of,
    is_shredded,
    keys,
    media,
    named,
    post_of,
    post_state,
    take_through,
    time_passes,
)
from workers import queue
from workers.airlock import reconcile as reconciling
from workers.airlock.admit import Airlock, admit
from workers.airlock.mailroom import send_code
from workers.airlock.reconcile import reconcile
from workers.airlock.shred import shred
from workers.queue import Doorbell, Lane


def rung_for(client: redis.Redis) -> set[str]:
    """The clips that wait in the airlock's queue."""
    return {job.decode().removeprefix("admit-") for job in client.lrange(f"rq:queue:{Lane.SMALL}", 0, -1)}  # type: ignore[union-attr]


def change(airlock: Airlock, clip_id: ClipId, **values: object) -> None:
    """Puts the clip where a test wants it."""
    with writing(airlock.stores.vault) as tx:
        tx.execute(update(rows).where(rows.c.id == clip_id).values(**values))


def older(airlock: Airlock, clip_id: ClipId, by: int) -> None:
    """Time passes for one clip."""
    with writing(airlock.stores.vault) as tx:
        mine = update(rows).where(rows.c.id == clip_id)
        tx.execute(mine.values(accepted_at=rows.c.accepted_at - by, ended_at=rows.c.ended_at - by))


def put(airlock: Airlock, bucket_file: Path, key: str) -> str:
    """Bytes that an attempt left in the media bucket."""
    bucket_file.write_bytes(b"media")
    airlock.stores.media.put(key, bucket_file)
    return key


def test_a_lost_doorbell_is_rung_again(
    airlock: Airlock, doorbell: Doorbell, redis_client: redis.Redis, accepted: NewClip
) -> None:
    """For every clip that waits or whose worker died; not for one that is held, nor twice for the same."""
    waiting, dead, held = accepted(), accepted(), accepted()
    claimed(airlock.stores.vault, dead)
    time_passes(airlock)
    claimed(airlock.stores.vault, held)

    for _ in range(2):
        reconcile(airlock, doorbell)

    assert rung_for(redis_client) == {waiting, dead}
    assert redis_client.llen(f"rq:queue:{Lane.SMALL}") == 2


def test_a_clip_that_used_up_its_tries_is_quarantined(
    airlock: Airlock, doorbell: Doorbell, redis_client: redis.Redis, accepted: NewClip
) -> None:
    """Where each of five processes was killed, nobody was left to say so."""
    clip_id = accepted()
    change(airlock, clip_id, state=ClipState.PROCESSING, tries=ATTEMPTS, attempts=ATTEMPTS)

    reconcile(airlock, doorbell)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.reason) == (ClipState.QUARANTINED, "too_many_faults")
    assert rung_for(redis_client) == set()


@pytest.mark.parametrize("state", [ClipState.PROCESSING, ClipState.PUBLISHED])
def test_a_post_that_is_there_is_never_called_quarantined(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, state: ClipState
) -> None:
    """Five attempts at its larger rendition failed: what is on screen is all, and its media are ready."""
    clip_id = accepted()
    change(airlock, clip_id, state=state, tries=ATTEMPTS, attempts=ATTEMPTS)
    a_published_post(airlock.stores.record, airlock.stores.bell, id=clip_of(airlock, clip_id).post_id, ready=False)

    reconcile(airlock, doorbell)

    clip, post = clip_of(airlock, clip_id), post_of(airlock, clip_id)
    assert (clip.state, clip.stage, clip.reason) == (ClipState.PUBLISHED, Stage.DONE, None)
    assert (post.state, post.media_state, post.media_generation) == (PostState.LIVE, MediaState.READY, 1)
    assert is_shredded(airlock, clip_id)


def test_a_withdrawal_is_finished(airlock: Airlock, doorbell: Doorbell, accepted: NewClip, quick: None) -> None:
    """Also where a worker that died still seems to hold the clip: not before its lease is over."""
    clip_id = accepted()
    admit(airlock, clip_id)
    held = accepted()
    claimed(airlock.stores.vault, held)
    for one in (clip_id, held):
        with writing(airlock.stores.vault) as tx:
            clips.withdraw(tx, one)

    reconcile(airlock, doorbell)

    assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWN
    assert clip_of(airlock, held).state is ClipState.WITHDRAWING
    time_passes(airlock)
    reconcile(airlock, doorbell)
    for one in (clip_id, held):
        assert_withdrawn_for_good(airlock, one)


def test_a_refused_clip_with_a_live_post_is_taken_down(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, tmp_path: Path
) -> None:
    """A sleeping attempt published it after the refusal, and died before it looked; refused ones without are left."""
    late, refused = accepted(), accepted()
    for clip_id in (late, refused):
        change(airlock, clip_id, state=ClipState.REJECTED, reason="unreadable", ended_at=clock.now())
    key = put(airlock, tmp_path / "file", new_id())
    change(airlock, late, media_keys=f'["{key}"]')
    a_published_post(airlock.stores.record, airlock.stores.bell, id=clip_of(airlock, late).post_id)

    for _ in range(2):
        reconcile(airlock, doorbell)

    assert post_state(airlock, late) is PostState.WITHDRAWN
    assert post_state(airlock, refused) is None
    assert {clip_of(airlock, one).state for one in (late, refused)} == {ClipState.REJECTED}
    assert media(airlock) == set()


def test_a_quarantined_clip_with_a_live_post_is_published(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip
) -> None:
    """What its last attempts failed at is made again, or left out, as for every post that is on screen."""
    clip_id = accepted()
    change(airlock, clip_id, tries=ATTEMPTS)
    with writing(airlock.stores.vault) as tx:
        clips.quarantine(tx, clip_of(airlock, clip_id), "too_many_faults")
    a_published_post(airlock.stores.record, airlock.stores.bell, id=clip_of(airlock, clip_id).post_id, ready=False)

    for _ in range(2):
        reconcile(airlock, doorbell)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.stage, clip.reason) == (ClipState.PUBLISHED, Stage.DONE, None)
    assert post_of(airlock, clip_id).media_state is MediaState.READY


def test_media_of_a_clip_just_quarantined_wait_for_an_attempt_that_sleeps(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, tmp_path: Path
) -> None:
    """It may yet publish them: an hour later none can."""
    clip_id, key = accepted(), put(airlock, tmp_path / "file", new_id())
    change(airlock, clip_id, media_keys=f'["{key}"]')
    with writing(airlock.stores.vault) as tx:
        clips.quarantine(tx, clip_of(airlock, clip_id), "not_clean")
    reconcile(airlock, doorbell)
    assert media(airlock) == {key}

    older(airlock, clip_id, reconciling.ATTEMPT_LIFE)
    reconcile(airlock, doorbell)

    assert media(airlock) == set()


def test_uploads_nobody_posted_die_after_a_day(airlock: Airlock, doorbell: Doorbell, ada: ResidentId) -> None:
    """Key and bytes; a younger one waits for its owner."""
    stores = airlock.stores
    old = an_upload(stores.vault, ada, b"old", stores.originals)
    with writing(stores.vault) as tx:
        tx.execute(update(uploads).values(created_at=tx.now() - 24 * HOUR - MINUTE))
    young = an_upload(stores.vault, ada, b"young", stores.originals)

    reconcile(airlock, doorbell)

    with stores.vault.read() as conn:
        assert originals.object_keys(conn, old) == []
        assert keys(airlock, stores.originals) == set(originals.object_keys(conn, young)) != set()


def test_a_quarantined_original_waits_a_week_for_the_operator(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip
) -> None:
    """Then it is shredded, and its author told that it was given up."""
    clip_id = accepted()
    with writing(airlock.stores.vault) as tx:
        clips.quarantine(tx, clip_of(airlock, clip_id), "not_clean")
    older(airlock, clip_id, 7 * DAY - HOUR)
    reconcile(airlock, doorbell)
    assert not is_shredded(airlock, clip_id)
    assert clip_of(airlock, clip_id).state is ClipState.QUARANTINED

    older(airlock, clip_id, 2 * HOUR)
    reconcile(airlock, doorbell)

    assert is_shredded(airlock, clip_id)
    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.reason) == (ClipState.REJECTED, "given_up")


def test_no_other_original_outlives_three_days(
    airlock: Airlock, doorbell: Doorbell, redis_client: redis.Redis, accepted: NewClip
) -> None:
    """A clip nobody could work on for so long is given up: its author need not wait for what cannot come."""
    clip_id = accepted()
    older(airlock, clip_id, 72 * HOUR - MINUTE)
    reconcile(airlock, doorbell)
    assert not is_shredded(airlock, clip_id)
    redis_client.flushall()

    older(airlock, clip_id, 2 * MINUTE)
    reconcile(airlock, doorbell)

    clip = clip_of(airlock, clip_id)
    assert is_shredded(airlock, clip_id)
    assert (clip.state, clip.reason) == (ClipState.REJECTED, "given_up")
    reconcile(airlock, doorbell)
    assert rung_for(redis_client) <= {clip_id}  # at most from before it was given up: harmless


def test_a_retried_clip_has_three_days_from_the_retry(
    airlock: Airlock, doorbell: Doorbell, redis_client: redis.Redis, accepted: NewClip
) -> None:
    """However long ago it was accepted: what the operator asked for is tried."""
    clip_id = accepted()
    with writing(airlock.stores.vault) as tx:
        clips.quarantine(tx, clip_of(airlock, clip_id), "not_clean")
    older(airlock, clip_id, 4 * DAY)
    with writing(airlock.stores.vault) as tx:
        clips.retry(tx, clip_id)

    reconcile(airlock, doorbell)

    assert clip_of(airlock, clip_id).state is ClipState.RECEIVED
    assert not is_shredded(airlock, clip_id)
    assert rung_for(redis_client) == {clip_id}
    change(airlock, clip_id, begun_at=clip_of(airlock, clip_id).begun_at - 73 * HOUR)
    reconcile(airlock, doorbell)
    assert clip_of(airlock, clip_id).reason == "given_up"


def test_a_store_that_stays_away_does_not_keep_an_original_for_ever(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip
) -> None:
    """Attempts that did not count, the last a moment ago, move no deadline."""
    clip_id = accepted()
    older(airlock, clip_id, 4 * DAY)
    change(airlock, clip_id, attempts=4000, retry_at=clip_of(airlock, clip_id).accepted_at + 4 * DAY)

    reconcile(airlock, doorbell)

    assert clip_of(airlock, clip_id).reason == "given_up"
    assert is_shredded(airlock, clip_id)


@pytest.mark.parametrize("state", [ClipState.REJECTED, ClipState.PUBLISHED])
def test_what_ended_unshredded_is_shredded(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, state: ClipState
) -> None:
    """A crash came between the end and the shredding."""
    clip_id = accepted()
    change(airlock, clip_id, state=state, ended_at=1)

    reconcile(airlock, doorbell)

    assert is_shredded(airlock, clip_id)
    assert clip_of(airlock, clip_id).state is state


def test_a_shredding_that_broke_off_is_finished(airlock: Airlock, doorbell: Doorbell, accepted: NewClip) -> None:
    """The key was gone, the bytes were not."""
    clip_id = accepted()
    change(airlock, clip_id, state=ClipState.REJECTED, ended_at=1)
    with writing(airlock.stores.vault) as tx:
        originals.forget_key(tx, clip_of(airlock, clip_id).upload_id)

    reconcile(airlock, doorbell)

    assert is_shredded(airlock, clip_id)


def test_bytes_of_a_sender_that_was_killed_are_swept(
    airlock: Airlock, doorbell: Doorbell, ada: ResidentId, tmp_path: Path
) -> None:
    """After a day; what is some part's stays, and so does what is young."""
    stores, strays = airlock.stores, [new_id(), new_id()]
    upload_id = an_upload(stores.vault, ada, b"mine", stores.originals)
    (tmp_path / "stray").write_bytes(b"sealed bytes of nobody")
    for key in strays:
        stores.originals.put(key, tmp_path / "stray")
    with stores.vault.read() as conn:
        (mine,) = originals.object_keys(conn, upload_id)
    for key in (strays[0], mine):
        file = tmp_path / "originals" / key[:2] / key
        at = file.stat().st_mtime - (25 * HOUR) / 1000
        os.utime(file, (at, at))

    reconcile(airlock, doorbell)

    assert keys(airlock, stores.originals) == {strays[1], mine}


def test_stray_media_are_deleted_when_a_clip_has_ended(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, quick: None, tmp_path: Path
) -> None:
    """What a broken attempt put there and no post names; while a clip is worked on its media are left alone."""
    done, working = accepted(), accepted()
    stray, busy = (put(airlock, tmp_path / "file", new_id()) for _ in range(2))
    for clip_id, key in ((done, stray), (working, busy)):
        change(airlock, clip_id, media_keys=f'["{key}"]')
    take_through(airlock, done)
    claimed(airlock.stores.vault, working)

    reconcile(airlock, doorbell)

    assert media(airlock) == {busy, *named(airlock, done)}
    assert stray in clip_of(airlock, done).media_keys, "an attempt may sleep"
    older(airlock, done, reconciling.ATTEMPT_LIFE)
    reconcile(airlock, doorbell)
    assert clip_of(airlock, done).media_keys == []
    assert clip_of(airlock, working).media_keys == [busy]


@pytest.mark.parametrize("ends", ["published", "withdrawn"])
def test_what_a_sleeper_puts_there_after_the_end_is_deleted(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, quick: None, tmp_path: Path, ends: str
) -> None:
    """It had the key on the books, lost its lease, and woke when others were done: at once, or within the hour."""
    clip_id, key = accepted(), new_id()
    sleeper = claimed(airlock.stores.vault, clip_id)
    with writing(airlock.stores.vault) as tx:
        assert leases.note_media(tx, sleeper, [key])
    time_passes(airlock)
    if ends == "withdrawn":
        with writing(airlock.stores.vault) as tx:
            clips.withdraw(tx, clip_id)
        reconcile(airlock, doorbell)
        assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWN
    else:
        take_through(airlock, clip_id)
        reconcile(airlock, doorbell)
    kept = named(airlock, clip_id)

    for age in (0, reconciling.ATTEMPT_LIFE):
        put(airlock, tmp_path / "file", key)
        older(airlock, clip_id, age)
        reconcile(airlock, doorbell)
        assert media(airlock) == kept

    assert clip_of(airlock, clip_id).media_keys == []


def test_what_a_quarantined_attempt_left_is_deleted(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, tmp_path: Path
) -> None:
    """Nothing of a clip that is not published lies on the record side."""
    clip_id, key = accepted(), put(airlock, tmp_path / "file", new_id())
    change(airlock, clip_id, state=ClipState.QUARANTINED, ended_at=1, media_keys=f'["{key}"]')

    reconcile(airlock, doorbell)

    assert media(airlock) == set()
    assert post_state(airlock, clip_id) is None


def test_scratch_folders_of_the_dead_are_tidied(airlock: Airlock, doorbell: Doorbell, accepted: NewClip) -> None:
    """An original in plain lies in them; that of a live lease stays."""
    held = claimed(airlock.stores.vault, accepted())
    for name in (held.lease, "gone"):
        (airlock.work / name / "out").mkdir(parents=True)
        (airlock.work / name / "source").write_bytes(b"an original")

    reconcile(airlock, doorbell)

    assert [folder.name for folder in airlock.work.iterdir()] == [held.lease]


def test_a_claim_while_it_tidies_keeps_its_folder(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder made while the leases are read is not taken for a dead one's."""
    clip_id, forget = accepted(), logins.forget_ended

    def forget_and_be_overtaken(tx: object) -> None:
        forget(tx)  # type: ignore[arg-type]
        (airlock.work / "just claimed").mkdir()

    monkeypatch.setattr(logins, "forget_ended", forget_and_be_overtaken)

    reconcile(airlock, doorbell)

    assert [folder.name for folder in airlock.work.iterdir()] == ["just claimed"]
    assert clip_of(airlock, clip_id).state is ClipState.RECEIVED


def test_what_ended_by_itself_is_forgotten(airlock: Airlock, doorbell: Doorbell) -> None:
    """Codes nobody used, and counts of yesterday."""
    vault = airlock.stores.vault
    with vault.write(by=RESIDENT) as tx:
        logins.new_code(tx, vault, MAIL)
    limits.count(vault, Limit("any", 1, MINUTE), "ada")
    with writing(vault) as tx:
        tx.execute(update(log_in_codes).values(ends_at=1))
        tx.execute(update(tries).values(window_start=1))

    reconcile(airlock, doorbell)

    with vault.read() as conn:
        assert conn.execute(log_in_codes.select()).all() == []
        assert conn.execute(tries.select()).all() == []


def test_mail_whose_code_is_over_is_deleted(airlock: Airlock, doorbell: Doorbell) -> None:
    """Ten minutes after it was left; what is younger can still be read."""
    for code in ("111111", "222222"):
        send_code(airlock.mail, MAIL, code, ["en"])
    old, young = sorted(airlock.mail.iterdir())
    at = old.stat().st_mtime - (logins.CODE_LIFE + MINUTE) / 1000
    os.utime(old, (at, at))

    reconcile(airlock, doorbell)

    assert list(airlock.mail.iterdir()) == [young]


def test_one_step_that_fails_does_not_stop_the_others(
    airlock: Airlock, accepted: NewClip, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Without its Redis nothing can be rung for, and everything else is done all the same."""
    waiting, leaving = accepted(), accepted()
    with writing(airlock.stores.vault) as tx:
        clips.withdraw(tx, leaving)
    (airlock.work / "gone").mkdir()
    away = queue.doorbell("unix:///nowhere/redis.sock")

    with caplog.at_level(logging.ERROR, "porchlight"):
        reconcile(airlock, away)

    assert "reconcile_step_failed error=ConnectionError" in caplog.text
    assert "stage=_resend" in caplog.text
    assert clip_of(airlock, waiting).state is ClipState.RECEIVED
    assert clip_of(airlock, leaving).state is ClipState.WITHDRAWN
    assert list(airlock.work.iterdir()) == []


@pytest.mark.parametrize(
    ("owner", "step"),
    [
        (Doorbell, "admit_clip"),
        (Folder, "delete"),
        *((reconciling, step) for step in ("take_back", "settle", "shred")),
    ],
)
def test_one_clip_that_keeps_failing_does_not_stop_the_others(
    airlock: Airlock,
    doorbell: Doorbell,
    redis_client: redis.Redis,
    accepted: NewClip,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    owner: object,
    step: str,
) -> None:
    """Whatever is done for one clip after the other, the second has its turn."""
    both = [accepted(), accepted()]
    stores, posted = airlock.stores, step == "settle"
    states = {"admit_clip": ClipState.RECEIVED, "take_back": ClipState.WITHDRAWING}
    state = states.get(step, ClipState.REJECTED)
    for clip_id in both:
        strays = [put(airlock, tmp_path / "file", new_id())] if step == "delete" else []
        ended_at = clock.now() if state is ClipState.REJECTED else None
        change(airlock, clip_id, state=state, ended_at=ended_at, media_keys=json.dumps(strays))
        if posted:
            a_published_post(stores.record, stores.bell, id=clip_of(airlock, clip_id).post_id)
        if step == "delete":
            shred(stores, clip_of(airlock, clip_id).upload_id)
    original, calls = getattr(owner, step), []

    def fail_first(*args: object) -> object:
        calls.append(args)
        if len(calls) == 1:
            raise OSError("a clip of Jane Roe")
        return original(*args)

    monkeypatch.setattr(owner, step, fail_first)

    with caplog.at_level(logging.ERROR, "porchlight"):
        reconcile(airlock, doorbell)

    assert len(calls) >= 2
    assert "reconcile_clip_failed error=OSError" in caplog.text
    assert "reconcile_step_failed" not in caplog.text
    assert "Jane" not in caplog.text


@pytest.mark.parametrize("broken", ["_resend", "_finish_withdrawals", "_shred_what_is_due", "_end_authorship"])
def test_whichever_step_fails_the_last_is_done(
    airlock: Airlock, doorbell: Doorbell, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Each is tried again in the next round."""
    (airlock.work / "gone").mkdir()

    def fail(*_: object) -> None:
        raise OSError

    fail.__name__ = broken
    monkeypatch.setattr(reconciling, broken, fail)

    reconcile(airlock, doorbell)

    assert list(airlock.work.iterdir()) == []


def test_a_quiet_round_changes_nothing(
    airlock: Airlock, doorbell: Doorbell, redis_client: redis.Redis, accepted: NewClip, quick: None
) -> None:
    """Once a clip is at its end, rounds pass it by."""
    clip_id = accepted()
    take_through(airlock, clip_id)
    reconcile(airlock, doorbell)
    before = clip_of(airlock, clip_id)
    redis_client.flushall()

    for _ in range(2):
        reconcile(airlock, doorbell)

    assert_published_once(airlock, clip_id)
    assert clip_of(airlock, clip_id) == before
    assert rung_for(redis_client) == set()
