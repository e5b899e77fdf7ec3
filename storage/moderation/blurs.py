"""Blurs: a moderator drew boxes on a post's picture, and the airlock makes its media anew without what is in them.

A row goes `asked -> replaced -> done`, or `failed`. `media_keys` are objects of the bucket that are nobody's: the new
media until the record names them, then the old ones; so whoever was killed in between left nothing that is not deleted.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select, update

from storage.db import Tx
from storage.kit.ids import PostId
from storage.moderation.decisions import BLUR
from storage.schema import blurs, decisions
from storage.staff.deciders import who

Box = tuple[int, int, int, int]  # left, top, right, bottom in hundredths of the picture


class BlurState(StrEnum):
    """How far it is."""

    ASKED = "asked"
    REPLACED = "replaced"  # everybody sees the new media; the old ones are still to be deleted
    DONE = "done"
    FAILED = "failed"


_OPEN = (BlurState.ASKED, BlurState.REPLACED)
# That a post is off the screens only until its picture is made anew: nobody need look at it meanwhile.
WAITS = (blurs.c.state == BlurState.ASKED) & blurs.c.returns


@dataclass(frozen=True)
class Blur:
    """What a moderator wants: which boxes of which post, by which guideline, and whether it is shown again then."""

    decision_id: str
    post_id: PostId
    boxes: tuple[Box, ...]
    returns: bool
    state: BlurState
    tries: int
    media_keys: tuple[str, ...]
    reason: str


def ask(tx: Tx, post_id: PostId, decision_id: str, boxes: Collection[Box], *, returns: bool) -> None:
    """Asks for it by this decision; the caller holds the post. `returns`: held meanwhile, then shown again."""
    row = {"decision_id": decision_id, "post_id": post_id, "boxes": json.dumps(sorted(boxes)), "returns": returns}
    tx.execute(insert(blurs).values(**row, state=BlurState.ASKED, tries=0, media_keys="[]"))
    tx.audit("blur.ask", post_id, {"decision": decision_id, "boxes": len(boxes)})


def is_asked(conn: Connection, post_id: PostId) -> bool:
    """Whether new media are still to come."""
    query = select(blurs.c.post_id).where(blurs.c.post_id == post_id, blurs.c.state == BlurState.ASKED)
    return conn.execute(query.limit(1)).first() is not None


def due(conn: Connection) -> list[Blur]:
    """What is not over, oldest first."""
    query = select(blurs, decisions.c.reason).join(decisions, decisions.c.id == blurs.c.decision_id)
    return [_blur(row) for row in conn.execute(query.where(blurs.c.state.in_(_OPEN)).order_by(blurs.c.decision_id))]


def locked(tx: Tx, decision_id: str) -> Blur | None:
    """The row as it is now, held until the commit; None where it is over."""
    query = select(blurs, decisions.c.reason).join(decisions, decisions.c.id == blurs.c.decision_id)
    here = (blurs.c.decision_id == decision_id, blurs.c.state.in_(_OPEN))
    row = tx.connection.execute(query.where(*here).with_for_update(of=blurs)).one_or_none()
    return None if row is None else _blur(row)


def is_true(conn: Connection, blur: Blur) -> bool:
    """Whether a moderator who may decided so: a row that somebody else wrote changes no picture."""
    return who(conn, blur.decision_id, blur.post_id, (BLUR,)) is not None


def begin(tx: Tx, blur: Blur) -> None:
    """Another attempt; what an earlier one left in the bucket is gone by now."""
    _set(tx, blur, "blur.begin", tries=blur.tries + 1, media_keys="[]")


def give_back(tx: Tx, blur: Blur) -> None:
    """A store was away: that attempt does not count."""
    _set(tx, blur, "blur.give_back", tries=blur.tries)


def note(tx: Tx, blur: Blur, keys: Collection[str]) -> None:
    """Where the new media are about to be put, before they are."""
    _set(tx, blur, "blur.note", media_keys=json.dumps(sorted(keys)))


def set_replaced(tx: Tx, blur: Blur, old: Collection[str]) -> None:
    """The record names the new media; `old` are to be deleted."""
    _set(tx, blur, "blur.replace", state=BlurState.REPLACED, boxes="[]", media_keys=json.dumps(sorted(old)))


def end(tx: Tx, blur: Blur, state: BlurState) -> None:
    """It is over, and where the boxes were is forgotten."""
    _set(tx, blur, f"blur.{state}", state=state, boxes="[]", media_keys="[]")


def _set(tx: Tx, blur: Blur, action: str, **values: object) -> None:
    tx.execute(update(blurs).where(blurs.c.decision_id == blur.decision_id).values(**values))
    tx.audit(action, blur.post_id, {"decision": blur.decision_id})


def _blur(row: Row[tuple[object, ...]]) -> Blur:
    boxes = tuple((left, top, right, low) for left, top, right, low in json.loads(row.boxes))
    where = {"decision_id": row.decision_id, "post_id": PostId(row.post_id), "boxes": boxes, "returns": row.returns}
    keys, state = tuple(json.loads(row.media_keys)), BlurState(row.state)
    return Blur(**where, state=state, tries=row.tries, media_keys=keys, reason=row.reason)
