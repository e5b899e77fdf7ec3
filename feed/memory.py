"""The last few thousand events of the log, kept in memory for replay and told as the posts are now.

Numbers are dense, so an event is found by its number. When a later event changes or takes back a post, what was
said of it earlier is told anew: no replay repeats words that no longer stand.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from websockets.frames import Frame, Opcode

from feed.events import FeedEvent, Told
from storage.feed_log import Head, Line

KEPT = 4096  # events: some 15 MB, and more than a day of a large city


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the log as it is told: `event` is None and `frame` empty where the post may not be seen now."""

    line: Line
    event: FeedEvent | None
    frame: bytes


def happening(line: Line, event: FeedEvent | None) -> Happening:
    """A happening with the one frame all its listeners share."""
    return Happening(line, event, frame(event.model_dump_json().encode()) if event else b"")


def frame(text: bytes) -> bytes:
    """The bytes of one whole WebSocket text message from a server."""
    return Frame(Opcode.TEXT, text).serialize(mask=False)


class Memory:
    """Where this node is in the log, and the newest of what it told."""

    def __init__(self, head: Head, *, size: int = KEPT) -> None:
        self._size = size
        self.restart(head)

    def restart(self, head: Head) -> None:
        """Forgets everything and begins at the log's head: a new epoch, or a hole nothing can mend."""
        self.epoch, self.last, self.floor = head.epoch, head.seq, head.floor
        self._first = head.seq + 1
        self._kept: dict[int, Happening] = {}
        self._about: dict[str, deque[int]] = {}  # which numbers tell of a post

    @property
    def cursor(self) -> str:
        """Where the newest event is, in the form clients keep."""
        return f"{self.epoch}:{self.last}"

    def note(self, new: Happening) -> None:
        """Adds the next happening; its number is one above the last."""
        seq, post_id = new.line.seq, new.line.post_id
        if seq != self.last + 1:
            raise ValueError(f"number {seq} does not follow {self.last}")
        about = self._about.setdefault(post_id, deque())
        for earlier in about:
            self._kept[earlier] = _anew(self._kept[earlier], new)
        about.append(seq)
        self._kept[seq] = new
        self.last = seq
        if len(self._kept) > self._size:
            self._forget_first()

    def reaches(self, seq: int) -> bool:
        """Whether everything after `seq` is here."""
        return self._first - 1 <= seq <= self.last

    def after(self, seq: int, *, limit: int) -> list[Happening]:
        """Up to `limit` happenings after `seq`, oldest first; `reaches(seq)` must hold."""
        return [self._kept[n] for n in range(seq + 1, min(seq + limit, self.last) + 1)]

    def as_now(self, old: Happening) -> Happening:
        """`old`, read from the log a moment ago, as it is to be told after what was heard meanwhile."""
        known = self._about.get(old.line.post_id)
        return _anew(old, self._kept[known[-1]]) if known and known[-1] > old.line.seq else old

    def _forget_first(self) -> None:
        post_id = self._kept.pop(self._first).line.post_id
        self._first += 1
        self._about[post_id].popleft()
        if not self._about[post_id]:
            del self._about[post_id]


def _anew(old: Happening, later: Happening) -> Happening:
    if not isinstance(old.event, Told):
        return old
    if not isinstance(later.event, Told):
        return happening(old.line, None)
    return happening(old.line, old.event.model_copy(update={"post": later.event.post}))
