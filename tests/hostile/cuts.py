"""A small clip of each kind, cut off at every border: each box, element, chunk, and a few packets."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.makers import CLEAN, H264, copied, drawn, ffmpeg
from workers.media.boxes import CONTAINERS

ANY = (CLEAN, "unreadable", "no_picture", "too_fast", "too_short", "not_a_video", "empty")
Borders = Callable[[bytes], Iterator[int]]


def faststart(folder: Path) -> bytes:
    """A clip without sound, index first: few boxes, all there are."""
    return ffmpeg(folder, "-i", "base.mp4", "-an", "-c", "copy", "-movflags", "+faststart", "faststart.mp4")


def in_fragments(folder: Path) -> bytes:
    """The same in two fragments."""
    flags = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-g", "5")
    return ffmpeg(folder, "-i", "base.mp4", "-an", *H264, *flags, "cut-fragments.mp4")


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Where each box begins and ends, outer and inner."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if start:
            yield start
        if kind in CONTAINERS:
            yield from boxes(data, start + 8, start + size)
        start += size


def chunks(data: bytes) -> Iterator[int]:
    """Where each chunk of an AVI begins, in lists too."""
    at = 12
    while at + 8 <= len(data):
        yield at
        listed = data[at : at + 4] == b"LIST"
        at += 12 if listed else 8 + int.from_bytes(data[at + 4 : at + 8], "little") // 2 * 2


def packets(data: bytes) -> Iterator[int]:
    """After the first, after five, and through the stream."""
    yield from (188, 188 * 5, *range(188 * 10, len(data), len(data) // 8 // 188 * 188))


def elements(data: bytes) -> Iterator[int]:
    """Where each top element of a Matroska file begins, and where one is pointed at."""
    for mark in ("18538067", "114d9b74", "1549a966", "1654ae6b", "1f43b675", "1254c367", "1c53bb6b"):
        yield from (found.start() for found in re.finditer(re.escape(bytes.fromhex(mark)), data))


KINDS: dict[str, tuple[Callable[[Path], bytes], Borders]] = {
    "mp4": (faststart, boxes),
    "mp4 in fragments": (in_fragments, boxes),
    "mp4, index last": (lambda folder: copied(folder, "-an", "last.mp4"), boxes),
    "matroska": (lambda folder: copied(folder, "-an", "cut.mkv"), elements),
    "avi": (lambda folder: drawn(folder, "-c:v", "mjpeg", "cut.avi", seconds=0.5), chunks),
    "transport stream": (lambda folder: copied(folder, "-an", "cut.ts"), packets),
}
