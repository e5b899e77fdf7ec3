"""Clips: what was accepted, where each stands, and which attempt may work on it.

A clip is worked on under a lease by the database's clock. Whoever holds no live lease may change nothing: a frozen
worker that wakes finds its lease gone, and the generation of its attempt is fenced out in the record as well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from storage.db import Tx
from storage.identity import originals
from storage.identity.schema import clips
from storage.identity.vault import ClipId, Receipt, Vault, seal_with, unseal_with
from storage.kit import clock, ids
from storage.kit.errors import NotThere
from storage.kit.ids import BlockId, PostId

# Measured under 38 random faults (docs/decisions/0001): recovers within 75 s, and is long enough for a slow disk.
LEASE = 60 * clock.SECOND
ATTEMPTS = 5
BACK_OFF = (0, 5, 15, 45, 120)  # seconds before attempt 1..5


class ClipState(StrEnum):
    """Where a clip stands."""

    RECEIVED = "received"
    PROCESSING = "processing"
    PUBLISHED = "published"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What can happen to a clip."""

    CLAIM = "claim"
    GIVE_BACK = "give_back"
    PUBLISH = "publish"
    REJECT = "reject"
    QUARANTINE = "quarantine"
    RETRY = "retry"
    WITHDRAW = "withdraw"
    FINISH_WITHDRAWAL = "finish_withdrawal"


_S = ClipState
TRANSITIONS: dict[tuple[ClipState, Step], ClipState] = {
    (_S.RECEIVED, Step.CLAIM): _S.PROCESSING,
    (_S.PROCESSING, Step.CLAIM): _S.PROCESSING,  # the one before lost its lease
    (_S.PUBLISHED, Step.CLAIM): _S.PUBLISHED,  # on screen, and its larger rendition still to come
    (_S.PROCESSING, Step.GIVE_BACK): _S.RECEIVED,
    (_S.PUBLISHED, Step.GIVE_BACK): _S.PUBLISHED,
    (_S.PROCESSING, Step.PUBLISH): _S.PUBLISHED,
    (_S.PUBLISHED, Step.PUBLISH): _S.PUBLISHED,
    (_S.RECEIVED, Step.REJECT): _S.REJECTED,
    (_S.PROCESSING, Step.REJECT): _S.REJECTED,
    **{(state, Step.QUARANTINE): _S.QUARANTINED for state in (_S.RECEIVED, _S.PROCESSING)},
    (_S.QUARANTINED, Step.RETRY): _S.RECEIVED,
    (_S.QUARANTINED, Step.REJECT): _S.REJECTED,
    **{(state, Step.WITHDRAW): _S.WITHDRAWING for state in _S if state is not _S.WITHDRAWN},
    (_S.WITHDRAWN, Step.WITHDRAW): _S.WITHDRAWN,
    (_S.WITHDRAWING, Step.FINISH_WITHDRAWAL): _S.WITHDRAWN,
}


class Stage(StrEnum):
    """What the airlock is doing with a clip, as its author sees it."""

    RECEIVED = "received"
    CHECKING = "checking"
    ENCODING = "encoding"
    PROVING = "proving"
    PUBLISHING = "publishing"
    FINISHING = "finishing"
    DONE = "done"


@dataclass(frozen=True)
class Accepted:
    """What a resident sends: raw words, the block they chose, when it happened (milliseconds)."""

    upload_id: str
    block: BlockId
    category: str
    title: str
    text: str
    happened_at: int
    sound: bool


@dataclass(frozen=True)
class Clip:
    """A clip as the identity side holds it; `lease` is empty where nobody works on it."""

    id: ClipId
    post_id: PostId
    upload_id: str
    state: ClipState
    reason: str | None
    stage: Stage
    progress: float
    attempts: int
    tries: int
    lease: str
    block: BlockId
    category: str
    happened_at: int
    sound: bool
    accepted_at: int
    retry_at: int
    ended_at: int | None
    stage_times: dict[str, int]
    media_keys: list[str]


def accept(tx: Tx, vault: Vault, accepted: Accepted, receipt: Receipt) -> ClipId:
    """Puts a clip on the books: from the commit on it must not be lost. Its post's id is drawn here."""
    clip_id, now = ClipId(ids.new_id()), tx.now()
    words = json.dumps({"title": accepted.title, "text": accepted.text}).encode()
    key = originals.key_of(tx.connection, vault, accepted.upload_id)
    tx.execute(
        insert(clips).values(
            id=clip_id,
            post_id=ids.new_id(),
            receipt_digest=ids.digest(receipt),
            upload_id=accepted.upload_id,
            state=ClipState.RECEIVED,
            stage=Stage.RECEIVED,
            progress=0.0,
            attempts=0,
            tries=0,
            retry_at=0,
            block_id=accepted.block,
            category=accepted.category,
            words_sealed=seal_with(key, f"clips:{clip_id}", words),
            happened_at=accepted.happened_at,
            sound=accepted.sound,
            accepted_at=now,
            stage_times="{}",
            media_keys="[]",
        )
    )
    return clip_id


