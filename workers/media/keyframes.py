"""Small grey pictures of finished media, a clip's keyframes or a photo, decoded in the sandbox: what they look like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ffmpeg

from workers.media.blame import demand_success
from workers.media.encode import QUIET
from workers.media.programs import Programs
from workers.media.sandbox import Limits, run
from workers.redact.photo_looks import SIDE
from workers.redact.views import HEIGHT, WIDTH, Views, views

MOST = 100  # keyframes: two minutes have 61
LIMITS = Limits(cpu_seconds=60, wall_seconds=300, file_bytes=0, told_bytes=MOST * WIDTH * HEIGHT)


def views_of(
    programs: Programs, media: Path, *, photo: bool = False, cancelled: Callable[[], bool] | None = None, nice: int = 0
) -> Views:
    """The view of each keyframe of a fragmented MP4, or of a JPEG. Raises Cancelled, RefusedClip, OSError."""
    return views(_grey(programs, media, WIDTH, HEIGHT, photo=photo, cancelled=cancelled, nice=nice))


def photo_of(programs: Programs, photo: Path, *, nice: int = 0) -> bytes:
    """A JPEG as photo_looks compares it. Raises RefusedClip, OSError."""
    grey = _grey(programs, photo, SIDE, SIDE, photo=True, cancelled=None, nice=nice)
    if len(grey) != SIDE * SIDE:
        raise OSError("a photo was not decoded")
    return grey


def _grey(
    programs: Programs,
    media: Path,
    width: int,
    height: int,
    *,
    photo: bool,
    cancelled: Callable[[], bool] | None,
    nice: int,
) -> bytes:
    shown = ffmpeg.input(
        f"file:{media}", f="jpeg_pipe" if photo else "mov", **({} if photo else {"skip_frame": "nokey"})
    )
    grey = shown["0"].filter("scale", width, height, flags="area").filter("format", "gray")
    told = ffmpeg.output(grey, "pipe:1", f="rawvideo", fps_mode="passthrough", an=None).get_args()
    outcome = run(
        [programs.ffmpeg, *QUIET, "-protocol_whitelist", "file,pipe", "-threads", "1", *told],
        read=[media],
        limits=LIMITS,
        confined=programs.confined,
        cancelled=cancelled,
        nice=nice,
    )
    demand_success(outcome)
    return outcome.stdout
