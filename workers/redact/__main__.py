"""Redact raw pictures from standard input to standard output, in a process and a sandbox of its own.

    python -m workers.redact WIDTH HEIGHT FRAMES_A_SECOND faces plates overlay porch survey=FILE box=0.1,0.1,0.2,0.3

Overlays and porches are hidden as the survey found them (`survey`), boxes through the whole clip.

Does NOT protect: what the finders miss, see `faces`, `plates`, `overlay` and `porch`. What ends in the middle of a
picture is left out; any fault ends the program before the picture it stumbled over is written.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from workers.redact import faces, plates
from workers.redact.boxes import NONE, Boxes, demand_boxes
from workers.redact.looking import Look, Redactor
from workers.redact.pixels import Shape
from workers.redact.reading import pictures
from workers.redact.redactions import OF_CLIPS, Redaction
from workers.redact.survey import Survey, from_bytes
from workers.redact.weights import THREADS, weights

# Looks a second. Faces come, turn and go; plates are rigid, and looking for them costs more.
LOOKS = {Redaction.FACES: 3, Redaction.PLATES: 2}
REACH = {Redaction.FACES: 2, Redaction.PLATES: 1}  # looks that what is found is carried over, either way
SURVEY, BOX = "survey=", "box="


def main(width: str, height: str, rate: str, *asked: str) -> None:
    """Until the input ends. Raises ValueError for words that are none of ours, and where a survey is missing."""
    cv2.setNumThreads(THREADS)
    redact(sys.stdin.buffer, sys.stdout.buffer, redactor(Shape(int(width), int(height)), int(rate), asked))


def redactor(shape: Shape, rate: int, asked: Sequence[str]) -> Redactor:
    """What does what was asked. Raises ValueError as `main` does."""
    files = [word.removeprefix(SURVEY) for word in asked if word.startswith(SURVEY)]
    drawn = [word.removeprefix(BOX).split(",") for word in asked if word.startswith(BOX)]
    kinds = frozenset(Redaction(word) for word in asked if not word.startswith((SURVEY, BOX)))
    found = from_bytes(Path(files[0]).read_bytes(), shape) if files else Survey()
    if (kinds & OF_CLIPS and not files) or (Redaction.PORCH in kinds and found.behind is None):
        raise ValueError("no survey")
    boxes: Boxes = np.vstack([NONE, found.written, *(np.array([box], np.float64) for box in drawn)])
    demand_boxes(boxes)
    looks = [look(kind, rate) for kind in LOOKS if kind in kinds]
    if not kinds and not drawn:
        raise ValueError("nothing to redact")
    return Redactor(shape, looks, boxes, found.behind)


def look(redaction: Redaction, rate: int) -> Look:
    """How often one thing is looked for at `rate` pictures a second."""
    every = max(1, round(rate / LOOKS[redaction]))
    find = faces.find if redaction is Redaction.FACES else plates.finder(weights())
    return Look(find, every, every * REACH[redaction])


def redact(source: BinaryIO, out: BinaryIO, redactor: Redactor) -> None:
    """Each whole picture of `source` to `out`, redacted, in order."""
    for picture in pictures(source, redactor.shape):
        for ready in redactor.take(picture):
            out.write(ready.data)
    for ready in redactor.end():
        out.write(ready.data)
    out.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads us is gone: so are we, and it is no fault of ours
    main(*sys.argv[1:])
