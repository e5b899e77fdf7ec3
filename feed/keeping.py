"""A post whose time is over and that a case holds: everybody is told that it is over, and the case alone keeps it."""

from __future__ import annotations

from feed.bell import Bell
from feed.telling import ring
from storage import feed_log
from storage.cases import holds as case_holds
from storage.db import Tx
from storage.feed_log import Kind
from storage.kit.ids import PostId
from storage.posts import changes as post_changes, posts, said as said_of_posts
from storage.posts.posts import PostState, Verb


def keep(tx: Tx, bell: Bell, post_id: PostId) -> bool:
    """Keeps the post to the cases that hold it; False, and nothing is done, where none does or nobody sees it now."""
    head = feed_log.lock(tx)
    # Locked: who links it at this moment has done so before, or finds it gone after.
    place, state = posts.place_of(tx, post_id), posts.state_of(tx.connection, post_id)
    if place is None or state is not PostState.LIVE or not case_holds.held(tx.connection, [post_id]):
        return False
    post_changes.keep(tx, post_id, posts.after(state, Verb.KEEP))
    said_of_posts.erase(tx, post_id)
    tx.audit(f"post.{Verb.KEEP}", post_id)
    # To whoever had it on screen it has ended as any other: nothing here says that a case is interested in it.
    ring(tx, bell, head.epoch, Kind.EXPIRED, place, None)
    return True
