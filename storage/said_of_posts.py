"""All that others said and did about a post: flags, comments, appeals, claims, nods. It goes when the post does."""

from __future__ import annotations

from storage import appeals, claims, comments, flags, nods
from storage.db import Tx
from storage.kit.ids import PostId


def erase(tx: Tx, post_id: PostId) -> None:
    """Erases it, in the transaction that takes the post from everybody's sight."""
    flags.erase(tx, post_id)
    comments.erase(tx, post_id)
    appeals.erase(tx, post_id)
    claims.erase(tx, post_id)
    nods.erase(tx, post_id)
