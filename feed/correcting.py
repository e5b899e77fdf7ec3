"""An author corrects a post: it stands under what they said, whoever has it is told, and a moderator looks at it."""

from __future__ import annotations

from feed.bell import Bell
from feed.telling import tell
from storage import feed_log
from storage.db import Tx
from storage.feed_log import Kind
from storage.kit import clock
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import PostId
from storage.moderation import flags
from storage.posts import changes as post_changes, posts
from storage.posts.posts import Post, PostState

MARK = "[correction]"  # as other words of ours stand in a text: `[phone]`, `[name]`
MOST = 5  # of one post: from then on it is another post
_STANDS = (PostState.LIVE, PostState.HELD, PostState.HIDDEN)


def correctable(tx: Tx, post_id: PostId) -> Post:
    """The post, held until the commit; raises NotThere, or Conflict where it is not to be corrected (any more)."""
    feed_log.lock(tx)
    post = posts.locked(tx, post_id)
    if post is None:
        raise NotThere
    if post.state not in _STANDS:
        raise Conflict(f"A post that is {post.state} cannot be corrected.", code="not_correctable")
    if post.text.count(MARK) >= MOST:
        raise Conflict("This post has been corrected as often as it can be.", code="corrected_enough")
    return post


def with_correction(post: Post, words: str) -> str:
    """The text as it would be; nothing of what stood there is taken away."""
    return f"{post.text}\n\n{MARK} {words}".lstrip()


def correct(tx: Tx, bell: Bell, post: Post, words: str) -> None:
    """Adds a correction (words scrubbed) to what `correctable` answered; nobody is told while it is off the feed.

    A moderator looks at it when it is its turn.
    """
    post_changes.set_words(tx, post.id, post.title, with_correction(post, words))
    flags.corrected(tx, post.id, at=clock.rounded(tx.now()))
    tx.audit("post.correct", post.id)
    tell(tx, bell, feed_log.head(tx.connection).epoch, Kind.UPDATED, post.id)
