"""A moderator takes words out of a post: a mark stands where they stood, and everyone who has it on screen is told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feed.bell import Bell
from feed.telling import tell
from storage import feed_log
from storage.db import Tx
from storage.feed_log import Kind
from storage.kit.errors import Conflict, Refused
from storage.moderation.takedowns import CUT
from storage.posts import changes as post_changes
from storage.posts.posts import Post, PostState

MARK = "[…]"
_STANDS = (PostState.LIVE, PostState.HELD, PostState.HIDDEN)


def cut_out(tx: Tx, bell: Bell, post: Post, cut: Sequence[str], *, reason: str) -> None:
    """Takes each of these out of title and text, wherever it stands between blanks; nothing can be put in.

    The caller holds the post, and forgets the words for good after the commit (`post_words.forget_all`). Raises
    Refused where one stands nowhere, Conflict for a post that is not there to be read.
    """
    if post.state not in _STANDS:
        raise Conflict(f"A post that is {post.state} cannot be edited.", code="not_editable")
    title, text = post.title, post.text
    for words in sorted(cut, key=len, reverse=True):  # what is part of another goes with it
        found = re.compile(rf"(?<!\S){re.escape(words)}(?!\S)")
        if not found.search(post.title) and not found.search(post.text):
            raise Refused("These words do not stand there.", fields={"cut": "Choose words of the post."})
        title, text = found.sub(MARK, title), found.sub(MARK, text)
    post_changes.set_words(tx, post.id, title, text)
    tx.audit(CUT, post.id, {"reason": reason, "cut": len(cut)})
    tell(tx, bell, feed_log.head(tx.connection).epoch, Kind.UPDATED, post.id)