def one(conn: Connection, clip_id: ClipId) -> Clip | None:
    """The clip."""
    return _first(conn, clips.c.id == clip_id)


def by_receipt(conn: Connection, receipt: Receipt) -> Clip:
    """The clip whose receipt this is; raises NotThere."""
    clip = _first(conn, clips.c.receipt_digest == ids.digest(receipt))
    if clip is None:
        raise NotThere
    return clip


def words(conn: Connection, vault: Vault, clip: Clip) -> tuple[str, str] | None:
    """Title and text as typed, until they are shredded."""
    sealed = conn.execute(select(clips.c.words_sealed).where(clips.c.id == clip.id)).scalar_one_or_none()
    if sealed is None:
        return None
    key = originals.key_of(conn, vault, clip.upload_id)
    told = json.loads(unseal_with(key, f"clips:{clip.id}", sealed))
    return told["title"], told["text"]


def claim(tx: Tx, clip_id: ClipId) -> Clip | None:
    """Takes the clip for one more attempt and a lease; None where it is not to be had. Its fifth fault was its last."""
    now = tx.now()
    row = tx.connection.execute(select(clips).where(clips.c.id == clip_id).with_for_update()).one_or_none()
    if row is None or row.ended_at is not None or row.retry_at > now or _leased(row, now):
        return None
    state = TRANSITIONS.get((ClipState(row.state), Step.CLAIM))
    if state is None or row.tries >= ATTEMPTS:
        return None
    lease = {"lease": ids.new_id(), "lease_ends_at": now + LEASE}
    counted = {"attempts": row.attempts + 1, "tries": row.tries + 1}
    tx.execute(update(clips).where(clips.c.id == clip_id).values(state=state, **lease, **counted))
    return one(tx.connection, clip_id)


def beat(tx: Tx, clip: Clip, stage: Stage, progress: float) -> bool:
    """Extends the lease and tells how far it is; False: the lease is lost or the author withdrew, so stop."""
    now = tx.now()
    row = tx.connection.execute(select(clips.c.stage, clips.c.stage_times).where(clips.c.id == clip.id)).one()
    times = json.loads(row.stage_times)
    if row.stage != stage:
        times[stage] = now - clip.accepted_at
    told = {"stage": stage, "progress": progress, "stage_times": json.dumps(times)}
    return _held(tx, clip, lease_ends_at=now + LEASE, **told)


def note_media(tx: Tx, clip: Clip, keys: list[str]) -> bool:
    """Writes down where media are about to be put, so that a crash leaves none behind; False: the lease is lost."""
    known = one(tx.connection, clip.id)
    return known is not None and _held(tx, clip, media_keys=json.dumps([*known.media_keys, *keys]))


def set_original_hash(tx: Tx, clip: Clip, salt: str, salted_hash: str) -> None:
    """Keeps what will prove the original, once it is shredded, to somebody who has it."""
    _held(tx, clip, original_salt=salt, original_hash=salted_hash)


def publish(tx: Tx, clip: Clip) -> bool:
    """The record holds the post now; False: the lease is lost or the author withdrew meanwhile."""
    return _step(tx, clip, Step.PUBLISH)


def end(tx: Tx, clip: Clip) -> bool:
    """Nothing is left to do for this clip."""
    return _held(tx, clip, ended_at=tx.now(), lease=None, stage=Stage.DONE, progress=1.0)


def reject(tx: Tx, clip: Clip, reason: str) -> bool:
    """Says no for good, with a reason its author understands."""
    return _step(tx, clip, Step.REJECT, reason=reason, ended_at=tx.now(), lease=None, stage=Stage.DONE)


def give_back(tx: Tx, clip: Clip) -> bool:
    """After a fault: another attempt may take it, later each time."""
    return _step(tx, clip, Step.GIVE_BACK, lease=None, retry_at=tx.now() + _wait(clip))


def release(tx: Tx, clip: Clip) -> None:
    """Lets go of a clip this attempt has nothing more to do with, whatever became of it."""
    tx.execute(update(clips).where(clips.c.id == clip.id, clips.c.lease == clip.lease).values(lease=None))


