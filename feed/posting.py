"""The verbs that change the feed: each writes the post, a feed-log line and an audit entry, and rings after commit.

A clip's first rung arrives in pieces: `publish` brings the first of them, `arrive` the others as they are made.

Every verb may be said twice. `publish` happens once for a post id: the id was drawn when the clip was accepted, it is
the primary key, and a tombstone under it wins over any later publish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from feed.bell import Bell
from feed.telling import ring, tell
from storage import feed_log
from storage.cases import holds as case_holds, letters
from storage.db import Tx
from storage.feed_log import Kind
from storage.kit.errors import NotThere
from storage.kit.ids import PostId
from storage.moderation import flags
from storage.moderation.held import Held
from storage.posts import changes as post_changes, posts, said as said_of_posts, segments, vouched
from storage.posts.posts import NewPost, PostState, Rendition, Verb
from storage.posts.segments import Piece

_TOLD = {
    Verb.HOLD: Kind.HIDDEN,
    Verb.HIDE: Kind.HIDDEN,
    Verb.RESTORE: Kind.UPDATED,
    Verb.REMOVE: Kind.REMOVED,
    Verb.EXPIRE: Kind.EXPIRED,
    Verb.WITHDRAW: Kind.WITHDRAWN,
}
_END = {Verb.WITHDRAW: PostState.WITHDRAWN, Verb.EXPIRE: PostState.EXPIRED}
_NONE: Mapping[str, Sequence[Piece]] = MappingProxyType({})


class Outcome(StrEnum):
    """How an append of the airlock ended."""

    DONE = "done"
    FENCED = "fenced"  # a newer attempt has taken over: stop, and throw away what you made
    TAKEN_BACK = "taken_back"  # the author withdrew it


@dataclass(frozen=True)
class Arriving:
    """A file as far as it has come: its init and the pieces after it; `whole` where these are all."""

    file: str
    width: int
    height: int
    pieces: Sequence[Piece]
    whole: bool

    def listed(self) -> Rendition:
        """As the record lists it; the bytes are where the pieces say."""
        size = sum(piece.bytes for piece in self.pieces)
        return Rendition(self.file, "", self.width, self.height, size, len(self.pieces) - 1, self.whole)


def publish(
    tx: Tx,
    bell: Bell,
    new: NewPost,
    files: Sequence[Rendition],
    *,
    generation: int,
    last: bool = False,
    first: Arriving | None = None,
) -> Outcome:
    """Puts the post on the feed with its first media, or hands those of an older generation over to this one.

    FENCED also for who brings fewer pieces of an unfinished `first` than there are: whoever plays it may be behind
    those already. A whole one wins: it may be shorter by a piece, made by another version of the encoder.
    `last` says that no further media will come. One that begins held is told to nobody, and flagged by the check; one
    that is kept for a case is told to nobody, has no number of the log and no place in any list.
    """
    # The log's lock comes first: of two attempts that publish at once, the second sees the first one's post. Then the
    # post's own: the older attempt may be adding a piece, and that one counts.
    head = feed_log.lock(tx)
    match posts.state_of(tx.connection, new.id):
        case PostState.WITHDRAWN | PostState.EXPIRED:
            return Outcome.TAKEN_BACK
        case None:
            post_changes.add(tx, new, generation=generation, order_key=0 if new.kept_for else head.seq + 1)
            kind = Kind.PUBLISHED
            if new.kept_for:
                case_holds.add(tx, new.kept_for, new.id)
            else:
                flag_for(tx, new.id, new.held, at=new.published_at)
        case _:
            post_changes.hold(tx, new.id)
            if first and not first.whole and len(first.pieces) - 1 < segments.count(tx.connection, new.id, first.file):
                return Outcome.FENCED
            if not post_changes.take_generation(tx, new.id, generation):
                return Outcome.FENCED
            kind = Kind.UPDATED
    pieces = _NONE
    if first:
        files, pieces = [*files, first.listed()], {first.file: first.pieces}
    _put(tx, new.id, files, pieces, generation=generation)
    if first and first.whole:
        post_changes.make_whole(tx, new.id, first.file)
    if last:
        post_changes.set_ready(tx, new.id, generation=generation)
    tx.audit(f"post.{Verb.KEEP}" if new.kept_for else "post.publish", new.id, {"generation": generation})
    if kind is Kind.PUBLISHED and new.held and not new.kept_for:
        # Its line in the log takes the number its place in lists is made of, so that no other post has it.
        place = posts.place_of(tx, new.id)
        assert place is not None, "it was put there a moment ago"
        ring(tx, bell, head.epoch, kind, place, None)
    else:
        tell(tx, bell, head.epoch, kind, new.id)
    return Outcome.DONE


def arrive(
    tx: Tx,
    bell: Bell,
    post_id: PostId,
    file: str,
    pieces: Sequence[Piece],
    *,
    generation: int,
    whole: bool,
    last: bool = False,
) -> Outcome:
    """Adds the next pieces of a file that is arriving; told, and audited, when it is `whole` with them.

    `last`, which only a whole file can be, says that no further media will come.
    """
    # Who tells locks the log before the post, as every verb does. An append that tells nobody needs the post's row
    # alone, so that clips that arrive hold up no publication: it is wholly before or after a take-over (which counts
    # it, or fences it out), a withdrawal (which answers its keys, or it is refused here) and a decision (nobody is told
    # of a piece either way). Nothing is locked after the post but the audit, so no two can wait for each other.
    head = feed_log.lock(tx) if whole else None
    if refused := _refused(tx, post_id, generation):
        return refused
    segments.append(tx, post_id, file, pieces, generation=generation)
    if head is not None:
        post_changes.make_whole(tx, post_id, file)
        if last:
            post_changes.set_ready(tx, post_id, generation=generation)
        tx.audit("post.whole", post_id, {"generation": generation})
        tell(tx, bell, head.epoch, Kind.UPDATED, post_id)
    return Outcome.DONE


def add_media(
    tx: Tx,
    bell: Bell,
    post_id: PostId,
    files: Sequence[Rendition],
    *,
    generation: int,
    last: bool,
    pieces: Mapping[str, Sequence[Piece]] = _NONE,
) -> Outcome:
    """Adds further renditions, whole ones, with their pieces by file; with the `last` of them the media are ready.

    A newer generation may go on from an older one's whole files.
    """
    head = feed_log.lock(tx)
    post_changes.hold(tx, post_id)
    post_changes.go_on_in(tx, post_id, generation)
    if refused := _refused(tx, post_id, generation):
        return refused
    _put(tx, post_id, files, pieces, generation=generation)
    if last:
        post_changes.set_ready(tx, post_id, generation=generation)
    tx.audit("post.add_media", post_id, {"generation": generation, "files": len(files)})
    tell(tx, bell, head.epoch, Kind.UPDATED, post_id)
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
    tell(tx, bell, head.epoch, _TOLD[verb], post_id)
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
    said_of_posts.erase(tx, post_id)
    letters.erase(tx, post_id)
    case_holds.erase(tx, post_id)
    vouched.erase(tx, post_id)
    tx.audit(f"post.{verb}", post_id)
    if place is not None and state is not PostState.KEPT:  # nobody who listens knows of that one
        ring(tx, bell, head.epoch, _TOLD[verb], place, None)
    return keys


def _refused(tx: Tx, post_id: PostId, generation: int) -> Outcome | None:
    """Why this generation may add nothing to the post, which is locked from here on."""
    if post_changes.may_add_media(tx, post_id, generation):
        return None
    state = posts.state_of(tx.connection, post_id)
    return Outcome.TAKEN_BACK if state in (PostState.WITHDRAWN, PostState.EXPIRED) else Outcome.FENCED


def _put(
    tx: Tx, post_id: PostId, files: Sequence[Rendition], pieces: Mapping[str, Sequence[Piece]], *, generation: int
) -> None:
    for file in files:
        mine = pieces.get(file.file, ())
        listed = replace(file, pieces=len(mine) - 1) if mine else file
        post_changes.add_rendition(tx, post_id, listed, generation=generation, of=mine)


def flag_for(tx: Tx, post_id: PostId, found: Sequence[Held], *, at: int) -> None:
    """Tells moderators what the check found, each by a flag of its own."""
    for one in found:
        flags.add(tx, post_id, origin="check", at_seconds=None, flagged_at=at, reason=one.guideline, text=one.rule)
