"""Where the samples of an ordinary MP4 lie, for files that are to be broken in the middle of a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workers.redact.mp4 import Box, walk


@dataclass(frozen=True)
class Track:
    """`handler` is vide or soun; `places` are (start, end) of each sample in the file, in order."""

    handler: bytes
    places: tuple[tuple[int, int], ...]


def tracks(data: bytes) -> list[Track]:
    """The tracks of a movie. Raises ValueError when a table does not add up."""
    found: list[dict[str, Box]] = []
    for box in walk(data):
        if box.path == "moov/trak":
            found.append({})
        elif box.path.startswith("moov/trak/"):
            found[-1][box.kind] = box
    return [_track(data, boxes) for boxes in found]


def _track(data: bytes, boxes: dict[str, Box]) -> Track:
    handler = data[boxes["hdlr"].start + 8 : boxes["hdlr"].start + 12]
    sizes = _sizes(data, boxes["stsz"])
    chunks = [entry[0] for entry in _table(data, boxes["stco"], 1)]
    runs = _table(data, boxes["stsc"], 3)
    if sum(count for count, _ in _table(data, boxes["stts"], 2)) != len(sizes):
        raise ValueError("stts")
    if "stss" in boxes and any(number > len(sizes) for (number,) in _table(data, boxes["stss"], 1)):
        raise ValueError("stss")
    return Track(handler, tuple(_places(chunks, runs, sizes)))


def _sizes(data: bytes, box: Box) -> list[int]:
    each, count = _int(data, box.start + 4), _int(data, box.start + 8)
    if box.end - box.start != 12 + (0 if each else 4 * count):
        raise ValueError("stsz")
    return [each] * count if each else [_int(data, box.start + 12 + 4 * n) for n in range(count)]


def _table(data: bytes, box: Box, columns: int) -> list[tuple[int, ...]]:
    count = _int(data, box.start + 4)
    if box.end - box.start != 8 + 4 * columns * count:
        raise ValueError(box.kind)
    rows = (box.start + 8 + 4 * columns * row for row in range(count))
    return [tuple(_int(data, row + 4 * column) for column in range(columns)) for row in rows]


def _places(chunks: list[int], runs: list[tuple[int, ...]], sizes: list[int]) -> Iterator[tuple[int, int]]:
    left = iter(sizes)
    used = 0
    for (first, each, _), following in zip(runs, [*(run[0] for run in runs[1:]), len(chunks) + 1], strict=True):
        for number in range(first, following):
            at = chunks[number - 1]
            for _ in range(each):
                size = next(left, None)
                if size is None:
                    raise ValueError("stsc")
                yield at, at + size
                at, used = at + size, used + 1
    if used != len(sizes):
        raise ValueError("stsc")


def _int(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4])
