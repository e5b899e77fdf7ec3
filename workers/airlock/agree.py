"""Makes the identity side say what the record says, where a crash came between the two commits of a publication."""

from __future__ import annotations

from storage.atlas import versions
from storage.db import AIRLOCK
from storage.identity.clips import clips
from storage.identity.clips.clips import Clip, ClipState
from storage.identity.vault import ClipId
from storage.posts import posts
from storage.posts.posts import MediaState, Post, PostState
from workers.airlock.both_sides import BothSides
from workers.airlock.withdraw import entomb

TOMBSTONES = (PostState.WITHDRAWN, PostState.EXPIRED)
FIRST = "480p.mp4"  # the first rendition: with all of it on the record a clip is a post for good


def agree(stores: BothSides, clip: Clip) -> bool:
    """Whether the record holds the clip's post; if so, the clip is published and can be refused or given up no more."""
    with stores.record.read() as conn:
        if posts.state_of(conn, clip.post_id) is None:
            return False
    with stores.vault.write(by=AIRLOCK) as tx:
        clips.found_published(tx, clip.id)
    return True


def settle(stores: BothSides, clip_id: ClipId) -> None:
    """Where an attempt that slept through its lease published a clip that others had decided on meanwhile.

    Refused or given up, its author was told no and its original is shredded: the post comes down. Else it is published.
    """
    with stores.vault.read() as conn:
        clip = clips.one(conn, clip_id)
    if clip is None:
        return
    if clip.state is not ClipState.REJECTED:
        agree(stores, clip)
        return
    with stores.record.read() as conn:
        state = posts.state_of(conn, clip.post_id)
    if state not in (None, *TOMBSTONES):
        entomb(stores, clip)


def is_whole(stores: BothSides, clip: Clip) -> bool:
    """Whether the record holds all of the first rendition, or a tombstone: nobody takes the post back for a fault.

    A photo has no first rendition: it is on the record with all of its media, or not at all.
    """
    if is_all_there(stores, clip):
        return True
    post = _post(stores, clip)
    return post is not None and any(file.file == FIRST and file.whole for file in post.renditions)


def is_all_there(stores: BothSides, clip: Clip) -> bool:
    """Whether the record holds all of the post's media, or a tombstone: nothing is left to do but to end the clip."""
    if _is_entombed(stores, clip):
        return True
    post = _post(stores, clip)
    return post is not None and post.media_state is MediaState.READY


def _is_entombed(stores: BothSides, clip: Clip) -> bool:
    with stores.record.read() as conn:
        return posts.state_of(conn, clip.post_id) in TOMBSTONES


def _post(stores: BothSides, clip: Clip) -> Post | None:
    with stores.record.read() as conn:
        block = versions.block(conn, clip.block)
        return posts.one(conn, [block.division.id], clip.post_id, kept=True) if block else None
