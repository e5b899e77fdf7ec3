"""Takes a clip back for good: a tombstone on the record, its media gone, its original shredded."""

from __future__ import annotations

from feed import posting
from storage import feed_log
from storage.db import AIRLOCK
from storage.identity.clips import clips, letters, originals
from storage.identity.clips.clips import Clip, ClipState
from storage.identity.vault import ClipId
from storage.moderation import takedowns
from storage.posts import posts, words as post_words
from storage.posts.posts import Verb
from workers.airlock.both_sides import BothSides
from workers.airlock.shred import shred

STEPS = 100  # on the way to an index without the words: some two seconds, in which others write between two steps


def take_back(stores: BothSides, clip_id: ClipId) -> bool:
    """Finishes what `clips.withdraw` began; False while an attempt still holds the clip and will have to let go first.

    False too while the index of words is too large to forget its words in one go: who reconciles goes on with it.

    The tombstone is what counts and comes first: after it nothing of this clip can be published, by nobody. Then the
    original's key goes; both wait for no bucket. Saying it again finishes what a crash, or a bucket away, left.
    """
    with stores.vault.read() as conn:
        clip = clips.one(conn, clip_id)
    if clip is None or clip.state is not ClipState.WITHDRAWING:
        return True
    keys = tombstone(stores, clip)
    with stores.vault.write(by=AIRLOCK) as tx:
        originals.forget_key(tx, clip.upload_id)
        letters.erase(tx, clip_id)
    _clear(stores, clip, keys)
    shred(stores, clip.upload_id)
    if not post_words.forget_all(stores.record, by=AIRLOCK, most=STEPS):
        return False
    with stores.vault.write(by=AIRLOCK) as tx:
        return clips.finish_withdrawal(tx, clip_id)


def do_without(stores: BothSides, clip: Clip) -> None:
    """Ends a clip whose larger renditions could not be made: what is on screen is all there will be.

    Not where another attempt has begun since `clip` was looked at.
    """
    with stores.vault.read() as conn:
        known = clips.one(conn, clip.id)
    if known is None or known.attempts != clip.attempts:
        return
    with stores.record.write(by=AIRLOCK) as tx:
        feed_log.lock(tx)
        post = posts.locked(tx, clip.post_id, kept=True)
        if post is not None:  # its generation is that of the last attempt that published, not of the last that failed
            posting.add_media(tx, stores.bell, post.id, [], generation=post.media_generation, last=True)
    with stores.vault.write(by=AIRLOCK) as tx:
        clips.end_unheld(tx, clip)
    shred(stores, clip.upload_id)


def entomb(stores: BothSides, clip: Clip) -> None:
    """Puts a tombstone over the clip's post and deletes all of its media. Twice is once."""
    _clear(stores, clip, tombstone(stores, clip))
    post_words.forget_all(stores.record, by=AIRLOCK)


def tombstone(stores: BothSides, clip: Clip) -> list[str]:
    """Takes the clip's post off every screen, which waits for no bucket; answers the keys of its media."""
    with stores.record.read() as conn:
        keys = sorted({*clip.media_keys, *posts.media_keys(conn, clip.post_id)})
    with stores.vault.write(by=AIRLOCK) as tx:
        clips.note_leaving(tx, clip.id, keys)
    with stores.record.write(by=AIRLOCK) as tx:
        posting.end(tx, stores.bell, clip.post_id, Verb.WITHDRAW)
    return keys


def _clear(stores: BothSides, clip: Clip, keys: list[str]) -> None:
    takedowns.note_withdrawn(stores.media, clip.post_id)  # for restores
    for key in keys:
        stores.media.delete(key)
