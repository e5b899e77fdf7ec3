"""Playlists (HLS, RFC 8216) of a post's media, out of rows of the record: pure, and built anew for each request.

Names are relative and there are no dates. Codecs are not told: the record does not know them, and players read them
from the init.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from storage.posts.posts import Rendition
from storage.posts.segments import Piece

SUFFIX = ".m3u8"
AIM_SECONDS = 2  # of a piece: where keyframes are; a sparse source may make longer ones
Pieces = Sequence[Piece]


def master(renditions: Sequence[Rendition], pieces: Mapping[str, Pieces]) -> str:
    """Names the playlist of each rendition that has pieces, smallest first: a player begins with the first."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in sorted(renditions, key=lambda one: one.height):
        if played := pieces.get(one.file, ())[1:]:
            rates = f"BANDWIDTH={_peak(played)},AVERAGE-BANDWIDTH={_rate(played)}"
            lines += [f"#EXT-X-STREAM-INF:{rates},RESOLUTION={one.width}x{one.height}", of(one.file)]
    return _text(lines)


def media(rendition: Rendition, pieces: Pieces, *, ended: bool) -> str:
    """Names the pieces there are: each an object of its own, or a range of the one. It only grows, until it `ended`."""
    init, *played = pieces
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f"#EXT-X-TARGETDURATION:{_target(played)}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        f"#EXT-X-PLAYLIST-TYPE:{'VOD' if ended else 'EVENT'}",
        "#EXT-X-START:TIME-OFFSET=0,PRECISE=YES",  # some begin what is still growing at its end
        f"#EXT-X-MAP:URI={_uri(rendition, init)}",
        *([] if ended else ["#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES"]),  # api/arrivals.py
    ]
    for piece in played:
        lines.append(f"#EXTINF:{piece.milliseconds / 1000:.3f},")
        if rendition.key:
            lines.append(f"#EXT-X-BYTERANGE:{piece.bytes}@{piece.start}")
        lines.append(rendition.file if rendition.key else name(rendition.file, piece.number))
    return _text([*lines, *(["#EXT-X-ENDLIST"] if ended else [])])


def of(file: str) -> str:
    """What the playlist of a rendition is asked for by."""
    return _stem(file) + SUFFIX


def name(file: str, number: int) -> str:
    """What a piece that is an object of its own is asked for by: `480p-0.mp4` is the init, `480p-7.m4s` a piece."""
    return f"{_stem(file)}-{number}{'.m4s' if number else '.mp4'}"


def _uri(rendition: Rendition, init: Piece) -> str:
    if rendition.key:
        return f'"{rendition.file}",BYTERANGE="{init.bytes}@{init.start}"'
    return f'"{name(rendition.file, init.number)}"'


def _target(played: Pieces) -> int:
    return max([AIM_SECONDS, *(math.floor(piece.milliseconds / 1000 + 0.5) for piece in played)])


def _peak(played: Pieces) -> int:
    """The highest rate of any row of pieces that lasts half a target duration to one and a half, as the RFC has it."""
    target, highest = _target(played) * 1000, _rate(played)
    for first in range(len(played)):
        for after in range(first + 1, len(played) + 1):
            row = played[first:after]
            if _length(row) > target * 1.5:
                break
            if _length(row) >= target / 2:
                highest = max(highest, _rate(row))
    return highest


def _rate(played: Pieces) -> int:
    """Bits a second, rounded up; a piece may be shorter than a millisecond."""
    return math.ceil(sum(piece.bytes for piece in played) * 8000 / max(_length(played), 1))


def _length(played: Pieces) -> int:
    return sum(piece.milliseconds for piece in played)


def _stem(file: str) -> str:
    return PurePath(file).stem


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
