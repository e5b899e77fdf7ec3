"""Our encoder's stream cut into pieces as it comes: an init, then one fragment (two seconds) after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workers.redact import runs
from workers.redact.findings import Finding, NotClean
from workers.redact.runs import Run, Track

# Which box follows which, and how many bytes each may have: a rung is held to at most 8 Mb a second.
FOLLOWS = {b"": b"ftyp", b"ftyp": b"moov", b"moov": b"moof", b"moof": b"mdat", b"mdat": b"moof"}
MOST_BYTES = {b"ftyp": 1 << 10, b"moov": 64 << 10, b"moof": 1 << 20, b"mdat": 16 << 20}
CHUNK = 1 << 20


@dataclass(frozen=True)
class Init:
    """What a player reads first: ftyp and moov, with no sample."""

    data: bytes


@dataclass(frozen=True)
class Segment:
    """A moof and its mdat, the `number`-th from 1, showing `seconds` of picture."""

    number: int
    data: bytes
    seconds: float


@dataclass(frozen=True)
class Piece:
    """Where an init (the first, 0 seconds long) or a segment lies in a file."""

    start: int
    bytes: int
    seconds: float


@dataclass
class Splitter:
    """Takes a stream in whatever chunks it comes and gives its pieces. Holds one unfinished piece at most.

    Strict: another order of boxes, too large a box, a time or a number that does not follow on raise NotClean.
    """

    _left: bytearray = field(default_factory=bytearray)
    _from: int = 0  # where in `_left` the box begins that is being waited for
    _last: bytes = b""
    _tracks: dict[int, Track] = field(default_factory=dict)
    _ends: dict[int, int] = field(default_factory=dict)
    _number: int = 0

    def feed(self, chunk: bytes) -> list[Init | Segment]:
        """The pieces that `chunk` completes. Raises NotClean."""
        self._left += chunk
        return list(self._pieces())

    def end(self) -> None:
        """Says that nothing more comes. Raises NotClean in the middle of a piece, or before the first segment."""
        if self._left or not self._number:
            raise _broken("an end in the middle")

    def _pieces(self) -> Iterator[Init | Segment]:
        while (size := self._box()) is not None:
            self._from += size
            if self._last in (b"moov", b"mdat"):
                data = bytes(self._left[: self._from])
                del self._left[: self._from]
                self._from = 0
                yield self._init(data) if self._last == b"moov" else self._segment(data)

    def _box(self) -> int | None:
        """The size of the next box, if all of it is there."""
        head = self._left[self._from : self._from + 8]
        if len(head) < 8:
            return None
        size, kind = int.from_bytes(head[:4]), bytes(head[4:])
        if kind != FOLLOWS[self._last] or not 8 <= size <= MOST_BYTES[kind]:
            raise _broken("a box out of its order")
        if len(self._left) < self._from + size:
            return None
        self._last = kind
        return size

    def _init(self, data: bytes) -> Init:
        try:
            self._tracks = runs.tracks(data)
        except (KeyError, ValueError):
            raise _broken("a track that says too little") from None
        return Init(data)

    def _segment(self, data: bytes) -> Segment:
        self._number += 1
        try:
            found, number = runs.runs(data), runs.number(data)
            follow = all(run.start == self._ends.get(run.track, run.start) for run in found)
            self._ends |= {run.track: run.start + run.ticks for run in found}
            seconds = sum(self._shows(run) for run in found)
        except (KeyError, ValueError):
            raise _broken("a run that does not add up") from None
        if number != self._number or not follow:
            raise _broken("a segment that does not follow on the one before")
        return Segment(number, data, seconds)

    def _shows(self, run: Run) -> float:
        # Sound adds nothing: its frames never end where a picture does.
        track = self._tracks[run.track]
        return run.ticks / track.scale if track.handler == b"vide" else 0.0


def index(file: Path | bytes) -> list[Piece]:
    """Where the pieces of a fragmented file lie, the init first. Raises NotClean."""
    splitter, places, at = Splitter(), list[Piece](), 0
    for chunk in _chunks(file):
        for piece in splitter.feed(chunk):
            seconds = piece.seconds if isinstance(piece, Segment) else 0.0
            places.append(Piece(at, len(piece.data), seconds))
            at += len(piece.data)
    splitter.end()
    return places


def _chunks(file: Path | bytes) -> Iterator[bytes]:
    if isinstance(file, bytes):
        yield file
        return
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def _broken(what: str) -> NotClean:
    return NotClean([Finding("stream", what)])
