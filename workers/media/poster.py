"""The still picture of a clip, taken from the proved 480p rung and never from the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import ffmpeg

from workers.media.blame import demand_success
from workers.media.encode import QUIET
from workers.media.fragments import index
from workers.media.programs import Programs
from workers.media.sandbox import Limits, run

LIMITS = Limits(cpu_seconds=30, wall_seconds=60, file_bytes=4 << 20)
NAME = "poster.jpg"
AT_MOST = 1.0  # seconds in: past a camera's first dark or grey frames

# As every still is written, a clip's or a photo: the one form that `proof_jpeg` knows.
WRITTEN = {
    "q:v": 4,
    "map_metadata": -1,
    "fflags": "+bitexact",
    "flags:v": "+bitexact",
    "f": "mjpeg",
    "huffman": "default",
}


@dataclass(frozen=True)
class Still:
    """A finished JPEG."""

    path: Path
    name: str
    width: int
    height: int
    bytes: int


def poster_from(
    programs: Programs,
    init: bytes,
    segment: bytes,
    folder: Path,
    *,
    width: int,
    height: int,
    cancelled: Callable[[], bool] | None = None,
) -> Still:
    """Write a frame of a clip's proved first segment to `folder` as a JPEG. Raises Cancelled, RefusedClip, OSError."""
    beginning = folder / "first.mp4"
    beginning.write_bytes(init + segment)
    try:
        seconds = sum(piece.seconds for piece in index(beginning))
        planned = Still(folder / NAME, NAME, width, height, 0)
        return frame_at(programs, beginning, min(AT_MOST, seconds / 3), planned, cancelled)
    finally:
        beginning.unlink()


def frame_at(
    programs: Programs, clip: Path, at: float, planned: Still, cancelled: Callable[[], bool] | None = None
) -> Still:
    """Write the frame that a clip of ours shows at so many seconds, as a JPEG. Raises as `poster_from` does."""
    shown = ffmpeg.input(f"file:{clip}", ss=at, f="mov")
    # The JPEG way of storing colour; without it the decoder of a browser would show greys too dark.
    still = shown["0"].filter("scale", out_range="pc", out_color_matrix="bt601").filter("format", "yuvj420p")
    built = ffmpeg.output(still, f"file:{planned.path}", **{"frames:v": 1, "an": None}, **WRITTEN).get_args()
    outcome = run(
        [programs.ffmpeg, *QUIET, "-protocol_whitelist", "file", "-threads", "1", *built, "-y"],
        read=[clip],
        write=planned.path.parent,
        limits=LIMITS,
        confined=programs.confined,
        cancelled=cancelled,
    )
    demand_success(outcome, planned.path)
    return replace(planned, bytes=planned.path.stat().st_size)
