"""What belongs to a post and goes with it for good: what was said, asked, answered and judged about it."""

from __future__ import annotations

from storage import appeals, claims, comment_flags, comments, flags, letters, nods
from storage.db import Tx
from storage.kit.ids import PostId


def erase(tx: Tx, post_id: PostId) -> None:
    """Deletes all of it with its words; the caller says in the audit that the post is gone."""
    for each in (flags, comments, appeals, claims, nods, letters, comment_flags):
        each.erase(tx, post_id)
