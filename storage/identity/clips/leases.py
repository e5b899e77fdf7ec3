"""The lease under which one attempt works on a clip: who holds none that lives may change nothing.

Leases run by the database's clock. A frozen worker that wakes finds its lease gone, and the generation of its attempt
is fenced out in the record as well.
"""

from __future__ import annotations

import json

from sqlalchemy import ColumnElement, Connection, Row, and_, case, select, update

from storage.db import Tx
from storage.identity.clips.clips import ATTEMPTS, TRANSITIONS, Clip, ClipState, Stage, Step, one
from storage.identity.schema import clips
from storage.identity.vault import ClipId
from storage.kit import clock, ids

# Measured under 38 random faults (docs/decisions/0001): recovers within 75 s, and is long enough for a slow disk.
LEASE = 60 * clock.SECOND
BACK_OFF = (0, 5, 15, 45, 120)  # seconds before attempt 1..5
AWAY = (1, 2, 5, 15, 60)  # seconds before the next attempt where a store was away, for the first time, the second...


def claim(tx: Tx, clip_id: ClipId) -> Clip | None:
    """Takes the clip for one more attempt and a lease; None where it is not to be had. Its fifth fault was its last.

    The try counts from here on: who is killed has nobody left to say so. `give_back_uncounted` takes it off again.
    """
    now = tx.now()
    row = tx.connection.execute(select(clips).where(clips.c.id == clip_id).with_for_update()).one_or_none()
    if row is None or row.ended_at is not None or row.retry_at > now or _leased(row, now):
        return None
    state = TRANSITIONS.get((ClipState(row.state), Step.CLAIM))
    if state is None or row.tries >= ATTEMPTS:
        return None
    lease: dict[str, object] = {"lease": ids.new_id(), "lease_ends_at": now + LEASE}
    counted = {"attempts": row.attempts + 1, "tries": row.tries + 1}
    tx.execute(update(clips).where(clips.c.id == clip_id).values(state=state, **lease, **counted))
    return one(tx.connection, clip_id)


def beat(tx: Tx, clip: Clip, stage: Stage, progress: float) -> bool:
    """Extends the lease and tells how far it is; False: the lease is lost or the author withdrew, so stop."""
    return _held(tx, clip, lease_ends_at=tx.now() + LEASE, progress=progress, **_entered(tx, clip, stage))


def note_media(tx: Tx, clip: Clip, keys: list[str]) -> bool:
    """Writes down where media are about to be put, so that a crash leaves none behind; False: the lease is lost."""
    known = one(tx.connection, clip.id)
    return known is not None and _held(tx, clip, media_keys=json.dumps([*known.media_keys, *keys]))


def set_original_hash(tx: Tx, clip: Clip, salt: str, salted_hash: str) -> None:
    """Keeps what will prove the original, once it is shredded, to somebody who has it."""
    _held(tx, clip, original_salt=salt, original_hash=salted_hash)


def publish(tx: Tx, clip: Clip) -> bool:
    """The record holds the post now; False: the lease is lost or the author withdrew meanwhile."""
    return _step(tx, clip, Step.PUBLISH, **_entered(tx, clip, Stage.PUBLISHING))


def end(tx: Tx, clip: Clip) -> bool:
    """Nothing is left to do for this clip."""
    return _held(tx, clip, ended_at=tx.now(), lease=None, stage=Stage.DONE, progress=1.0)


def reject(tx: Tx, clip: Clip, reason: str) -> bool:
    """Says no for good, with a reason its author understands."""
    return _step(tx, clip, Step.REJECT, reason=reason, ended_at=tx.now(), lease=None, stage=Stage.DONE)


def give_back(tx: Tx, clip: Clip) -> bool:
    """After a fault: another attempt may take it, later each time."""
    return _step(tx, clip, Step.GIVE_BACK, lease=None, retry_at=tx.now() + _wait(clip))


def give_back_uncounted(tx: Tx, clip: Clip) -> bool:
    """A store was away, which is no fault of the clip's: another attempt may take it, and this one never was a try.

    It cannot spin: the wait grows with every attempt that did not count.
    """
    before = clip.attempts - clip.tries
    wait = AWAY[min(before, len(AWAY) - 1)] * clock.SECOND
    uncounted = {"tries": clips.c.tries - 1, "retry_at": tx.now() + wait}
    return _step(tx, clip, Step.GIVE_BACK, lease=None, **uncounted)


def hand_on(tx: Tx, clip: Clip) -> bool:
    """The first rendition is whole: whoever makes the larger ones may take the clip, and has five tries for them.

    Said of a clip that was handed on before, this attempt was none of them.
    """
    tries = clips.c.tries - 1 if clip.stage is Stage.FINISHING else 0
    return _held(tx, clip, lease=None, tries=tries, **_entered(tx, clip, Stage.FINISHING))


def release(tx: Tx, clip: Clip) -> None:
    """Lets go of a clip this attempt has nothing more to do with, whatever became of it."""
    tx.execute(update(clips).where(clips.c.id == clip.id, clips.c.lease == clip.lease).values(lease=None))


def break_lease(tx: Tx, clip: Clip) -> None:
    """The process that held the clip under this lease is dead: nobody needs to wait until the lease runs out."""
    here = (clips.c.id == clip.id) & (clips.c.lease == clip.lease)
    tx.execute(update(clips).where(here).values(lease=None, retry_at=tx.now() + _wait(clip)))


def live_leases(conn: Connection, now: int) -> set[str]:
    """The leases under which somebody works right now."""
    query = select(clips.c.lease).where(clips.c.lease.is_not(None), clips.c.lease_ends_at > now)
    return set(conn.execute(query).scalars())


def _entered(tx: Tx, clip: Clip, stage: Stage) -> dict[str, object]:
    """The stage it is in now, with the time since acceptance where it was not before."""
    row = tx.connection.execute(select(clips.c.stage, clips.c.stage_times).where(clips.c.id == clip.id)).one()
    times = json.loads(row.stage_times)
    if row.stage != stage:
        times[stage] = tx.now() - clip.accepted_at
    return {"stage": stage, "stage_times": json.dumps(times)}


def _wait(clip: Clip) -> int:
    return BACK_OFF[min(clip.tries, ATTEMPTS - 1)] * clock.SECOND


def _step(tx: Tx, clip: Clip, step: Step, **values: object) -> bool:
    goals = {state: goal for (state, taken), goal in TRANSITIONS.items() if taken is step}
    return _held(tx, clip, clips.c.state.in_(goals), state=case(goals, value=clips.c.state), **values)


def _held(tx: Tx, clip: Clip, *where: ColumnElement[bool], **values: object) -> bool:
    """Changes the clip only while this attempt's lease is the clip's and nobody withdrew it."""
    mine = and_(clips.c.id == clip.id, clips.c.lease == clip.lease, clips.c.state != ClipState.WITHDRAWING, *where)
    return tx.execute(update(clips).where(mine).values(**values)).rowcount == 1


def _leased(row: Row[tuple[object, ...]], now: int) -> bool:
    return row.lease is not None and row.lease_ends_at > now
