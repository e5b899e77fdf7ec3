"""The samples of a fragmented MP4, fragment by fragment: whose they are, where they lie, when they play.

Does NOT protect anything by itself: it reads what our own encoder wrote, and `proof_fragments` judges it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workers.redact.mp4 import Box, walk

DATA_OFFSET, FIRST_FLAGS, DURATION, SIZE = 0x001, 0x004, 0x100, 0x200  # what a `trun` says it holds
HEAD = 8  # bytes of a box before its payload


@dataclass(frozen=True)
class Track:
    """`handler` is vide or soun; `scale` is ticks in a second."""

    handler: bytes
    scale: int


@dataclass(frozen=True)
class Run:
    """Samples of one track in one segment: from tick `start` for `ticks`, at `places` (start, end) in its bytes."""

    track: int
    start: int
    ticks: int
    sizes: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


def tracks(init: bytes) -> dict[int, Track]:
    """The tracks an init announces, by number. Raises ValueError or KeyError when something is missing."""
    found: list[dict[str, Box]] = []
    for box in walk(init):
        if box.path == "moov/trak":
            found.append({})
        elif box.path.startswith("moov/trak/"):
            found[-1][box.kind] = box
    return {_int(init, boxes["tkhd"].start + 12): _track(init, boxes) for boxes in found}


def pixels(init: bytes) -> tuple[int, int]:
    """Width and height of the first track of an init. Raises ValueError or KeyError when it has none."""
    head = {box.path: box for box in reversed(list(walk(init)))}["moov/trak/tkhd"]
    return _int(init, head.end - 8) >> 16, _int(init, head.end - 4) >> 16


def number(segment: bytes) -> int:
    """Which fragment of its file this is, from 1. Raises ValueError or KeyError."""
    return _int(segment, {box.path: box for box in walk(segment)}["moof/mfhd"].start + 4)


def runs(segment: bytes) -> list[Run]:
    """The runs of a moof and its mdat, in order. Raises ValueError or KeyError when they do not add up."""
    found: list[dict[str, Box]] = []
    for box in walk(segment):
        if box.path == "moof/traf":
            found.append({})
        elif box.path.startswith("moof/traf/"):
            found[-1][box.kind] = box
    return [_run(segment, boxes) for boxes in found]


def _track(init: bytes, boxes: dict[str, Box]) -> Track:
    scale = _int(init, boxes["mdhd"].start + 12)
    if not scale:
        raise ValueError("mdhd")
    return Track(init[boxes["hdlr"].start + 8 : boxes["hdlr"].start + 12], scale)


def _run(data: bytes, boxes: dict[str, Box]) -> Run:
    head, run = boxes["tfhd"].start, boxes["trun"]
    track, each_ticks, each_bytes = (_int(data, head + at) for at in (4, 8, 12))
    says, count = _int(data, run.start) & 0xFFFFFF, _int(data, run.start + 4)
    if not says & DATA_OFFSET or says & ~(DATA_OFFSET | FIRST_FLAGS | DURATION | SIZE):
        raise ValueError("trun")
    row = 4 * (bool(says & DURATION) + bool(says & SIZE))
    first = run.start + (16 if says & FIRST_FLAGS else 12)
    if run.end - first != row * count:
        raise ValueError("trun")
    rows = range(first, run.end, row) if row else ()
    ticks = [_int(data, at) for at in rows] if says & DURATION else [each_ticks] * count
    sizes = [_int(data, at + row - 4) for at in rows] if says & SIZE else [each_bytes] * count
    start = int.from_bytes(data[boxes["tfdt"].start + 4 : boxes["tfdt"].end])
    return Run(track, start, sum(ticks), tuple(sizes), tuple(_places(_int(data, run.start + 8), sizes)))


def _places(at: int, sizes: list[int]) -> Iterator[tuple[int, int]]:
    # Counted from the first byte of the moof, which is the segment's.
    for size in sizes:
        yield at, at + size
        at += size


def _int(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4])
