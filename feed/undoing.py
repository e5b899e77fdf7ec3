"""Undoing a moderator's decision: the post is where it was, and everyone on the feed is told."""

from __future__ import annotations

from feed.bell import Bell
from feed.telling import tell
from storage import feed_log
from storage.db import Tx
from storage.feed_log import Kind
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import PostId
from storage.moderation.takedowns import UNDO
from storage.posts import changes as post_changes, posts
from storage.posts.posts import PostState

_BACK_TO = {
    PostState.LIVE: Kind.UPDATED,
    PostState.HELD: Kind.HIDDEN,
    PostState.HIDDEN: Kind.HIDDEN,
    PostState.REMOVED: Kind.REMOVED,
}


def put_back(tx: Tx, bell: Bell, post_id: PostId, *, from_state: PostState, to_state: PostState) -> None:
    """Undoes a decision that led `from_state` to `to_state`; raises Conflict where the post has moved on since."""
    head = feed_log.lock(tx)
    post = posts.locked(tx, post_id)
    if post is None:
        raise NotThere
    if post.state is not to_state:
        raise Conflict("The post has changed since.", code="moved_on")
    if from_state is not to_state:
        post_changes.set_state(tx, post_id, from_state)
        tx.audit(UNDO, post_id, {"from": to_state, "to": from_state})
        tell(tx, bell, head.epoch, _BACK_TO[from_state], post_id)
