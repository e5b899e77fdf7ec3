"""A post's picture was made anew without what a moderator drew boxes over: its media are replaced, and all are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from feed.bell import Bell
from feed.telling import tell
from storage import feed_log
from storage.db import Tx
from storage.feed_log import Kind
from storage.moderation.blurs import Blur
from storage.moderation.takedowns import BLURRED
from storage.posts import changes as post_changes, posts
from storage.posts.posts import MediaState, PostState, Rendition, Verb
from storage.posts.segments import Piece


def replace_media(
    tx: Tx,
    bell: Bell,
    blur: Blur,
    files: Sequence[Rendition],
    pieces: Mapping[str, Sequence[Piece]],
    *,
    generation: int,
) -> list[str] | None:
    """Puts new media in the place of those of `generation`, under the next one; a held post that returns is live.

    Answers the keys of the old media, whose bytes the caller deletes after the commit; None where the post has other
    media by now, or was taken back: then nothing happened.
    """
    head = feed_log.lock(tx)
    post = posts.locked(tx, blur.post_id)
    if post is None or (post.media_state, post.media_generation) != (MediaState.READY, generation):
        return None
    old = posts.media_keys(tx.connection, post.id)
    post_changes.replace_media(tx, post.id, files, pieces, generation=generation + 1)
    # Whatever was decided meanwhile stands: what is hidden or removed by now stays so.
    state = posts.after(post.state, Verb.RESTORE) if blur.returns and post.state is PostState.HELD else post.state
    post_changes.set_state(tx, post.id, state)
    tx.audit(BLURRED, post.id, {"generation": generation + 1, "from": post.state, "to": state})
    tell(tx, bell, head.epoch, Kind.UPDATED, post.id)
    return old
