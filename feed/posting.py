"""The verbs that change the feed: each writes the post, a feed-log line and an audit entry, and rings after commit.

Every verb may be said twice. `publish` happens once for a post id: the id was drawn when the clip was accepted, it is
the primary key, and a tombstone under it wins over any later publish.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from feed.bell import Bell
from feed.events import build
from storage import comments, feed_log, flags, post_changes, posts
from storage.db import Tx
from storage.feed_log import Kind
from storage.kit.errors import NotThere
from storage.kit.ids import PostId
from storage.posts import NewPost, Place, Post, PostState, Rendition, Verb

_TOLD = {
    Verb.HOLD: Kind.HIDDEN,
    Verb.HIDE: Kind.HIDDEN,
    Verb.RESTORE: Kind.UPDATED,
    Verb.REMOVE: Kind.REMOVED,
    Verb.EXPIRE: Kind.EXPIRED,
    Verb.WITHDRAW: Kind.WITHDRAWN,
}
_END = {Verb.WITHDRAW: PostState.WITHDRAWN, Verb.EXPIRE: PostState.EXPIRED}


class Outcome(StrEnum):
    """How an append of the airlock ended."""

    DONE = "done"
    FENCED = "fenced"  # a newer attempt has taken over: stop, and throw away what you made
    TAKEN_BACK = "taken_back"  # the author withdrew it


def publish(
    tx: Tx, bell: Bell, new: NewPost, files: Sequence[Rendition], *, generation: int, last: bool = False
) -> Outcome:
    """Puts the post on the feed with its first media, or hands those of an older generation over to this one.

    `last` says that no further media will come.
    """
    # The log's lock comes first: of two attempts that publish at once, the second sees the first one's post.
    head = feed_log.lock(tx)
    match posts.state_of(tx.connection, new.id):
        case PostState.WITHDRAWN | PostState.EXPIRED:
            return Outcome.TAKEN_BACK
        case None:
            post_changes.add(tx, new, generation=generation, order_key=head.seq + 1)
            kind = Kind.PUBLISHED
        case _:
            if not post_changes.take_generation(tx, new.id, generation):
                return Outcome.FENCED
            kind = Kind.UPDATED
    for file in files:
        post_changes.add_rendition(tx, new.id, file, generation=generation)
    if last:
        post_changes.set_ready(tx, new.id, generation=generation)
    tx.audit("post.publish", new.id, {"generation": generation})
    _tell(tx, bell, head.epoch, kind, new.id)
    return Outcome.DONE


def add_media(
    tx: Tx, bell: Bell, post_id: PostId, files: Sequence[Rendition], *, generation: int, last: bool
) -> Outcome:
    """Adds further renditions; with the `last` of them the media are ready."""
    head = feed_log.lock(tx)
    if posts.state_of(tx.connection, post_id) in (PostState.WITHDRAWN, PostState.EXPIRED):
        return Outcome.TAKEN_BACK
    if not post_changes.may_add_media(tx.connection, post_id, generation):
        return Outcome.FENCED
    for file in files:
        post_changes.add_rendition(tx, post_id, file, generation=generation)
    if last:
        post_changes.set_ready(tx, post_id, generation=generation)
    tx.audit("post.add_media", post_id, {"generation": generation, "files": len(files)})
    _tell(tx, bell, head.epoch, Kind.UPDATED, post_id)
    return Outcome.DONE


def decide(tx: Tx, bell: Bell, post_id: PostId, verb: Verb, *, reason: str) -> tuple[PostState, PostState]:
    """Hold, hide, restore or remove: answers the states before and after; raises Conflict where it leads nowhere."""
    head = feed_log.lock(tx)
    post = posts.locked(tx, post_id)
    if post is None:
        raise NotThere
    state = posts.after(post.state, verb)
    post_changes.set_state(tx, post_id, state)
    tx.audit(f"post.{verb}", post_id, {"reason": reason, "from": post.state, "to": state})
    _tell(tx, bell, head.epoch, _TOLD[verb], post_id)
    return post.state, state


def end(tx: Tx, bell: Bell, post_id: PostId, verb: Verb) -> list[str]:
    """Withdraws or expires: a tombstone over the post, or in its place before there is one.

    Answers the media keys whose bytes the caller deletes after the commit. Said again it tells nobody anything.
    """
    head = feed_log.lock(tx)
    state, place = posts.state_of(tx.connection, post_id), posts.place_of(tx, post_id)
    goal = _END[verb]
    if state in (goal, PostState.WITHDRAWN):
        return []
    keys = post_changes.entomb(tx, post_id, goal if state is None else posts.after(state, verb))
    flags.erase(tx, post_id)
    comments.erase(tx, post_id)
    tx.audit(f"post.{verb}", post_id)
    if place is not None:
        _ring(tx, bell, head.epoch, _TOLD[verb], place, None)
    return keys


def _tell(tx: Tx, bell: Bell, epoch: str, kind: Kind, post_id: PostId) -> None:
    post = posts.locked(tx, post_id)
    # Media may still arrive for a post a moderator took off the feed; nobody is told of it until it is restored.
    if post is not None and (post.state is PostState.LIVE or kind not in (Kind.PUBLISHED, Kind.UPDATED)):
        _ring(tx, bell, epoch, kind, post, post)


def _ring(tx: Tx, bell: Bell, epoch: str, kind: Kind, place: Post | Place, seen: Post | None) -> None:
    line = feed_log.append(tx, kind, place.id, place.division, place.category)
    event = build(line, seen)
    if event is not None:
        tx.after_commit(bell.ring, epoch, line, event.model_dump_json().encode())
