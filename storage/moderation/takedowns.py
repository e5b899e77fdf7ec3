"""What was taken back or taken down, noted beside the media, so that a restored backup of the record does not undo it.

The author's word: `gone<post>` lies in the bucket before the author is told that the post is withdrawn. What moderators
decided follows, brought up from the audit by a chore: `down<post>` holds the state the post was last in, `cut<post>` by
which line words, or a part of its picture, were taken out of it last: a backup from before holds them still.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from storage import feed_log
from storage.db import Database, only_one
from storage.kit import clock
from storage.kit.errors import NotThere
from storage.kit.ids import PostId
from storage.objects import Bucket
from storage.posts import posts
from storage.posts.posts import PostState, Verb
from storage.schema import audit_entries

AT_ONCE = 500  # lines of the audit
NOTING = 0x6E6F746573  # the advisory lock's number
_GONE, _DOWN, _CUT, _MARK = "gone", "down", "cut", "takedowns"
_NOTE = re.compile(
    r"(gone|down|cut|takedowns)([a-z2-7]{26})"
)  # no key of media, which are 26 characters, has this form
UNDO = "post.undo"  # how the audit calls a decision that its moderator took back
BLURRED = "post.blur"  # and that a part of its picture was, after which it may be live again
_VERBS = [*(f"post.{verb}" for verb in (Verb.HOLD, Verb.HIDE, Verb.RESTORE, Verb.REMOVE)), UNDO, BLURRED]
CUT = "post.edit"  # and how it calls that words were taken out
_KEPT_STATES = (PostState.HELD, PostState.HIDDEN, PostState.REMOVED)


@dataclass(frozen=True)
class Noted:
    """All that is noted. `marks`: up to which audit number decisions were, by epoch of the feed.

    `cut`: the epoch and number of the line by which words or a part of the picture were taken out of a post last.
    """

    gone: frozenset[PostId]
    down: dict[PostId, PostState]
    marks: dict[str, int]
    cut: dict[PostId, tuple[str, int]] = field(default_factory=dict)


def note_withdrawn(bucket: Bucket, post_id: PostId) -> None:
    """Keeps the author's word. Twice is once."""
    _put(bucket, _GONE + post_id, PostState.WITHDRAWN)


def note_decisions(record: Database, bucket: Bucket) -> int:
    """Brings the notes up to the audit; answers up to which of its lines. A crash in between costs a repetition.

    One at a time: of two, the slower could delete what the other one, who read a newer state, has just noted.
    """
    with record.read() as conn:
        epoch = feed_log.head(conn).epoch
    with only_one(record, NOTING) as first:
        return _note_decisions(record, bucket, epoch) if first else int(_get(bucket, _MARK + epoch) or -1)


def noted(bucket: Bucket) -> Noted:
    """Everything noted in the bucket."""
    gone, down, marks, cut = set(), {}, {}, {}
    for kind, about in _notes(bucket, clock.now() + clock.DAY):
        told = _get(bucket, kind + about)
        if kind == _GONE:
            gone.add(PostId(about))
        elif kind == _DOWN and told:
            down[PostId(about)] = PostState(told)
        elif kind == _CUT and told:
            epoch, _, seq = told.partition(":")
            cut[PostId(about)] = (epoch, int(seq))
        elif told:
            marks[about] = int(told)
    return Noted(frozenset(gone), down, marks, cut)


def forget(bucket: Bucket, *, older_than: int) -> None:
    """Deletes notes about posts from before `older_than` (milliseconds since 1970); the marks stay."""
    for kind, about in list(_notes(bucket, older_than)):
        if kind != _MARK:
            bucket.delete(kind + about)


def is_note(key: str) -> bool:
    """Whether this key of the media bucket is a note and not a post's media."""
    return _NOTE.fullmatch(key) is not None


def _note_decisions(record: Database, bucket: Bucket, epoch: str) -> int:
    while True:
        mark = int(_get(bucket, _MARK + epoch) or -1)
        with record.read() as conn:
            newer = audit_entries.c.seq > mark
            query = select(audit_entries.c.seq, audit_entries.c.subject, audit_entries.c.action).where(newer)
            lines = conn.execute(query.order_by(audit_entries.c.seq).limit(AT_ONCE)).all()
            subjects = {PostId(line.subject) for line in lines if line.action in _VERBS}
            now = {post_id: posts.state_of(conn, post_id) for post_id in subjects}
        for line in lines:
            if line.action in (CUT, BLURRED):
                _put(bucket, _CUT + line.subject, f"{epoch}:{line.seq}")
        for post_id, state in now.items():
            if state in _KEPT_STATES:
                _put(bucket, _DOWN + post_id, state)
            else:
                bucket.delete(_DOWN + post_id)
        if lines or mark < 0:
            mark = lines[-1].seq if lines else 0
            _put(bucket, _MARK + epoch, str(mark))
        if len(lines) < AT_ONCE:
            return mark


def _notes(bucket: Bucket, older_than: int) -> Iterator[tuple[str, str]]:
    for kind in (_GONE, _DOWN, _CUT, _MARK):  # by their beginnings: a city's media are millions of keys
        for key in bucket.keys(older_than=older_than, beginning=kind):
            if found := _NOTE.fullmatch(key):
                yield found[1], found[2]


def _put(bucket: Bucket, key: str, told: str) -> None:
    with bucket.draft(key) as draft:
        draft.write(told.encode())
        draft.keep()


def _get(bucket: Bucket, key: str) -> str | None:
    try:
        return b"".join(bucket.chunks(key)).decode()
    except NotThere:
        return None
