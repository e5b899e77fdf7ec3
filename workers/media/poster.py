"""The still picture of a clip, taken from the finished 480p rendition and never from the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from workers.media.blame import demand_success
from workers.media.encode import QUIET, Rendition
from workers.media.programs import Programs
from workers.media.sandbox import Limits, run

LIMITS = Limits(cpu_seconds=30, wall_seconds=60, file_bytes=4 << 20)
AT_MOST = 1.0  # seconds in: past a camera's first dark or grey frames


@dataclass(frozen=True)
class Poster:
    """A finished JPEG."""

    path: Path
    name: str
    width: int
    height: int
    bytes: int


def poster(
    programs: Programs, rendition: Rendition, out: Path, *, cancelled: Callable[[], bool] | None = None
) -> Poster:
    """Write one frame of `rendition` to `out` as a JPEG. Raises Cancelled, RefusedClip."""
    clip = ffmpeg.input(f"file:{rendition.path}", ss=min(AT_MOST, rendition.seconds / 3), f="mov")
    settings = {"q:v": 4, "map_metadata": -1, "fflags": "+bitexact", "flags:v": "+bitexact", "f": "mjpeg"}
    # The JPEG way of storing colour; without it the decoder of a browser would show greys too dark.
    still = clip["0"].filter("scale", out_range="pc", out_color_matrix="bt601").filter("format", "yuvj420p")
    built = ffmpeg.output(still, f"file:{out}", **{"frames:v": 1, "an": None}, **settings).get_args()
    outcome = run(
        [programs.ffmpeg, *QUIET, "-protocol_whitelist", "file", "-threads", "1", *built, "-y"],
        read=[rendition.path],
        write=out.parent,
        limits=LIMITS,
        confined=programs.confined,
        cancelled=cancelled,
    )
    demand_success(outcome, out)
    return Poster(out, out.name, rendition.width, rendition.height, out.stat().st_size)
