"""Who is alerted: the one place that says so. By block and category alone; whose a post is, nothing here can ask.

Its author is alerted like everybody of the block: that somebody was not would tell. Of which post somebody was told
stands under a mark made of it with the vault's key: without that, no row leads from a resident to a post.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from storage.db import Tx
from storage.identity.alerts.alerts import COLUMNS, AlertId, Reach, Recipient, recipient
from storage.identity.alerts.tellings import Known, Telling, in_places
from storage.identity.schema import alert_wishes, alerted, alerts
from storage.identity.vault import Vault
from storage.kit import ids
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


def who_was(conn: Connection, vault: Vault, telling: Telling) -> tuple[list[AlertId], str | None]:
    """The next of those who were alerted of a post, and where the batch ends."""
    assert telling.post_id is not None
    last = telling.done_to.partition(":")[2]
    query = select(alerted.c.alert_id).where(alerted.c.mark == _mark(vault, telling.post_id), alerted.c.alert_id > last)
    found = [AlertId(one) for one in conn.execute(query.order_by(alerted.c.alert_id).limit(AT_ONCE)).scalars()]
    return found, f":{found[-1]}" if found else None


def recipients(conn: Connection, alert_ids: Collection[AlertId]) -> list[Recipient]:
    """These, in the order of their ids."""
    query = select(*COLUMNS).where(alerts.c.id.in_(alert_ids)).order_by(alerts.c.id)
    return [recipient(row) for row in conn.execute(query)]


def versions(
    conn: Connection, vault: Vault, post_id: PostId, alert_ids: Collection[AlertId]
) -> dict[AlertId, tuple[int, bool]]:
    """Up to which version each of these who were told of the post was, and whether their screen may show it."""
    here = (alerted.c.mark == _mark(vault, post_id), alerted.c.alert_id.in_(alert_ids))
    return {AlertId(row.alert_id): (row.version, row.pushed) for row in conn.execute(select(alerted).where(*here))}


def note(tx: Tx, vault: Vault, post_id: PostId, told: Mapping[AlertId, bool], *, version: int) -> None:
    """These were told, by a notification of its own or not."""
    mark = _mark(vault, post_id)
    rows = [{"mark": mark, "alert_id": one, "version": version, "pushed": pushed} for one, pushed in told.items()]
    if rows:
        tx.execute(put(alerted), rows)


def forget(tx: Tx, vault: Vault, post_id: PostId) -> None:
    """The post is gone, and whoever can be told so was."""
    tx.execute(delete(alerted).where(alerted.c.mark == _mark(vault, post_id)))


def forget_all(tx: Tx) -> None:
    """Who was told of what before is forgotten: under another key of the vault no mark is any post's."""
    tx.execute(delete(alerted))


@dataclass(frozen=True)
class Sum:
    """What a summary tells: posts that are new to its reader, those corrected since they were told, and which of these
    had a notification of its own."""

    new: list[Known]
    corrected: list[Known]
    shown: set[PostId]


def new_to(
    conn: Connection,
    vault: Vault,
    one: Recipient,
    *,
    own: Collection[BlockId],
    near: Collection[BlockId],
    corrected: Sequence[Known],
) -> Sum:
    """What a summary tells a recipient.

    `own` are the places that a post of their block may name, `near` those and the places around it; `corrected` are all
    posts that ever were.
    """
    wished = conn.execute(select(alert_wishes).where(alert_wishes.c.alert_id == one.id))
    reach = {row.category: Reach(row.reach) for row in wished}
    came = [
        post
        for post in in_places(conn, near, after=one.since)
        if post.category in reach and (post.block in own or reach[post.category] is Reach.AROUND)
    ]
    told = _told(conn, vault, one.id, [post.post_id for post in (*came, *corrected)])
    return Sum(
        new=[post for post in came if post.post_id not in told],
        corrected=[post for post in corrected if told.get(post.post_id, (post.version, False))[0] < post.version],
        shown={post_id for post_id, (_, pushed) in told.items() if pushed},
    )


def _told(
    conn: Connection, vault: Vault, alert_id: AlertId, post_ids: Collection[PostId]
) -> dict[PostId, tuple[int, bool]]:
    of = {_mark(vault, post_id): post_id for post_id in post_ids}
    query = select(alerted).where(alerted.c.alert_id == alert_id, alerted.c.mark.in_(of))
    return {of[row.mark]: (row.version, row.pushed) for row in conn.execute(query)}


def _mark(vault: Vault, post_id: PostId) -> str:
    return ids.base32(vault.keyed("alerted", post_id)[: ids.ID_BYTES])
