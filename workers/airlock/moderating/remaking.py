"""Makes published media anew without what is in some boxes: decoded, filled, encoded and proved once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from feed.posting import Arriving
from storage.kit import ids
from storage.moderation.blurs import Box
from storage.posts.posts import Rendition
from storage.posts.segments import Piece
from workers.airlock.agree import FIRST
from workers.airlock.finish import NICE, listed, pieces_of
from workers.media import rework, rungs
from workers.media.fragments import Init, Segment
from workers.media.hiding import Hiding
from workers.media.poster import Still
from workers.media.programs import Programs


@dataclass(frozen=True)
class Made:
    """What a post is to have: its files, the pieces of those that are played in some, and the bytes under each key."""

    files: list[Rendition]
    pieces: dict[str, list[Piece]]
    bytes: dict[str, bytes | Path]


def make_clip(tools: Programs, source: Path, out: Path, boxes: Sequence[Box]) -> Made:
    """From the largest rendition of a clip. Raises RefusedClip, NotClean, OSError."""
    probed, came = rework.inspect(tools, source), list[Init | Segment]()
    first, *larger = rungs.rungs(probed)
    blur = _hiding(boxes)
    # Of what was published there is sound only where its author wanted it.
    whole = rework.first_rung(tools, source, probed, first, sound=True, arrived=came.append, blur=blur)
    begin, second = came[0].data, came[1].data
    still = rework.poster_from(tools, begin, second, out, width=whole.width, height=whole.height)
    made = rework.make_ladder(tools, source, probed, larger, out, sound=True, nice=NICE, blur=blur) if larger else []
    pieces, played, bytes_ = list[Piece](), 0.0, dict[str, bytes | Path]()
    for number, piece in enumerate(came):
        before, played = played, played + (piece.seconds if isinstance(piece, Segment) else 0.0)
        milliseconds = round(played * 1000) - round(before * 1000)
        pieces.append(Piece(number, ids.new_id(), 0, len(piece.data), milliseconds))
        bytes_[pieces[-1].key] = piece.data
    poster, files = _listed(still), [listed(one) for one in made]
    bytes_ |= {poster.key: still.path} | {file.key: one.rendition.path for file, one in zip(files, made, strict=True)}
    parts = {file.file: pieces_of(file.key, one) for file, one in zip(files, made, strict=True)}
    smallest = Arriving(FIRST, whole.width, whole.height, pieces, whole=True).listed()
    return Made([poster, smallest, *files], {FIRST: pieces, **parts}, bytes_)


def make_photo(tools: Programs, source: Path, out: Path, boxes: Sequence[Box]) -> Made:
    """From the larger size of a photo. Raises as `make_clip`."""
    seen = rework.inspect_photo(tools, source)
    if seen is None:
        raise OSError("what was published as a photo is none")
    made = rework.make_photo(tools, source, seen, out, blur=_hiding(boxes))
    files = [_listed(still) for still in made]
    return Made(files, {}, {file.key: still.path for file, still in zip(files, made, strict=True)})


def _hiding(boxes: Sequence[Box]) -> Hiding:
    return Hiding.of(boxes=tuple((left / 100, top / 100, right / 100, low / 100) for left, top, right, low in boxes))


def _listed(still: Still) -> Rendition:
    return Rendition(still.name, ids.new_id(), still.width, still.height, still.bytes)
