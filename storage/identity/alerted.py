"""Who is alerted: the one place that says so. By block and category alone; whose a post is, nothing here can ask.

Its author is alerted like everybody of the block: that somebody was not would tell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from storage.db import Tx
from storage.identity.alerts import COLUMNS, AlertId, Reach, Recipient, recipient
from storage.identity.schema import alert_posts, alert_wishes, alerted, alerts
from storage.identity.tellings import Known, Telling, in_places
from storage.kit.ids import BlockId, PostId
from storage.upserts import put

AT_ONCE = 500  # recipients of a batch: what a killed program tells twice


def who_wishes(conn: Connection, telling: Telling, category: str) -> tuple[list[AlertId], str | None]:
    """The next recipients of a new post, and where the batch ends; None where nobody comes after it.

    Block after block, in each by an id drawn for it: the order in which people are told says nothing else of them.
    """
    begun, _, last = telling.done_to.partition(":")
    for block in sorted(telling.places):
        if block < begun:
            continue
        here = [alert_wishes.c.block_id == block, alert_wishes.c.category == category]
        if telling.places[block] is Reach.AROUND:
            here.append(alert_wishes.c.reach == Reach.AROUND)
        if block == begun:
            here.append(alert_wishes.c.alert_id > last)
        query = select(alert_wishes.c.alert_id).where(*here).order_by(alert_wishes.c.alert_id).limit(AT_ONCE)
        found = [AlertId(one) for one in conn.execute(query).scalars()]
        if found:
            return found, f"{block}:{found[-1]}"
    return [], None


def who_was(conn: Connection, telling: Telling) -> tuple[list[AlertId], str | None]:
    """The next of those who were alerted of a post, and where the batch ends."""
    assert telling.post_id is not None
    last = telling.done_to.partition(":")[2]
    query = select(alerted.c.alert_id).where(alerted.c.post_id == telling.post_id, alerted.c.alert_id > last)
    found = [AlertId(one) for one in conn.execute(query.order_by(alerted.c.alert_id).limit(AT_ONCE)).scalars()]
    return found, f":{found[-1]}" if found else None


def recipients(conn: Connection, alert_ids: Collection[AlertId]) -> list[Recipient]:
    """These, in the order of their ids."""
    query = select(*COLUMNS).where(alerts.c.id.in_(alert_ids)).order_by(alerts.c.id)
    return [recipient(row) for row in conn.execute(query)]


def versions(conn: Connection, post_id: PostId, alert_ids: Collection[AlertId]) -> dict[AlertId, int]:
    """Up to which version those of these who were told of the post were."""
    query = select(alerted).where(alerted.c.post_id == post_id, alerted.c.alert_id.in_(alert_ids))
    return {AlertId(row.alert_id): row.version for row in conn.execute(query)}


def pushed(conn: Connection, post_id: PostId, alert_ids: Collection[AlertId]) -> list[AlertId]:
    """Those of them whose screen may show it."""
    query = select(alerted.c.alert_id).where(alerted.c.post_id == post_id, alerted.c.pushed)
    return [AlertId(one) for one in conn.execute(query.where(alerted.c.alert_id.in_(alert_ids))).scalars()]


def shown_to(conn: Connection, alert_id: AlertId) -> set[PostId]:
    """Posts that this recipient was told of by a notification of their own."""
    query = select(alerted.c.post_id).where(alerted.c.alert_id == alert_id, alerted.c.pushed)
    return {PostId(one) for one in conn.execute(query).scalars()}


def note(tx: Tx, post_id: PostId, told: Mapping[AlertId, bool], *, version: int) -> None:
    """These were told, by a notification of its own or not."""
    rows = [
        {"post_id": post_id, "alert_id": alert_id, "version": version, "pushed": pushed}
        for alert_id, pushed in told.items()
    ]
    if rows:
        tx.execute(put(alerted), rows)


def forget(tx: Tx, post_id: PostId) -> None:
    """The post is gone, and whoever can be told so was."""
    tx.execute(delete(alerted).where(alerted.c.post_id == post_id))


def new_to(
    conn: Connection, one: Recipient, own: Collection[BlockId], near: Collection[BlockId]
) -> tuple[list[Known], list[Known]]:
    """What a summary tells a recipient: posts that they wish for and were not told of, and those corrected since.

    `own` are the places that a post of their block may name, `near` those and the places around it.
    """
    wished = conn.execute(select(alert_wishes).where(alert_wishes.c.alert_id == one.id))
    reach = {row.category: Reach(row.reach) for row in wished}
    came = [
        post
        for post in in_places(conn, near, after=one.since)
        if post.category in reach and (post.block in own or reach[post.category] is Reach.AROUND)
    ]
    told = _told(conn, one.id, [post.post_id for post in came])
    return [post for post in came if post.post_id not in told], _corrected(conn, one.id)


def _told(conn: Connection, alert_id: AlertId, post_ids: Sequence[PostId]) -> set[PostId]:
    query = select(alerted.c.post_id).where(alerted.c.alert_id == alert_id, alerted.c.post_id.in_(post_ids))
    return {PostId(one) for one in conn.execute(query).scalars()}


def _corrected(conn: Connection, alert_id: AlertId) -> list[Known]:
    query = select(alert_posts).join(alerted, alerted.c.post_id == alert_posts.c.post_id)
    query = query.where(alerted.c.alert_id == alert_id, alerted.c.version < alert_posts.c.version)
    return [
        Known(PostId(row.post_id), row.n, BlockId(row.block_id), row.category, row.words_digest, row.version)
        for row in conn.execute(query.order_by(alert_posts.c.n))
    ]
