"""The public log of requests for footage: what was asked for where, once it takes no more answers, and by nobody.

It comes a week late, at midnight or noon (UTC), so that it warns nobody; of a request it tells what its blocks'
neighbours could know, and neither the case, the words nor what was answered.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, select

from storage.atlas.extent import extent
from storage.atlas.versions import current
from storage.db import Tx, database_now
from storage.footage.rules import Kind
from storage.kit import clock
from storage.kit.ids import BlockId, DivisionId, RequestId
from storage.schema import blocks, footage_request_blocks, footage_requests, published_requests
from storage.upserts import insert_new

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Published:
    """One request as everybody reads it; `day` it went out (UTC), `places` the labels of its blocks, by name.

    `square_miles` in thousandths, the window in milliseconds since 1970.
    """

    id: RequestId
    day: str
    division: str
    kind: Kind
    window: tuple[int, int]
    square_miles: int
    places: tuple[str, ...]


def due(conn: Connection) -> list[RequestId]:
    """Requests that went out, take no more answers, and are not told yet."""
    told = exists().where(published_requests.c.id == footage_requests.c.id)
    query = select(footage_requests.c.id).where(footage_requests.c.ends_at <= database_now(conn), ~told)
    return [RequestId(found) for found in conn.execute(query.limit(MOST_AT_ONCE)).scalars()]


def publish(tx: Tx, request: RequestId) -> None:
    """Tells of one that `due` named. Of two at once one does."""
    row = tx.connection.execute(
        select(
            *(footage_requests.c[name] for name in ("division_id", "kind", "window_from", "window_to", "sent_at"))
        ).where(footage_requests.c.id == request)
    ).one()
    query = select(blocks.c.id, blocks.c.label).join(footage_request_blocks)
    where = tx.connection.execute(query.where(footage_request_blocks.c.request_id == request)).all()
    ground = extent(current(tx.connection), [BlockId(block.id) for block in where])
    told = {
        "day": clock.as_text(row.sent_at)[:10],
        "square_miles": round(1000 * ground.area(ground.miles)),
        "places": json.dumps(sorted(block.label for block in where)),
    }
    same = {
        "division_id": row.division_id,
        "kind": row.kind,
        "window_from": row.window_from,
        "window_to": row.window_to,
    }
    if tx.execute(insert_new(published_requests).values(id=request, **same, **told)).rowcount:
        tx.audit("footage_log.publish", request)


def is_told(conn: Connection, division: DivisionId, request: RequestId) -> bool:
    """Whether everybody may read of it, and it is of this division."""
    here = (published_requests.c.id == request, published_requests.c.division_id == division)
    return conn.execute(select(published_requests.c.id).where(*here)).first() is not None


def page(
    conn: Connection,
    *,
    before: tuple[str, str] | None,
    limit: int,
    divisions: Collection[DivisionId] | None = None,
    which: ColumnElement[bool] | None = None,
) -> list[Published]:
    """The newest days first, within a day by a number that says nothing; of these divisions, or of the city.

    `which` is what the request itself (a row of `footage_requests`) has to be besides.
    """
    query = select(published_requests)
    if divisions is not None:
        query = query.where(published_requests.c.division_id.in_(divisions))
    if which is not None:
        query = query.where(exists().where(footage_requests.c.id == published_requests.c.id, which))
    if before is not None:
        day, request = before
        here = published_requests.c
        query = query.where((here.day < day) | ((here.day == day) & (here.id > request)))
    rows = conn.execute(query.order_by(published_requests.c.day.desc(), published_requests.c.id).limit(limit))
    return [
        Published(
            row.id,
            row.day,
            row.division_id,
            Kind(row.kind),
            (row.window_from, row.window_to),
            row.square_miles,
            tuple(json.loads(row.places)),
        )
        for row in rows
    ]
