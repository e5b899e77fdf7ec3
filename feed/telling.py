"""Tells those who listen what became of a post: a line in the feed's log, and the bell after the commit."""

from __future__ import annotations

from feed.bell import Bell
from feed.events import build
from storage import feed_log
from storage.db import Tx
from storage.feed_log import Kind
from storage.kit.ids import PostId
from storage.posts import posts
from storage.posts.posts import Place, Post, PostState


def tell(tx: Tx, bell: Bell, epoch: str, kind: Kind, post_id: PostId) -> None:
    """Writes the post's line into the log, locked by the caller, and rings for it after the commit."""
    post = posts.locked(tx, post_id)
    # Media may still arrive for a post a moderator took off the feed; nobody is told of it until it is restored.
    if post is not None and (post.state is PostState.LIVE or kind not in (Kind.PUBLISHED, Kind.UPDATED)):
        ring(tx, bell, epoch, kind, post, post)


def ring(tx: Tx, bell: Bell, epoch: str, kind: Kind, place: Post | Place, seen: Post | None) -> None:
    """Writes a line into the log, locked by the caller, and rings for what it stands for after the commit."""
    line = feed_log.append(tx, kind, place.id, place.division, place.category)
    if (event := build(line, seen)) is not None:
        tx.after_commit(bell.ring, epoch, line, event.model_dump_json().encode())
