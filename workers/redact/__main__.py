"""Redact raw pictures from standard input to standard output, in a process and a sandbox of its own.

    python -m workers.redact WIDTH HEIGHT FRAMES_A_SECOND faces plates

Does NOT protect: what the finders miss, see `faces` and `plates`. What ends in the middle of a picture is left out;
any fault ends the program before the picture it stumbled over is written.
"""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from workers.redact import faces, plates
from workers.redact.looking import Look, Redactor
from workers.redact.pixels import Shape
from workers.redact.redactions import Redaction

THREADS = 2  # of the machine's, beside a decoder and an encoder
# Looks a second. Faces come, turn and go; plates are rigid, and looking for them costs more.
LOOKS = {Redaction.FACES: 3, Redaction.PLATES: 2}
REACH = {Redaction.FACES: 2, Redaction.PLATES: 1}  # looks that what is found is carried over, either way
WEIGHTS = ("rapidocr", "models/PP-OCRv6_det_small.onnx")


def main(width: str, height: str, rate: str, *asked: str) -> None:
    """Until the input ends. Raises ValueError for words that are none of ours."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads us is gone: so are we, and it is no fault of ours
    cv2.setNumThreads(THREADS)
    shape = Shape(int(width), int(height))
    redact(sys.stdin.buffer, sys.stdout.buffer, Redactor(shape, [look(Redaction(name), int(rate)) for name in asked]))


def look(redaction: Redaction, rate: int) -> Look:
    """How often one thing is looked for at `rate` pictures a second."""
    every = max(1, round(rate / LOOKS[redaction]))
    find = faces.find if redaction is Redaction.FACES else plates.finder(weights())
    return Look(find, every, every * REACH[redaction])


def weights() -> Path:
    """The text detector's, in a package that is looked up and never imported."""
    package, name = WEIGHTS
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(package)
    return Path(found.submodule_search_locations[0], name)


def redact(source: BinaryIO, out: BinaryIO, redactor: Redactor) -> None:
    """Each whole picture of `source` to `out`, redacted, in order."""
    while True:
        picture = np.empty(redactor.shape.bytes, np.uint8)
        if _read_into(picture.data, source) < len(picture):
            break
        for ready in redactor.take(picture):
            out.write(ready.data)
    for ready in redactor.end():
        out.write(ready.data)
    out.flush()


def _read_into(place: memoryview, source: BinaryIO) -> int:
    filled = 0
    while filled < len(place) and (more := source.readinto(place[filled:])):  # type: ignore[attr-defined]
        filled += more
    return filled


if __name__ == "__main__":
    main(*sys.argv[1:])
