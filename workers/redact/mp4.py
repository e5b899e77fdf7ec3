"""The boxes of a finished MP4, as places in its bytes.

Does NOT protect anything by itself: it finds boxes, `metadata` empties them and `proof` judges them. It reads files
of our own making; a stranger's are walked by `workers/media/boxes.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# Boxes that hold boxes, and how many bytes of their own come before those.
INSIDE = {
    "moov": 0, "trak": 0, "mdia": 0, "minf": 0, "dinf": 0, "stbl": 0, "edts": 0,
    "mvex": 0, "moof": 0, "traf": 0,
    "dref": 8, "stsd": 8, "avc1": 78, "mp4a": 28,
}  # fmt: skip


class BrokenBox(ValueError):
    """A size that cannot be; the message is the place."""


@dataclass(frozen=True)
class Box:
    """Bytes `start` to `end` are the payload; `path` is like `moov/trak/tkhd`."""

    path: str
    start: int
    end: int

    @property
    def kind(self) -> str:
        """The four letters."""
        return self.path.rpartition("/")[2]


def walk(data: bytes | bytearray, start: int = 0, end: int | None = None, path: str = "") -> Iterator[Box]:
    """Every box, parents before children. Raises BrokenBox for bytes that are no box."""
    end = len(data) if end is None else end
    while start < end:
        size, head = int.from_bytes(data[start : start + 4]), 8
        kind = data[start + 4 : start + 8].decode("latin-1")
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16]), 16
        if size < head + INSIDE.get(kind, 0) or start + size > end:
            raise BrokenBox(f"{path}/{start}")
        box = Box(f"{path}/{kind}".lstrip("/"), start + head, start + size)
        yield box
        if kind in INSIDE:
            yield from walk(data, box.start + INSIDE[kind], box.end, box.path)
        start += size
