"""A run in which somebody must not be recognised: three programs that feed each other, decoding, redacting, encoding.

The decoder alone sees the stranger's pictures, the redactor sees raw pictures and nothing else, and what the encoder
gets has been through the redactor: no pipe leads past it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import ffmpeg

from workers.media import blame, encode, redactor
from workers.media.graph import decoded, picture
from workers.media.hiding import Box, Hiding
from workers.media.probe import LONGEST, Probed
from workers.media.programs import Programs
from workers.media.rungs import Rung, place, size
from workers.media.sandbox import Part
from workers.media.watching import Outcome
from workers.redact.canvases import RATE

SLOWER = 3  # times as long as without redaction, on a machine that is busy enough
# How many pictures it wrote, said once at its end where it complains.
COUNTING = ["-progress", "pipe:2", "-stats_period", "36000"]
COUNTED = re.compile(rb"^frame= *(\d+)$", re.MULTILINE)


def parts(programs: Programs, source: Path, probed: Probed, largest: Rung, blur: Hiding, encoder: Part) -> list[Part]:
    """`encoder` alone where nothing is to be redacted; or else what feeds it, at the size of `largest`, and it."""
    if not blur:
        return [encoder]
    limits = replace(encoder.limits, wall_seconds=SLOWER * encoder.limits.wall_seconds)
    decoder = Part(decoding(programs, source, probed, largest), read=[source], limits=limits)
    redacting = redactor.part(size(probed, largest), RATE, on_canvas(blur, probed, largest))
    # Of the clip it may read what its words name: without sound, nothing.
    read = [path for path in encoder.read if f"file:{path}" in encoder.argv]
    return [decoder, redacting, replace(encoder, read=read, limits=limits)]


def on_canvas(blur: Hiding, probed: Probed, rung: Rung) -> Hiding:
    """The same with its boxes as shares of the canvas, on which the picture may have black beside it."""
    (width, height), inner = size(probed, rung), place(probed, rung)

    def laid(box: Box) -> Box:
        (left, right), (top, bottom) = (
            ((begun + one * long) / whole, (begun + other * long) / whole)
            for one, other, begun, long, whole in (
                (box[0], box[2], inner.left, inner.width, width),
                (box[1], box[3], inner.top, inner.height, height),
            )
        )
        return left, top, right, bottom

    return replace(blur, boxes=tuple(map(laid, blur.boxes)))


def decoding(programs: Programs, source: Path, probed: Probed, rung: Rung, *, every: int = 1) -> list[str]:
    """The decoder's whole command line: what every rung is made from, raw, or one of `every` so many of it.

    Every word is ours.
    """
    clip = ffmpeg.input(f"file:{source}")
    settings = {"f": "rawvideo", "c:v": "rawvideo", "pix_fmt": "yuv420p", "fps_mode": "passthrough", "t": LONGEST + 1}
    out = ffmpeg.output(picture(clip[str(probed.video_index)], probed, rung, every=every), "pipe:1", **settings)
    return [*encode.begun(programs), *decoded(probed), *COUNTING, *out.get_args()]


def demand_success(outcomes: Sequence[Outcome]) -> None:
    """Nothing for a run that went well, of one program or of three. Raises RefusedClip, or OSError where it was us."""
    *fed, encoder = outcomes
    if not fed:
        blame.demand_success(encoder)
        return
    decoder, redacting = fed
    blame.demand_redacted(decoder, redacting, encoder)


def demand_every_picture(outcomes: Sequence[Outcome], seconds: float) -> None:
    """Nothing if as many pictures came out as were decoded. Raises OSError: one that is missing is our fault."""
    came, wanted = round(seconds * RATE), counted(outcomes[0])
    if len(outcomes) > 1 and came != wanted:
        raise OSError(f"of {wanted} pictures {came} came out of the redactor")


def counted(decoder: Outcome) -> int:
    """How many pictures the decoder says it wrote; -1 if it said nothing."""
    said = COUNTED.findall(decoder.stderr)
    return int(said[-1]) if said else -1
