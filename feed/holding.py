"""The check found something in a post after it was shown: it is off every screen until a moderator has looked."""

from __future__ import annotations

from collections.abc import Sequence

from feed.bell import Bell
from feed.posting import decide, flag_for
from storage import feed_log
from storage.db import Tx
from storage.kit.ids import PostId
from storage.moderation.held import Held
from storage.posts import posts
from storage.posts.posts import PostState, Verb


def hold_for(tx: Tx, bell: Bell, post_id: PostId, found: Sequence[Held], *, at: int) -> None:
    """Holds a live post for what was `found` in it, each told by a flag; `at` is rounded.

    One that is off already only gets the flags; of one that was taken back, nothing is left to hold.
    """
    feed_log.lock(tx)
    post = posts.locked(tx, post_id)
    if post is None or not found:
        return
    if post.state is PostState.LIVE:
        decide(tx, bell, post_id, Verb.HOLD, reason=found[0].guideline)
    flag_for(tx, post_id, found, at=at)
