"""How far alerts have read the feed's log, which posts they know, and what they are telling just now.

A line of the log moves the place and leaves a telling in one transaction; a telling goes on where its last batch
ended. So who is killed tells a batch again, under the same names, and forgets none.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from storage.db import Tx
from storage.identity.alerts.alerts import AlertId, Reach, newest
from storage.identity.schema import alert_place, alert_posts, tellings
from storage.kit import ids
from storage.kit.ids import BlockId, PostId
from storage.upserts import insert_new, put


class Kind(StrEnum):
    """What is told of a post; `test` tells of none."""

    NEW = "new"
    CORRECTED = "corrected"
    GONE = "gone"
    TEST = "test"


@dataclass(frozen=True)
class Place:
    """Up to which line of the feed's log alerts have read."""

    epoch: str
    seq: int


@dataclass(frozen=True)
class Known:
    """A post that alerts tell of."""

    post_id: PostId
    n: int
    block: BlockId
    category: str
    words_digest: str
    version: int  # 1, and one more for each correction


@dataclass(frozen=True)
class Telling:
    """Something to tell, and how far it was told."""

    id: str
    kind: Kind
    post_id: PostId | None
    only: AlertId | None
    places: dict[BlockId, Reach]  # `block`: all who wish for it there; `around`: those who wish for what is around
    done_to: str
    batches: int


def place(conn: Connection) -> Place | None:
    """Where they are; None before they ever began."""
    row = conn.execute(select(alert_place)).one_or_none()
    return None if row is None else Place(row.epoch, row.seq)


def go_to(tx: Tx, there: Place) -> None:
    """Everything up to there is known."""
    tx.execute(put(alert_place).values(id=1, epoch=there.epoch, seq=there.seq, n=newest(tx.connection)))


def known(conn: Connection, post_id: PostId) -> Known | None:
    """A post that is alerted of, or was and still stands."""
    row = conn.execute(select(alert_posts).where(alert_posts.c.post_id == post_id)).one_or_none()
    return None if row is None else _known(row)


def all_known(conn: Connection) -> list[PostId]:
    """All of them: a hundred bytes for each post of the last 90 days."""
    return [PostId(one) for one in conn.execute(select(alert_posts.c.post_id)).scalars()]


def know(tx: Tx, post_id: PostId, block: BlockId, category: str, words_digest: str) -> None:
    """Takes a new post up, as the newest."""
    number = newest(tx.connection) + 1
    tx.execute(update(alert_place).values(n=number))
    new = {"post_id": post_id, "n": number, "block_id": block, "category": category, "version": 1}
    tx.execute(insert(alert_posts).values(**new, words_digest=words_digest))


def correct(tx: Tx, post_id: PostId, words_digest: str) -> None:
    """Its words are others now."""
    said = {"words_digest": words_digest, "version": alert_posts.c.version + 1}
    tx.execute(update(alert_posts).where(alert_posts.c.post_id == post_id).values(**said))


def forget(tx: Tx, post_id: PostId) -> None:
    """It is told no more: neither what is under way, nor in a summary."""
    tx.execute(delete(alert_posts).where(alert_posts.c.post_id == post_id))
    tx.execute(delete(tellings).where(tellings.c.post_id == post_id))


def begin(
    tx: Tx, name: str, kind: Kind, post_id: PostId | None, places: Mapping[BlockId, Reach], only: AlertId | None = None
) -> None:
    """Something is to be told. `name` is one for each cause: said twice, it is told once."""
    new = {"id": name, "kind": kind, "post_id": post_id, "only": only, "places": json.dumps(places)}
    tx.execute(insert_new(tellings).values(**new, done_to="", batches=0, made_at=tx.now()))


def begin_test(tx: Tx, alert_id: AlertId) -> None:
    """A test for one recipient."""
    begin(tx, ids.new_id(), Kind.TEST, None, {}, alert_id)


def next_telling(conn: Connection) -> Telling | None:
    """What goes on now: of what was told least so far the oldest, so that a small one does not wait for a large one.

    What is taken back goes first, to its end: where the post stands again by then, who has not heard yet that it is
    gone would not be told that it is back, and would be forgotten with the rest.
    """
    order = (tellings.c.kind != Kind.GONE, tellings.c.batches, tellings.c.made_at)
    row = conn.execute(select(tellings).order_by(*order).limit(1)).one_or_none()
    if row is None:
        return None
    places = {BlockId(block): Reach(reach) for block, reach in json.loads(row.places).items()}
    return Telling(row.id, Kind(row.kind), row.post_id, row.only, places, row.done_to, row.batches)


def takes_back(conn: Connection) -> bool:
    """Whether it is told just now of some post that it is gone."""
    return conn.execute(select(tellings.c.id).where(tellings.c.kind == Kind.GONE).limit(1)).first() is not None


def go_on(tx: Tx, telling: Telling, done_to: str | None) -> None:
    """A batch was told; None: it was the last."""
    mine = tellings.c.id == telling.id
    if done_to is None:
        tx.execute(delete(tellings).where(mine))
    else:
        tx.execute(update(tellings).where(mine).values(done_to=done_to, batches=telling.batches + 1))


def waiting(conn: Connection) -> tuple[int, int | None]:
    """How many are being told, and since when the oldest waits (milliseconds)."""
    row = conn.execute(select(func.count(), func.min(tellings.c.made_at)).select_from(tellings)).one()
    return int(row[0]), row[1]


def corrected(conn: Connection) -> list[Known]:
    """All posts that were corrected and stand: a few of the city's last 90 days."""
    query = select(alert_posts).where(alert_posts.c.version > 1).order_by(alert_posts.c.n)
    return [_known(row) for row in conn.execute(query)]


def in_places(conn: Connection, places: Collection[BlockId], *, after: int) -> list[Known]:
    """Posts that may name any of these places and came after number `after`, oldest first."""
    query = select(alert_posts).where(alert_posts.c.block_id.in_(places), alert_posts.c.n > after)
    return [_known(row) for row in conn.execute(query.order_by(alert_posts.c.n))]


def _known(row: Row[tuple[object, ...]]) -> Known:
    said = row._mapping
    place = BlockId(said["block_id"])
    return Known(PostId(said["post_id"]), said["n"], place, said["category"], said["words_digest"], said["version"])
