"""The last few thousand events of the log, kept in memory for replay and told as the posts are now.

Numbers are dense, so an event is found by its number. Where a later event changed a post or took it back, an earlier
one is told anew when it is asked for: no replay repeats words that no longer stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from websockets.frames import Frame, Opcode

from feed.events import FeedEvent, Told
from storage.feed_log import Head, Line

KEPT = 4096  # events: some 15 MB, and more than a day of a large city
PIECE_BYTES = 64 * 1024  # of one write to a listener, give or take an event: what it may hold of us before it is full


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


def pieces(told: Iterable[Happening]) -> Iterator[list[Happening]]:
    """The same in order, parted where one write holds enough."""
    piece: list[Happening] = []
    size = 0
    for one in told:
        piece.append(one)
        size += len(one.frame)
        if size >= PIECE_BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


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
        self._newest: dict[str, int] = {}  # the last number that tells of a post

    @property
    def cursor(self) -> str:
        """Where the newest event is, in the form clients keep."""
        return f"{self.epoch}:{self.last}"

    def note(self, new: Happening) -> None:
        """Adds the next happening; raises ValueError unless its number is one above the last."""
        if new.line.seq != self.last + 1:
            raise ValueError(f"number {new.line.seq} does not follow {self.last}")
        self.last = new.line.seq
        self._kept[self.last] = new
        self._newest[new.line.post_id] = self.last
        if len(self._kept) > self._size:
            self._forget_first()

    def reaches(self, seq: int) -> bool:
        """Whether everything after `seq` is here."""
        return self._first - 1 <= seq <= self.last

    def after(self, seq: int, *, limit: int) -> list[Happening]:
        """Up to `limit` happenings after `seq`, oldest first; `reaches(seq)` must hold."""
        found = range(seq + 1, min(seq + limit, self.last) + 1)
        for number in found:
            self._kept[number] = self.as_now(self._kept[number])
        return [self._kept[number] for number in found]

    def as_now(self, told: Happening) -> Happening:
        """`told`, also one from a page of the log, as it is to be told after all that was heard since."""
        newest = self._newest.get(told.line.post_id, told.line.seq)
        if newest <= told.line.seq or not isinstance(told.event, Told):
            return told
        later = self._kept[newest].event
        if not isinstance(later, Told):
            return happening(told.line, None)
        if later.post is told.event.post:
            return told
        return happening(told.line, told.event.model_copy(update={"post": later.post}))

    def _forget_first(self) -> None:
        gone = self._kept.pop(self._first).line
        self._first += 1
        if self._newest[gone.post_id] == gone.seq:
            del self._newest[gone.post_id]
