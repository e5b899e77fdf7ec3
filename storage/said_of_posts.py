"""All that neighbours and moderators said and did about a post. It goes when the post leaves the screens for good.

What its author was asked, and answered, stays with a post that a case keeps (storage/letters.py).
"""

from __future__ import annotations

from storage import appeals, claims, comment_flags, comments, flags, nods, shared_links
from storage.db import Tx
from storage.kit.ids import PostId


def erase(tx: Tx, post_id: PostId) -> None:
    """Erases it, in the transaction that takes the post from everybody's sight."""
    for each in (flags, comments, appeals, claims, nods, comment_flags, shared_links):
        each.erase(tx, post_id)
