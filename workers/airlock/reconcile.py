"""Mends what crashes and lost doorbells left: every clip reaches its end, and both sides come to say the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from typing import TypeVar

import redis

from storage.db import AIRLOCK, database_now
from storage.identity import limits
from storage.identity.clips import clips, leases, lists as clip_lists, originals
from storage.identity.clips.clips import ATTEMPTS, Clip, ClipState
from storage.identity.residents import listening, logins
from storage.kit import clock, log
from storage.kit.errors import Unavailable
from storage.posts import posts
from workers.airlock import mailroom
from workers.airlock.agree import TOMBSTONES, agree, is_whole, settle
from workers.airlock.attempts.trying import TOO_MANY_FAULTS, say_no
from workers.airlock.both_sides import Airlock, BothSides
from workers.airlock.hanging_up import hang_up
from workers.airlock.nobodys import end_authorship
from workers.airlock.parting import take_leave
from workers.airlock.shred import shred
from workers.airlock.withdraw import take_back, tombstone
from workers.queue import JOB_SECONDS, Doorbell

T = TypeVar("T")
QUARANTINE_LIFE = 7 * clock.DAY  # the operator has a week to look at what went wrong
# An attempt that stood still may yet put what it has on the books, and publish it; none sleeps longer than its job may
# take.
ATTEMPT_LIFE = JOB_SECONDS * clock.SECOND
JUST_ENDED = clock.MINUTE  # most of those that slept wake by then: their bytes need not lie for an hour
# How long after a clip was refused a machine that stood still may wake and publish it, and die before it looked.
LATE_PUBLICATION = 2 * clock.DAY
UNFINISHED_LIFE = 72 * clock.HOUR  # in no other state does an original outlive this, once accepted or retried


def reconcile(airlock: Airlock, doorbell: Doorbell) -> None:
    """One round; each step is harmless when repeated, and a step that fails does not keep the next from running."""
    for step in (
        _resend,
        _part,
        _finish_withdrawals,
        _settle,
        _shred_what_is_due,
        _drop_stray_media,
        _end_authorship,
        _tidy,
        _hang_up,
    ):
        try:
            step(airlock, doorbell)
        except Exception as error:  # noqa: BLE001  the next round tries again; the others must not wait for it
            log.fault("reconcile_step_failed", error, stage=step.__name__)


def _resend(airlock: Airlock, doorbell: Doorbell) -> None:
    vault = airlock.stores.vault
    with vault.read() as conn:
        waiting = clip_lists.unattended(conn, database_now(conn))

    def resend(clip: Clip) -> None:
        if clip.tries >= ATTEMPTS:
            say_no(airlock.stores, clip, TOO_MANY_FAULTS)
        elif clip.state is ClipState.PUBLISHED and is_whole(airlock.stores, clip):
            doorbell.finish_clip(clip.id)
        else:
            doorbell.admit_clip(clip.id, clip.bytes)

    _each(waiting, resend)


def _each(ones: Iterable[T], do: Callable[[T], object]) -> None:
    """Does it for each: one clip that keeps failing is told of, and does not keep the others waiting."""
    for one in ones:
        try:
            do(one)
        except (redis.ConnectionError, redis.TimeoutError, Unavailable):
            raise  # no clip's fault, and the next would wait as long for it
        except Exception as error:  # noqa: BLE001  the next round tries this one again
            log.fault("reconcile_clip_failed", error)


def _part(airlock: Airlock, _doorbell: Doorbell) -> None:
    """Before withdrawals are finished: those that are begun here go with them."""
    take_leave(airlock.stores)


def _finish_withdrawals(airlock: Airlock, _doorbell: Doorbell) -> None:
    with airlock.stores.vault.read() as conn:
        leaving = clip_lists.in_state(conn, ClipState.WITHDRAWING)
    _each(leaving, lambda clip: tombstone(airlock.stores, clip))  # all, before one waits for a bucket that is away
    _each(leaving, lambda clip: take_back(airlock.stores, clip.id))


def _settle(airlock: Airlock, _doorbell: Doorbell) -> None:
    """Mends a crash between a publication that came too late and the look at what others had decided meanwhile."""
    with airlock.stores.vault.read() as conn:
        decided = clip_lists.said_no(conn, since=database_now(conn) - LATE_PUBLICATION)
    with airlock.stores.record.read() as conn:
        live = [clip.id for clip in decided if posts.state_of(conn, clip.post_id) not in (None, *TOMBSTONES)]
    _each(live, lambda clip_id: settle(airlock.stores, clip_id))


def _shred_what_is_due(airlock: Airlock, _doorbell: Doorbell) -> None:
    stores = airlock.stores
    with stores.vault.write(by=AIRLOCK) as tx:
        originals.forget_unposted(tx)
        now, readable = tx.now(), clip_lists.unshredded(tx.connection)

    def finish_off(clip: Clip) -> None:
        if not agree(stores, clip):
            with stores.vault.write(by=AIRLOCK) as tx:
                clips.give_up(tx, clip.id)
        elif clip.ended_at is None:  # half of it on screen, or larger renditions to come that nobody made
            say_no(stores, clip, TOO_MANY_FAULTS)
        shred(stores, clip.upload_id)

    _each([clip for clip in readable if _is_due(clip, now)], finish_off)
    with stores.vault.read() as conn:
        half = originals.half_shredded(conn)
    _each(half, lambda upload_id: shred(stores, upload_id))
    _drop_stray_parts(stores, now)


def _drop_stray_parts(stores: BothSides, now: int) -> None:
    """Deletes what senders that were killed left in the originals' bucket: no part names it, so nothing shreds it."""
    old = list(stores.originals.keys(older_than=now - originals.UNPOSTED_LIFE))
    with stores.vault.read() as conn:
        named = originals.confirmed(conn, old)
    _each(set(old) - named, stores.originals.delete)


