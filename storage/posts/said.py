"""All that neighbours and moderators said and did about a post. It goes when the post leaves the screens for good.

What its author was asked, and answered, stays with a post that a case keeps (storage/cases/letters.py).
"""

from __future__ import annotations

from storage.db import Tx
from storage.kit.ids import PostId
from storage.moderation import appeals, claims, comment_flags, flags
from storage.posts import comments, nods
from storage.public import shared_links


def erase(tx: Tx, post_id: PostId) -> None:
    """Erases it, in the transaction that takes the post from everybody's sight."""
    for each in (flags, comments, appeals, claims.POSTS, nods, comment_flags, shared_links):
        each.erase(tx, post_id)
