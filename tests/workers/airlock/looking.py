"""Looking at both sides after the airlock worked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import update

from storage import feed_log
from storage.db import AIRLOCK, RESIDENT, database_now
from storage.feed_log import Kind
from storage.identity.clips import clips, originals
from storage.identity.clips.clips import Clip, ClipState
from storage.identity.clips.originals import UploadState
from storage.identity.schema import clips as rows
from storage.identity.vault import ClipId
from storage.kit.clock import HOUR
from storage.moderation import takedowns
from storage.objects import Bucket
from storage.posts import posts
from storage.posts.posts import MediaState, Post, PostState
from tests.builders import the_post
from tests.storage.identity.making import the_clip
from workers.airlock.admit import Airlock, admit
from workers.airlock.finish import finish
from workers.airlock.reconcile import reconcile
from workers.airlock.withdraw import take_back
from workers.queue import Doorbell


def clip_of(airlock: Airlock, clip_id: ClipId) -> Clip:
    """The clip as the identity side holds it."""
    return the_clip(airlock.stores.vault, clip_id)


def post_of(airlock: Airlock, clip_id: ClipId) -> Post:
    """Its post, which must be there."""
    return the_post(airlock.stores.record, clip_of(airlock, clip_id).post_id)


def post_state(airlock: Airlock, clip_id: ClipId) -> PostState | None:
    """The state of its post, tombstones included."""
    with airlock.stores.record.read() as conn:
        return posts.state_of(conn, clip_of(airlock, clip_id).post_id)


def told(airlock: Airlock) -> list[Kind]:
    """What the feed log tells, oldest first."""
    with airlock.stores.record.read() as conn:
        return [line.kind for line in feed_log.after(conn, 0, limit=1000)]


def keys(airlock: Airlock, bucket: Bucket) -> set[str]:
    """Everything in a bucket."""
    with airlock.stores.record.read() as conn:
        return set(bucket.keys(older_than=database_now(conn) + HOUR))


def media(airlock: Airlock) -> set[str]:
    """Everything in the media bucket but notes of what was taken back."""
    return {key for key in keys(airlock, airlock.stores.media) if not takedowns.is_note(key)}


def named(airlock: Airlock, clip_id: ClipId) -> set[str]:
    """Where the record says that the clip's media are."""
    with airlock.stores.record.read() as conn:
        return set(posts.media_keys(conn, clip_of(airlock, clip_id).post_id))


def is_shredded(airlock: Airlock, clip_id: ClipId) -> bool:
    """Whether key, words and bytes of the original are all gone."""
    clip, stores = clip_of(airlock, clip_id), airlock.stores
    with stores.vault.read() as conn:
        forgotten = originals.one(conn, clip.upload_id).state is UploadState.SHREDDED
        gone = clips.words(conn, stores.vault, clip) is None and not originals.object_keys(conn, clip.upload_id)
    return forgotten and gone and not keys(airlock, stores.originals)


def time_passes(airlock: Airlock) -> None:
    """Every lease and every wait is over, by the database's clock."""
    with airlock.stores.vault.write(by=AIRLOCK) as tx:
        tx.execute(update(rows).values(lease_ends_at=tx.now() - 1, retry_at=0))


def take_through(airlock: Airlock, clip_id: ClipId) -> None:
    """A clip's way through both lanes, where nothing comes in between."""
    admit(airlock, clip_id)
    finish(airlock, clip_id)


def withdraw(airlock: Airlock, clip_id: ClipId) -> None:
    """The author takes it back, as the resident program does."""
    with airlock.stores.vault.write(by=RESIDENT) as tx:
        clips.withdraw(tx, clip_id)
    take_back(airlock.stores, clip_id)


def mend(airlock: Airlock, doorbell: Doorbell, clip_id: ClipId) -> None:
    """What happens by itself after a crash, until nothing is left to do."""
    for _ in range(3):
        time_passes(airlock)
        reconcile(airlock, doorbell)
        take_through(airlock, clip_id)
        if clip_of(airlock, clip_id).ended_at is not None:
            break
    reconcile(airlock, doorbell)


def assert_published_once(airlock: Airlock, clip_id: ClipId) -> None:
    """Both sides say so, and nothing is left anywhere that should not be."""
    clip, post = clip_of(airlock, clip_id), post_of(airlock, clip_id)
    assert clip.state is ClipState.PUBLISHED
    assert clip.ended_at is not None
    assert (post.state, post.media_state) == (PostState.LIVE, MediaState.READY)
    assert told(airlock).count(Kind.PUBLISHED) == 1
    assert media(airlock) == named(airlock, clip_id)
    assert is_shredded(airlock, clip_id)
    assert list(airlock.work.iterdir()) == []


def assert_withdrawn_for_good(airlock: Airlock, clip_id: ClipId) -> None:
    """A tombstone, and nothing else of it on either side."""
    clip = clip_of(airlock, clip_id)
    assert clip.state is ClipState.WITHDRAWN
    assert clip.ended_at is not None
    assert post_state(airlock, clip_id) is PostState.WITHDRAWN
    assert media(airlock) == set()
    assert is_shredded(airlock, clip_id)
    assert list(airlock.work.iterdir()) == []


def then(first: Callable[[], object], second: Callable[..., object]) -> Callable[..., object]:
    """`second` with something done before it."""

    def both(*args: object, **named: object) -> object:
        first()
        return partial(second, *args, **named)()

    return both