def break_lease(tx: Tx, clip: Clip) -> None:
    """The process that held the clip under this lease is dead: nobody needs to wait until the lease runs out."""
    here = (clips.c.id == clip.id) & (clips.c.lease == clip.lease)
    tx.execute(update(clips).where(here).values(lease=None, retry_at=tx.now() + _wait(clip)))


def found_published(tx: Tx, clip_id: ClipId) -> None:
    """The record was found to hold the post: an attempt died, or failed, between the two commits of a publication.

    One that slept through its lease may have put it there while another gave the clip back or had it quarantined.
    """
    unaware = (ClipState.RECEIVED, ClipState.PROCESSING, ClipState.QUARANTINED)
    here = (clips.c.id == clip_id) & clips.c.state.in_(unaware)
    tx.execute(update(clips).where(here).values(state=ClipState.PUBLISHED, reason=None, ended_at=None))


def quarantine(tx: Tx, clip: Clip, reason: str) -> None:
    """Puts a clip where the operator sees it, unless another attempt has begun since `clip` was looked at."""
    here = _may(Step.QUARANTINE, clip.id) & (clips.c.attempts == clip.attempts)
    told = {"reason": reason, "ended_at": tx.now(), "lease": None}
    tx.execute(update(clips).where(here).values(state=ClipState.QUARANTINED, **told))


def retry(tx: Tx, clip_id: ClipId) -> bool:
    """The operator lets a quarantined clip try again from the start; its time to be worked on begins anew."""
    fresh = {"state": ClipState.RECEIVED, "stage": Stage.RECEIVED, "progress": 0.0, "reason": None, "ended_at": None}
    here = _may(Step.RETRY, clip_id)
    return tx.execute(update(clips).where(here).values(**fresh, tries=0, retry_at=tx.now())).rowcount == 1


def drop(tx: Tx, clip_id: ClipId) -> bool:
    """The operator gives a quarantined clip up; its author is told."""
    quarantined = (clips.c.id == clip_id) & (clips.c.state == ClipState.QUARANTINED)
    return _give_up(tx, quarantined)


def give_up(tx: Tx, clip_id: ClipId) -> bool:
    """Gives a clip up whose time is over before anything of it was published; its author is told."""
    return _give_up(tx, _may(Step.REJECT, clip_id))


def withdraw(tx: Tx, clip_id: ClipId) -> ClipState:
    """The author takes it back: not an end yet, but nothing can be published from here on. Twice is once."""
    here = (clips.c.id == clip_id) & clips.c.state.not_in((ClipState.WITHDRAWING, ClipState.WITHDRAWN))
    tx.execute(update(clips).where(here).values(state=ClipState.WITHDRAWING, ended_at=None, reason=None))
    clip = one(tx.connection, clip_id)
    return clip.state if clip else ClipState.WITHDRAWN


def note_leaving(tx: Tx, clip_id: ClipId, keys: list[str]) -> None:
    """Writes down the media of a post that is about to be entombed: afterwards only this list tells where they are."""
    here = (clips.c.id == clip_id) & clips.c.state.in_((ClipState.WITHDRAWING, ClipState.REJECTED))
    tx.execute(update(clips).where(here).values(media_keys=json.dumps(keys)))


def finish_withdrawal(tx: Tx, clip_id: ClipId) -> bool:
    """The record holds a tombstone, the media are gone, the original is shredded. False while somebody still works."""
    now = tx.now()
    free = or_(clips.c.lease.is_(None), clips.c.lease_ends_at <= now)
    here = (clips.c.id == clip_id) & (clips.c.state == ClipState.WITHDRAWING) & free
    done = {"ended_at": now, "lease": None, "stage": Stage.DONE, "media_keys": "[]"}
    return tx.execute(update(clips).where(here).values(state=ClipState.WITHDRAWN, **done)).rowcount == 1


def unattended(conn: Connection, now: int) -> list[Clip]:
    """Clips that are not at their end and that nobody holds: whoever reconciles sends them again."""
    waiting = clips.c.state.in_((ClipState.RECEIVED, ClipState.PROCESSING, ClipState.PUBLISHED))
    free = or_(clips.c.lease.is_(None), clips.c.lease_ends_at <= now)
    query = select(clips).where(waiting, clips.c.ended_at.is_(None), free, clips.c.retry_at <= now)
    return [_clip(row) for row in conn.execute(query.order_by(clips.c.accepted_at))]