def _is_due(clip: Clip, now: int) -> bool:
    if clip.ended_at is None:
        # From the operator's retry, where there was one: it would be over before it began. Not from the last attempt:
        # one whose store stays away is given back each minute, and counts as no try.
        return now - max(clip.accepted_at, clip.begun_at) > UNFINISHED_LIFE
    return clip.state is not ClipState.QUARANTINED or now - clip.ended_at > QUARANTINE_LIFE


def _drop_stray_media(airlock: Airlock, _doorbell: Doorbell) -> None:
    """Deletes what broken attempts put into the media bucket and no post names: at once, and when none can wake."""
    stores = airlock.stores
    with stores.vault.read() as conn:
        now = database_now(conn)
        ended = clip_lists.with_stray_media(conn, after=now - JUST_ENDED, before=now - ATTEMPT_LIFE)

    def drop(clip: Clip) -> None:
        is_past = now - (clip.ended_at or now) >= ATTEMPT_LIFE
        if clip.state is ClipState.QUARANTINED and not is_past:
            return
        with stores.record.read() as conn:
            kept = set(posts.media_keys(conn, clip.post_id))
        for key in set(clip.media_keys) - kept:
            stores.media.delete(key)
        if is_past:
            with stores.vault.write(by=AIRLOCK) as tx:
                clips.forget_media(tx, clip.id)

    _each(ended, drop)


def _end_authorship(airlock: Airlock, _doorbell: Doorbell) -> None:
    end_authorship(airlock.stores.vault, life=airlock.authorship_life)


def _tidy(airlock: Airlock, _doorbell: Doorbell) -> None:
    vault, folders = airlock.stores.vault, list(airlock.work.iterdir())
    with vault.write(by=AIRLOCK) as tx:
        originals.drop_unposted(tx)
        logins.forget_ended(tx)
        listening.forget_ended(tx)
        now = tx.now()
        live = leases.live_leases(tx.connection, now)  # asked after the folders: a claim comes before its folder
    limits.forget(vault, older_than=clock.DAY)
    for folder in folders:
        if folder.name not in live:
            shutil.rmtree(folder, ignore_errors=True)
    mailroom.drop_old(airlock.mail, older_than=now - logins.CODE_LIFE)


def _hang_up(airlock: Airlock, _doorbell: Doorbell) -> None:
    """After log-ins whose time is over were forgotten: their listeners go with them."""
    hang_up(airlock.stores)
