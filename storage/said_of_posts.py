"""All that others said and did about a post: flags, comments, letters and more. It goes when the post does."""

from __future__ import annotations

from storage import appeals, claims, comment_flags, comments, flags, letters, nods, shared_links
from storage.db import Tx
from storage.kit.ids import PostId


def erase(tx: Tx, post_id: PostId) -> None:
    """Erases it, in the transaction that takes the post from everybody's sight."""
    for each in (flags, comments, appeals, claims, nods, letters, comment_flags, shared_links):
        each.erase(tx, post_id)
