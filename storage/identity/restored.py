"""After a restore, of one side or both: brings every clip to a state that is true of what is left.

the record's post   original readable   not readable
none                as it is, or anew   rejected, lost_in_restore
stands              published           published, and what is on screen is all (also where it had ended by then)
withdrawn           withdrawing         withdrawing
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from sqlalchemy import Row, select, update

from storage.backups.backup import Standing
from storage.db import Tx
from storage.identity.clips.clips import ATTEMPTS, ClipState, Stage
from storage.identity.schema import clips, uploads
from storage.kit.ids import PostId
from storage.posts.posts import PostState

LOST = "lost_in_restore"  # what the author is told
AT_ONCE = 500
_UNFINISHED = (ClipState.RECEIVED, ClipState.PROCESSING, ClipState.QUARANTINED)

Standings = Callable[[Sequence[PostId]], dict[PostId, Standing]]  # what the record knows of these posts


def settle(tx: Tx, standings: Standings) -> Counter[str]:
    """Settles all clips and answers how many became what. Saying it again changes nothing; all programs are down."""
    changed: Counter[str] = Counter()
    last = ""
    while rows := _some(tx, last):
        known = standings([PostId(row.post_id) for row in rows])
        for row in rows:
            change = _change(row, known.get(PostId(row.post_id)), tx.now())
            if change:
                tx.execute(update(clips).where(clips.c.id == row.id).values(**change, lease=None))
                changed[str(change.get("reason") or change["state"])] += 1
        last = rows[-1].id
    return changed


def _some(tx: Tx, after: str) -> Sequence[Row[tuple[object, ...]]]:
    readable = uploads.c.key_sealed.is_not(None).label("readable")
    columns = (clips.c.id, clips.c.post_id, clips.c.state, clips.c.ended_at, clips.c.tries, readable)
    query = select(*columns).join(uploads, uploads.c.id == clips.c.upload_id).where(clips.c.id > after)
    return tx.connection.execute(query.order_by(clips.c.id).limit(AT_ONCE)).all()


def _change(row: Row[tuple[object, ...]], post: Standing | None, now: int) -> dict[str, object]:
    state = ClipState(row.state)
    if post is None:
        return _without_post(row, state, now)
    if post.state is PostState.WITHDRAWN:
        given = (ClipState.WITHDRAWN, ClipState.WITHDRAWING, ClipState.REJECTED)
        return {} if state in given else {"state": ClipState.WITHDRAWING, "ended_at": None, "reason": None}
    if state is ClipState.WITHDRAWN and post.state is not PostState.EXPIRED:  # the author's word is last
        return {"state": ClipState.WITHDRAWING, "ended_at": None}
    # The identity side is copied after the record: it may say "ended" of what the record saw only arrive.
    cut_short = state is ClipState.PUBLISHED and row.ended_at is not None and post.arriving
    begun = state in _UNFINISHED or (state is ClipState.PUBLISHED and row.ended_at is None)
    if not cut_short and (not begun or (row.readable and state is not ClipState.QUARANTINED)):
        return {}
    # Nothing more can be made of it: reconcile says so on the record, and ends the clip.
    done = {"tries": ATTEMPTS, "retry_at": 0, "reason": None, "ended_at": None}
    already = state is ClipState.PUBLISHED and row.tries == ATTEMPTS and row.ended_at is None
    return {} if already else {"state": ClipState.PUBLISHED, **done}


def _without_post(row: Row[tuple[object, ...]], state: ClipState, now: int) -> dict[str, object]:
    if state not in (*_UNFINISHED, ClipState.PUBLISHED) or (row.readable and state in _UNFINISHED):
        return {}
    if row.readable:  # its post is not on this record, and the original is still here: from the start
        fresh = {"stage": Stage.RECEIVED, "progress": 0.0, "tries": 0, "retry_at": now, "ended_at": None}
        return {"state": ClipState.RECEIVED, **fresh}
    return {"state": ClipState.REJECTED, "reason": LOST, "stage": Stage.DONE, "ended_at": now}
