"""An author says that a post is settled: a line under its words, as a correction is, so it goes wherever they go.

A post as police and neighbours see it has no field for it: what everybody is told of a post is closed (events.py), and
a word in its text needs nobody's permission to be shown, searched for, linked and exported.
"""

from __future__ import annotations

from feed.bell import Bell
from feed.telling import tell
from storage import feed_log
from storage.db import Tx
from storage.feed_log import Kind
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import PostId
from storage.posts import changes as post_changes, posts
from storage.posts.posts import PostState

MARK = "[resolved]"
_STANDS = (PostState.LIVE, PostState.HELD, PostState.HIDDEN)


def is_resolved(text: str) -> bool:
    """Whether the line stands there by itself."""
    return MARK in text.splitlines()


def set_resolved(tx: Tx, bell: Bell, post_id: PostId, *, resolved: bool) -> None:
    """Adds the line or takes it away, and tells who has the post; twice is once. Raises NotThere, or Conflict where
    the post is over."""
    feed_log.lock(tx)
    post = posts.locked(tx, post_id)
    if post is None:
        raise NotThere
    if post.state not in _STANDS:
        raise Conflict(f"A post that is {post.state} cannot be changed.", code="not_correctable")
    if is_resolved(post.text) is resolved:
        return
    post_changes.set_words(tx, post.id, post.title, _with(post.text) if resolved else _without(post.text))
    tx.audit("post.resolve" if resolved else "post.unresolve", post.id)
    tell(tx, bell, feed_log.head(tx.connection).epoch, Kind.UPDATED, post.id)


def _with(text: str) -> str:
    return f"{text}\n\n{MARK}".lstrip()


def _without(text: str) -> str:
    kept = "\n".join(line for line in text.splitlines() if line != MARK)
    return kept.replace("\n\n\n", "\n\n").strip()
