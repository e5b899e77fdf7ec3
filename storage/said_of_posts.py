"""All that others said and did about a post: flags, comments, letters and more. It goes when the post does."""

from __future__ import annotations

from storage import appeals, claims, comment_flags, comments, flags, letters, nods, shared_links
from storage.db import Tx
from storage.kit.ids import PostId


def erase(tx: Tx, post_id: PostId) -> None:
    """Erases it, in the transaction that takes the post from everybody's sight."""
    flags.erase(tx, post_id)
    comments.erase(tx, post_id)
    appeals.erase(tx, post_id)
    claims.erase(tx, post_id)
    nods.erase(tx, post_id)
    letters.erase(tx, post_id)
    comment_flags.erase(tx, post_id)
    shared_links.erase(tx, post_id)
