"""The samples of a finished MP4: that they are all of its data, and that each picture holds only slices.

Does NOT protect: what the slices show, and what AAC frames hold, is not decoded here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workers.redact.findings import Finding
from workers.redact.mp4 import Box, walk

SLICES = {1, 5}  # H.264 units: parameter sets stand in avcC, everything else is a message to somebody


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


def prove_samples(data: bytes) -> list[Finding]:
    """Findings about bytes no sample refers to, shared bytes, and units that are no slice."""
    try:
        movie = tracks(data)
    except (KeyError, ValueError, IndexError):
        return [Finding("moov/trak", "sample tables that do not add up")]
    kinds = sorted(track.handler for track in movie)
    findings = [] if kinds in ([b"vide"], [b"soun", b"vide"]) else [Finding("moov", "tracks that do not belong")]
    if not _covers(data, sorted(place for track in movie for place in track.places)):
        findings.append(Finding("mdat", "bytes that belong to no sample, or to two"))
    pictures = [place for track in movie if track.handler == b"vide" for place in track.places]
    if not pictures:
        findings.append(Finding("mdat", "no picture"))
    if not all(only_slices(data, start, end) for start, end in pictures):
        findings.append(Finding("mdat", "a unit that is no slice"))
    return findings


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


def _covers(data: bytes, places: list[tuple[int, int]]) -> bool:
    media = [box for box in walk(data) if box.path == "mdat"]
    if len(media) != 1:
        return False
    at = media[0].start
    for start, end in places:
        if start != at:
            return False
        at = end
    return at == media[0].end


def only_slices(data: bytes, at: int, end: int) -> bool:
    """Whether the sample from `at` to `end` is made of slices and of nothing else."""
    if at == end:
        return False
    while at + 5 <= end:
        length = _int(data, at)
        if length < 1 or data[at + 4] & 0x1F not in SLICES:
            return False
        at += 4 + length
    return at == end


def _int(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4])
