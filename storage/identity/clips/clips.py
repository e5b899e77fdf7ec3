"""Clips: where each stands, and what others than an attempt decide. accepting.py begins them, leases.py tries them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, case, or_, select, update

from storage.db import Tx
from storage.identity.clips import originals
from storage.identity.clips.states import (
    TRANSITIONS as TRANSITIONS,
    ClipState as ClipState,
    Stage as Stage,
    Step as Step,
)
from storage.identity.schema import clips
from storage.identity.vault import ClipId, Receipt, Vault, unseal_with
from storage.kit import ids
from storage.kit.errors import NotThere
from storage.kit.ids import BlockId, CaseId, PostId

ATTEMPTS = 5

Box = tuple[int, int, int, int]  # left, top, right, bottom in hundredths of the picture as it is seen


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
    bytes: int
    block: BlockId
    category: str
    happened_at: int
    sound: bool
    blur: tuple[str, ...]
    boxes: tuple[Box, ...]
    trim: tuple[int, int] | None
    accepted_at: int
    retry_at: int
    begun_at: int
    ended_at: int | None
    stage_times: dict[str, int]
    media_keys: list[str]
    kept_for: CaseId | None = None


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
    anew = update(clips).where(_may(Step.RETRY, clip_id)).values(**fresh, tries=0, retry_at=tx.now(), begun_at=tx.now())
    return tx.execute(anew).rowcount == 1


def drop(tx: Tx, clip_id: ClipId) -> bool:
    """The operator gives a quarantined clip up; its author is told."""
    quarantined = (clips.c.id == clip_id) & (clips.c.state == ClipState.QUARANTINED)
    return _give_up(tx, quarantined)


def give_up(tx: Tx, clip_id: ClipId) -> bool:
    """Gives a clip up whose time is over before anything of it was published; its author is told."""
    return _give_up(tx, _may(Step.REJECT, clip_id))


def withdraw(tx: Tx, clip_id: ClipId) -> ClipState:
    """The author takes it back: not an end yet, but nothing can be published from here on. Twice is once.

    A clip that is being taken back for a reason of ours ends as the author's wish then.
    """
    here = (clips.c.id == clip_id) & (clips.c.state != ClipState.WITHDRAWN)
    tx.execute(update(clips).where(here).values(state=ClipState.WITHDRAWING, ended_at=None, reason=None))
    clip = one(tx.connection, clip_id)
    return clip.state if clip else ClipState.WITHDRAWN


def note_leaving(tx: Tx, clip_id: ClipId, keys: list[str]) -> None:
    """Writes down the media of a post that is about to be entombed: afterwards only this list tells where they are."""
    here = (clips.c.id == clip_id) & clips.c.state.in_((ClipState.WITHDRAWING, ClipState.REJECTED))
    tx.execute(update(clips).where(here).values(media_keys=json.dumps(keys)))


def take_back(tx: Tx, clip: Clip, reason: str) -> None:
    """What is on screen cannot stay there, and its author is told why; unless another attempt has begun since."""
    here = _may(Step.TAKE_BACK, clip.id) & (clips.c.attempts == clip.attempts)
    tx.execute(update(clips).where(here).values(state=ClipState.WITHDRAWING, reason=reason, lease=None))


def finish_withdrawal(tx: Tx, clip_id: ClipId) -> bool:
    """The record holds a tombstone, the media are gone, the original is shredded. False while somebody still works.

    Withdrawn by its author, or taken back for a reason, which it ends with. Its media stay on the books: an attempt
    that sleeps, and does not know that it lost its lease, would put there what it meant to.
    """
    now = tx.now()
    free = or_(clips.c.lease.is_(None), clips.c.lease_ends_at <= now)
    here = (clips.c.id == clip_id) & (clips.c.state == ClipState.WITHDRAWING) & free
    state = case((clips.c.reason.is_(None), ClipState.WITHDRAWN), else_=ClipState.REJECTED)
    done = {"ended_at": now, "lease": None, "stage": Stage.DONE}
    return tx.execute(update(clips).where(here).values(state=state, **done)).rowcount == 1


def end_unheld(tx: Tx, clip: Clip) -> None:
    """Ends a published clip whose last attempts failed, unless another has begun since `clip` was looked at."""
    here = (clips.c.id == clip.id) & (clips.c.state == ClipState.PUBLISHED) & (clips.c.attempts == clip.attempts)
    done = {"ended_at": tx.now(), "lease": None, "stage": Stage.DONE, "progress": 1.0}
    tx.execute(update(clips).where(here, clips.c.ended_at.is_(None)).values(**done))


def forget_media(tx: Tx, clip_id: ClipId) -> None:
    """It was checked: from here on the record's own list is all there is."""
    tx.execute(update(clips).where(clips.c.id == clip_id, clips.c.ended_at.is_not(None)).values(media_keys="[]"))


def _give_up(tx: Tx, where: ColumnElement[bool]) -> bool:
    given_up = {"state": ClipState.REJECTED, "reason": "given_up", "stage": Stage.DONE, "lease": None}
    return tx.execute(update(clips).where(where).values(**given_up, ended_at=tx.now())).rowcount == 1


def _may(step: Step, clip_id: ClipId) -> ColumnElement[bool]:
    """The clip, while it is in a state from which `step` leads somewhere."""
    return (clips.c.id == clip_id) & clips.c.state.in_([state for state, taken in TRANSITIONS if taken is step])


def _first(conn: Connection, where: ColumnElement[bool]) -> Clip | None:
    row = conn.execute(select(clips).where(where)).one_or_none()
    return None if row is None else as_clip(row)


def as_clip(row: Row[tuple[object, ...]]) -> Clip:
    """A row of the table as the clip it is."""
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
        bytes=row.bytes,
        block=row.block_id,
        category=row.category,
        happened_at=row.happened_at,
        sound=row.sound,
        blur=tuple(json.loads(row.blur)),
        boxes=tuple((left, top, right, bottom) for left, top, right, bottom in json.loads(row.boxes)),
        trim=tuple(json.loads(row.trim)) if row.trim else None,
        accepted_at=row.accepted_at,
        retry_at=row.retry_at,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        stage_times=json.loads(row.stage_times),
        media_keys=json.loads(row.media_keys),
        kept_for=row.kept_for,
    )
