"""A first look over a whole clip, before any of it is redacted: what never moves, and what is written all the time.

    python -m workers.redact.survey WIDTH HEIGHT overlay porch

reads raw pictures from standard input, a few a second, and writes what it found to standard output; nothing for no
picture. It ends with CAMERA_MOVES where nothing can be said of what never moves.

Does NOT protect anything by itself: see `overlay` and `porch`.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from workers.redact import overlay, porch
from workers.redact.boxes import NONE, Boxes, demand_boxes
from workers.redact.pixels import Bytes, Shape, in_colours
from workers.redact.porch import Backdrop
from workers.redact.reading import pictures
from workers.redact.redactions import CAMERA_MOVES, OF_CLIPS, Redaction
from workers.redact.weights import THREADS, weights

MOST = 48  # pictures that are kept: the more, the less what moves is in their median


class CameraMoves(Exception):
    """Nothing can be said of what never moves."""


@dataclass(frozen=True)
class Survey:
    """What is written all the time, and what never moves where that was asked."""

    written: Boxes = field(default_factory=NONE.copy)
    behind: Backdrop | None = None


def main(width: str, height: str, *asked: str) -> int:
    """How to end. Raises ValueError for words that are none of ours."""
    cv2.setNumThreads(THREADS)
    shape, wanted = Shape(int(width), int(height)), frozenset(map(Redaction, asked))
    if not wanted or wanted - OF_CLIPS:
        raise ValueError("nothing to look for")
    kept = spread(pictures(sys.stdin.buffer, shape))
    if kept:
        try:
            sys.stdout.buffer.write(as_bytes(survey(kept, shape, wanted)))
        except CameraMoves:
            return CAMERA_MOVES
    return 0


def spread(all_of_them: Iterable[Bytes]) -> list[Bytes]:
    """As many as MOST, as far apart as the clip allows, however long it turns out to be."""
    kept, every = list[Bytes](), 1
    for number, picture in enumerate(all_of_them):
        if number % every == 0:
            kept.append(picture)
        if len(kept) > MOST:
            kept, every = kept[::2], every * 2
    return kept


def survey(kept: Sequence[Bytes], shape: Shape, wanted: frozenset[Redaction]) -> Survey:
    """Look at them. Raises CameraMoves, or ValueError for pictures of another shape and for none."""
    behind = None
    if Redaction.PORCH in wanted:
        halves = [porch.halved(picture, shape) for picture in kept]
        behind = porch.backdrop(halves)
        if not porch.stands_still(halves, behind):
            raise CameraMoves
    # For a porch as well: a clock's digits move, and what is written shows on whoever passes behind it.
    find = overlay.finder(weights())
    few = {round(place) for place in np.linspace(0, len(kept) - 1, overlay.LOOKED)}
    return Survey(overlay.standing([find(in_colours(kept[place], shape)) for place in sorted(few)]), behind)


def as_bytes(found: Survey) -> bytes:
    """As `from_bytes` takes it: a line of JSON, then the two pictures of a backdrop."""
    head = json.dumps({"written": found.written.tolist(), "behind": found.behind is not None}).encode() + b"\n"
    return head + (found.behind.low.tobytes() + found.behind.high.tobytes() if found.behind else b"")


def from_bytes(data: bytes, shape: Shape) -> Survey:
    """What was found in a clip of that shape. Raises ValueError for anything else."""
    head, _, rest = data.partition(b"\n")
    told = json.loads(head)
    written = np.array(told["written"], np.float64).reshape(-1, 4)
    demand_boxes(written)
    half = (2, shape.height // 2, shape.width // 2, 3)
    if len(rest) != (int(np.prod(half)) if told["behind"] else 0):
        raise ValueError("no survey of this shape")
    return Survey(written, Backdrop(*np.frombuffer(rest, np.uint8).reshape(half)) if rest else None)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main(*sys.argv[1:]))
