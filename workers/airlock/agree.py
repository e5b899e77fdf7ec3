"""Makes the identity side say what the record says, where a crash came between the two commits of a publication."""

from __future__ import annotations

from storage import posts
from storage.atlas import versions
from storage.db import AIRLOCK
from storage.identity import clips
from storage.identity.clips import Clip
from storage.posts import MediaState
from workers.airlock.both_sides import BothSides


def agree(stores: BothSides, clip: Clip) -> bool:
    """Whether the record holds the clip's post; if so, the clip is published and can be refused or given up no more."""
    with stores.record.read() as conn:
        if posts.state_of(conn, clip.post_id) is None:
            return False
    with stores.vault.write(by=AIRLOCK) as tx:
        clips.found_published(tx, clip.id)
    return True


def is_all_there(stores: BothSides, clip: Clip) -> bool:
    """Whether the record holds all of the post's media, so that nothing is left to do but to end the clip."""
    with stores.record.read() as conn:
        block = versions.block(conn, clip.block)
        post = posts.one(conn, [block.division.id], clip.post_id) if block else None
    return post is not None and post.media_state is MediaState.READY
