"""One attempt at a clip, from its claim to letting go of it, however it ends."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from storage.buckets.bucket import room
from storage.db import AIRLOCK
from storage.identity.clips import clips, leases
from storage.identity.clips.clips import ATTEMPTS, Clip
from storage.identity.vault import ClipId
from storage.kit import clock, log
from storage.kit.errors import Unavailable
from workers.airlock.agree import agree, is_whole
from workers.airlock.attempts.attempt import Attempt, Stopped, scratch_for
from workers.airlock.attempts.found import tell
from workers.airlock.both_sides import Airlock, BothSides
from workers.airlock.shred import shred
from workers.airlock.withdraw import do_without, take_back
from workers.media.refusals import RefusedClip
from workers.redact.findings import NotClean

NOT_CLEAN, TOO_MANY_FAULTS, BLOCK_GONE = "not_clean", "too_many_faults", "block_gone"
INSIST_SECONDS = leases.LEASE / clock.SECOND  # after that the lease is over, and others may have the clip anyway
INSIST_EVERY = 1.0


class BlockGone(Exception):
    """The map was replaced after the clip was accepted, and its block is on no record any more."""


def try_once(airlock: Airlock, clip_id: ClipId, work: Callable[[Airlock, Attempt], None]) -> None:
    """Claims the clip, does `work` with it and lets go. Nothing happens to a clip that is not to be had."""
    with airlock.stores.vault.write(by=AIRLOCK) as tx:
        clip = leases.claim(tx, clip_id)
    if clip is None:
        return
    log.event("clip_claimed", attempt=clip.attempts)
    try:
        agree(airlock.stores, clip)
        # Counted, a disk that is full for three minutes would be five faults of the clip's.
        with room(), scratch_for(airlock.work, clip) as scratch:
            attempt = Attempt(airlock.stores.vault, clip, scratch)
            work(airlock, attempt)
            attempt.leave()
        log.event("clip_done", attempt=clip.attempts)
    except RefusedClip as refused:
        _refuse(airlock.stores, clip, refused.reason)
    except BlockGone:
        _refuse(airlock.stores, clip, BLOCK_GONE)
    except NotClean as findings:
        log.fault("clip_not_clean", findings, attempt=clip.attempts)
        tell(airlock.stores, clip, findings)
        say_no(airlock.stores, clip, NOT_CLEAN)
    except Stopped:
        log.event("clip_stopped", attempt=clip.attempts)
    except Unavailable as away:
        log.fault("store_away", away, attempt=clip.attempts)
        _insist(lambda: _give_back_uncounted(airlock.stores, clip))
    except Exception as error:  # noqa: BLE001  whatever it was, another attempt may do better; the fifth is the last
        log.fault("clip_fault", error, attempt=clip.attempts)
        _give_back(airlock.stores, clip)
    _let_go(airlock.stores, clip)


def say_no(stores: BothSides, clip: Clip, reason: str) -> None:
    """Ends a clip that cannot be published: for the operator to look at, or off the screen where some of it is there.

    What is on screen whole stays, and is all there will be.
    """
    if not agree(stores, clip):
        log.event("clip_quarantined", reason=reason)
        with stores.vault.write(by=AIRLOCK) as tx:
            clips.quarantine(tx, clip, reason)
    elif is_whole(stores, clip):
        do_without(stores, clip)
    else:
        _take_off(stores, clip, reason)


def _refuse(stores: BothSides, clip: Clip, reason: str) -> None:
    """The clip's own fault: its author is told, and may send another."""
    log.event("clip_refused", reason=reason)
    if agree(stores, clip):
        say_no(stores, clip, reason)
        return
    with stores.vault.write(by=AIRLOCK) as tx:
        said = leases.reject(tx, clip, reason)
    if said:
        shred(stores, clip.upload_id)


def _take_off(stores: BothSides, clip: Clip, reason: str) -> None:
    log.event("clip_taken_back", reason=reason)
    with stores.vault.write(by=AIRLOCK) as tx:
        clips.take_back(tx, clip, reason)
    take_back(stores, clip.id)


def _give_back(stores: BothSides, clip: Clip) -> None:
    if clip.tries >= ATTEMPTS:
        say_no(stores, clip, TOO_MANY_FAULTS)
        return
    agree(stores, clip)
    with stores.vault.write(by=AIRLOCK) as tx:
        leases.give_back(tx, clip)


def _give_back_uncounted(stores: BothSides, clip: Clip) -> None:
    with stores.vault.write(by=AIRLOCK) as tx:
        leases.give_back_uncounted(tx, clip)


def _insist(say: Callable[[], None]) -> None:
    """The vault may be what is away: unsaid, it would look like a process that was killed, and count as a fault."""
    until = monotonic() + INSIST_SECONDS
    while True:
        try:
            return say()
        except Unavailable:
            if monotonic() >= until:
                raise
            sleep(INSIST_EVERY)


def _let_go(stores: BothSides, clip: Clip) -> None:
    """However it ended: nobody waits for this attempt's lease, and a withdrawal that waited for it comes to its end."""
    with stores.vault.write(by=AIRLOCK) as tx:
        leases.release(tx, clip)
    take_back(stores, clip.id)