def in_state(conn: Connection, *states: ClipState) -> list[Clip]:
    """Clips in these states, oldest first."""
    query = select(clips).where(clips.c.state.in_(states)).order_by(clips.c.accepted_at)
    return [_clip(row) for row in conn.execute(query)]


def said_no(conn: Connection, *, since: int) -> list[Clip]:
    """Clips that were refused or given up since then, and all that are quarantined."""
    refused = (clips.c.state == ClipState.REJECTED) & (clips.c.ended_at > since)
    query = select(clips).where(or_(refused, clips.c.state == ClipState.QUARANTINED)).order_by(clips.c.accepted_at)
    return [_clip(row) for row in conn.execute(query)]


def unshredded(conn: Connection) -> list[Clip]:
    """Clips whose original can still be read."""
    query = select(clips).where(clips.c.words_sealed.is_not(None)).order_by(clips.c.accepted_at)
    return [_clip(row) for row in conn.execute(query)]


def live_leases(conn: Connection, now: int) -> set[str]:
    """The leases under which somebody works right now."""
    query = select(clips.c.lease).where(clips.c.lease.is_not(None), clips.c.lease_ends_at > now)
    return set(conn.execute(query).scalars())


def end_unheld(tx: Tx, clip_id: ClipId) -> None:
    """Ends a published clip whose last attempts failed: what is on screen is all there will be."""
    here = (clips.c.id == clip_id) & (clips.c.state == ClipState.PUBLISHED) & clips.c.ended_at.is_(None)
    done = {"ended_at": tx.now(), "lease": None, "stage": Stage.DONE, "progress": 1.0}
    tx.execute(update(clips).where(here).values(**done))


def with_stray_media(conn: Connection) -> list[Clip]:
    """Ended clips of which it has not been checked what they left in the media bucket."""
    query = select(clips).where(clips.c.ended_at.is_not(None), clips.c.media_keys != "[]")
    return [_clip(row) for row in conn.execute(query)]


def forget_media(tx: Tx, clip_id: ClipId) -> None:
    """It was checked: from here on the record's own list is all there is."""
    tx.execute(update(clips).where(clips.c.id == clip_id, clips.c.ended_at.is_not(None)).values(media_keys="[]"))


def _give_up(tx: Tx, where: ColumnElement[bool]) -> bool:
    given_up = {"state": ClipState.REJECTED, "reason": "given_up", "stage": Stage.DONE, "lease": None}
    return tx.execute(update(clips).where(where).values(**given_up, ended_at=tx.now())).rowcount == 1


def _may(step: Step, clip_id: ClipId) -> ColumnElement[bool]:
    """The clip, while it is in a state from which `step` leads somewhere."""
    return (clips.c.id == clip_id) & clips.c.state.in_([state for state, taken in TRANSITIONS if taken is step])


def _wait(clip: Clip) -> int:
    return BACK_OFF[min(clip.tries, ATTEMPTS - 1)] * clock.SECOND


def _step(tx: Tx, clip: Clip, step: Step, **values: object) -> bool:
    goals = {state: goal for (state, taken), goal in TRANSITIONS.items() if taken is step}
    now = one(tx.connection, clip.id)
    return now is not None and now.state in goals and _held(tx, clip, state=goals[now.state], **values)


def _held(tx: Tx, clip: Clip, **values: object) -> bool:
    """Changes the clip only while this attempt's lease is the clip's and nobody withdrew it."""
    mine = and_(clips.c.id == clip.id, clips.c.lease == clip.lease, clips.c.state != ClipState.WITHDRAWING)
    return tx.execute(update(clips).where(mine).values(**values)).rowcount == 1


def _leased(row: Row[tuple[object, ...]], now: int) -> bool:
    return row.lease is not None and row.lease_ends_at > now


def _first(conn: Connection, where: ColumnElement[bool]) -> Clip | None:
    row = conn.execute(select(clips).where(where)).one_or_none()
    return None if row is None else _clip(row)


def _clip(row: Row[tuple[object, ...]]) -> Clip:
    return Clip(
        id=row.id,
        post_id=row.post_id,
        upload_id=row.upload_id,
        state=ClipState(row.state),
        reason=row.reason,
        stage=Stage(row.stage),
        progress=row.progress,
        attempts=row.attempts,
        tries=row.tries,
        lease=row.lease or "",
        block=row.block_id,
        category=row.category,
        happened_at=row.happened_at,
        sound=row.sound,
        accepted_at=row.accepted_at,
        retry_at=row.retry_at,
        ended_at=row.ended_at,
        stage_times=json.loads(row.stage_times),
        media_keys=json.loads(row.media_keys),
    )
