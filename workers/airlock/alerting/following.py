"""Follows the feed's log at a pace of its own, and says what alerts are to tell of it.

It reads what the feed reads, beside it and after it: nobody who listens waits for an alert.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from feed import replay
from feed.events import PostAsSeen, Told, as_seen
from feed.memory import Happening
from storage.atlas import versions
from storage.atlas.around import around, cells_of
from storage.atlas.shapes import Atlas
from storage.db import AIRLOCK, Database, Tx
from storage.feed_log import Head, Kind as Happened
from storage.identity.alerts import alerted, push_devices, tellings
from storage.identity.alerts.alerts import Reach
from storage.identity.alerts.tellings import Kind, Place
from storage.identity.vault import Vault
from storage.kit import clock, ids, log
from storage.kit.ids import BlockId, PostId
from storage.posts import posts
from storage.posts.posts import PostState
from workers.airlock.alerting.office import Office

LINES = 200  # of the log, in one transaction
NEWS = clock.DAY  # what comes back to the feed later than that after it was posted is no news


def follow(office: Office) -> None:
    """Takes up what the log tells since the last time."""
    with office.vault.read() as conn:
        here = tellings.place(conn)
    page = replay.page(office.record, here.seq if here else 0, limit=LINES if here else 0)
    if here is None or _is_cut(page.head, here):
        _begin(office, page.head)
    elif page.happenings:
        with office.record.read() as conn:
            atlas = versions.current(conn)
        with office.vault.write(by=AIRLOCK) as tx:
            for told in page.happenings:
                _take(tx, office.vault, atlas, told, f"{page.head.epoch}/{told.line.seq}")
            tellings.go_to(tx, Place(page.head.epoch, page.happenings[-1].line.seq))


def live(record: Database, post_ids: Collection[PostId]) -> dict[PostId, PostAsSeen]:
    """Those of the posts that may be seen now, as they are now."""
    with record.read() as conn:
        divisions = [division.id for division in versions.all_divisions(conn)]
        found = posts.some(conn, divisions, post_ids)
    return {post_id: as_seen(post) for post_id, post in found.items() if post.state is PostState.LIVE}


def _is_cut(head: Head, here: Place) -> bool:
    return head.epoch != here.epoch or head.seq < here.seq or head.floor > here.seq


def _begin(office: Office, head: Head) -> None:
    """At the log's end, at the first start and where it was cut: what is gone by now is told to be, the rest is old."""
    log.event("alerts_begin", seq=head.seq)
    with office.vault.read() as conn:
        known = tellings.all_known(conn)
    stands = live(office.record, known)
    with office.vault.write(by=AIRLOCK) as tx:
        for post_id in set(known) - stands.keys():
            _take_back(tx, post_id, f"{head.epoch}/{post_id}")
        tellings.go_to(tx, Place(head.epoch, head.seq))


def _take(tx: Tx, vault: Vault, atlas: Atlas, told: Happening, name: str) -> None:
    """`name` is the line's own, so that one read twice is told once."""
    if isinstance(told.event, Told):
        _take_post(tx, atlas, told.event.post, name)
    elif told.event is not None and told.event.kind is not Happened.EXPIRED:
        _take_back(tx, told.line.post_id, name)
    elif told.event is not None:
        _forget(tx, told.line.post_id)
        alerted.forget(tx, vault, told.line.post_id)


def _take_post(tx: Tx, atlas: Atlas, post: PostAsSeen, name: str) -> None:
    post_id, block = PostId(post.id), BlockId(post.block.id)
    words, known = ids.digest(f"{post.title}\n{post.text}"), tellings.known(tx.connection, post_id)
    if known is None:
        age = tx.now() - clock.from_datetime(datetime.fromisoformat(post.published_at))
        if age < NEWS:
            tellings.know(tx, post_id, block, post.category, words)
            tellings.begin(tx, name, Kind.NEW, post_id, _reached(atlas, block))
    elif known.words_digest != words:  # corrected by its author, or a moderator took words out; else it is only media
        tellings.correct(tx, post_id, words)
        tellings.begin(tx, name, Kind.CORRECTED, post_id, {})


def _take_back(tx: Tx, post_id: PostId, name: str) -> None:
    """Nobody is told of it from here on; who was is told that it is gone."""
    if tellings.known(tx.connection, post_id) is not None:
        _forget(tx, post_id)
        tellings.begin(tx, name, Kind.GONE, post_id, {})


def _forget(tx: Tx, post_id: PostId) -> None:
    tellings.forget(tx, post_id)
    push_devices.forget_retries(tx, post_id)


def _reached(atlas: Atlas, place: BlockId) -> dict[BlockId, Reach]:
    """The blocks whose people may be told, and whether it is of theirs or around it."""
    ring = dict.fromkeys(around(atlas, place), Reach.AROUND)
    return {**ring, **dict.fromkeys(cells_of(atlas, place), Reach.BLOCK)}
