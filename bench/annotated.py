"""What is found in real footage: frames of two public clips, in which faces and plates were marked by eye.

    python -m bench.annotated ../shared/clips

For each kind: how many were marked, their height in lines of the picture, how many a single look covers to nine tenths,
and how many the redactor covers in the clip, where the looks around a frame add to it. The faces are all that these
clips hold, three people who turn away: from the side, mostly with glasses. Nobody looks at the camera. The plates are
two, front and rear, on cars that drive past, from a frame in which they are 8 lines to one in which they are 12.
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from workers.media import programs
from workers.redact.__main__ import look
from workers.redact.boxes import NONE
from workers.redact.looking import Redactor
from workers.redact.pixels import Bytes, Shape, in_colours, planes
from workers.redact.reading import pictures
from workers.redact.redactions import Redaction

SHAPE = Shape(768, 432)  # of both clips
AROUND = 12  # pictures before the first marked one and after the last that are redacted with them
COVERED = 0.9

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels


@dataclass(frozen=True)
class Passing:
    """A face or plate while it passes: its clip, pictures a second, and where it is in some pictures, by number."""

    what: Redaction
    clip: str
    rate: int
    at: dict[int, Box]


WALKERS, CARS = "one-by-one-person-detection.mp4", "car-detection.mp4"
MARKED = (
    Passing(
        Redaction.FACES,
        WALKERS,
        10,
        {684: (541, 28, 562, 68), 686: (578, 39, 600, 86), 688: (636, 39, 661, 86), 690: (699, 40, 724, 88)},
    ),
    Passing(
        Redaction.FACES,
        WALKERS,
        10,
        {850: (513, 63, 524, 96), 852: (538, 66, 565, 115), 854: (578, 72, 607, 115), 856: (618, 74, 648, 115)},
    ),
    Passing(
        Redaction.FACES, WALKERS, 10, {1342: (509, 34, 520, 73), 1344: (556, 34, 573, 73), 1346: (605, 34, 630, 73)}
    ),
    Passing(
        Redaction.PLATES,
        CARS,
        12,
        {
            186: (192, 48, 213, 58),
            188: (188, 72, 210, 82),
            190: (184, 98, 206, 108),
            194: (176, 147, 199, 157),
            198: (166, 207, 191, 218),
            202: (157, 271, 183, 281),
        },
    ),
    Passing(
        Redaction.PLATES,
        CARS,
        12,
        {
            206: (397, 411, 427, 422),
            208: (394, 371, 424, 382),
            212: (390, 303, 418, 314),
            216: (384, 234, 411, 246),
            220: (379, 181, 405, 192),
            224: (374, 128, 398, 139),
            228: (369, 79, 392, 90),
            232: (365, 40, 387, 50),
        },
    ),
)


@dataclass
class Found:
    """Of what was marked: how high each is, and which a single look and the whole redactor cover."""

    lines: list[int]
    at_once: list[bool]
    in_the_clip: list[bool]


def found(passing: Passing, clips: Path) -> Found:
    """What the detector and the redactor make of it."""
    first, last = min(passing.at) - AROUND, max(passing.at) + AROUND
    plain = {number: each for number, each in _numbered(clips / passing.clip, last) if number >= first}
    how = look(passing.what, passing.rate)
    redactor, out = Redactor(SHAPE, [how], NONE.copy()), list[Bytes]()
    for picture in plain.values():
        out += redactor.take(picture.copy())
    out += redactor.end()
    whole = dict(zip(plain, out, strict=True))
    return Found(
        [bottom - top for _, top, _, bottom in passing.at.values()],
        [_covers(how.find(in_colours(plain[n], SHAPE)), box) for n, box in passing.at.items()],
        [_differs(plain[n], whole[n], box) >= COVERED for n, box in passing.at.items()],
    )


def _numbered(clip: Path, last: int) -> Iterator[tuple[int, Bytes]]:
    command = [programs.find().ffmpeg, "-v", "error", "-i", clip, "-frames:v", str(last + 1)]
    with subprocess.Popen([*command, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"], stdout=subprocess.PIPE) as decoder:
        assert decoder.stdout is not None
        yield from enumerate(pictures(decoder.stdout, SHAPE))


def _covers(boxes: np.ndarray, box: Box) -> bool:
    mask = np.zeros((SHAPE.height, SHAPE.width), bool)
    for left, top, right, bottom in (np.clip(boxes, 0, 1) * np.array([SHAPE.width, SHAPE.height] * 2)).astype(int):
        mask[top : bottom + 1, left : right + 1] = True
    left, top, right, bottom = box
    return bool(mask[top:bottom, left:right].mean() >= COVERED)


def _differs(one: Bytes, other: Bytes, box: Box) -> float:
    left, top, right, bottom = box
    bright, filled = (planes(each, SHAPE)[0][top:bottom, left:right] for each in (one, other))
    return float((bright != filled).mean())


def main() -> None:
    """A row for each kind, and one for each that passes."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("clips", type=Path, help="the folder of the two clips")
    clips = words.parse_args().clips
    cv2.setNumThreads(2)
    print(f"{'what passes':34} marked   lines   one look   in the clip")
    for passing in MARKED:
        got = found(passing, clips)
        name, lines = (
            f"{passing.what} from {min(passing.at)} of {passing.clip[:12]}",
            f"{min(got.lines)}-{max(got.lines)}",
        )
        print(f"{name:34} {len(got.lines):6} {lines:>7} {sum(got.at_once):10} {sum(got.in_the_clip):13}", flush=True)


if __name__ == "__main__":
    main()
