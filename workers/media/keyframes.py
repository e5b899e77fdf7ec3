"""What finished media look like: small grey pictures of a clip's keyframes, or of a photo, decoded in the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ffmpeg

from workers.media.blame import demand_success
from workers.media.encode import QUIET
from workers.media.programs import Programs
from workers.media.sandbox import Limits, run
from workers.redact.views import HEIGHT, WIDTH, Views, views

MOST = 100  # keyframes: two minutes have 61
LIMITS = Limits(cpu_seconds=60, wall_seconds=300, file_bytes=0, told_bytes=MOST * WIDTH * HEIGHT)


def views_of(
    programs: Programs, media: Path, *, photo: bool = False, cancelled: Callable[[], bool] | None = None, nice: int = 0
) -> Views:
    """The view of each keyframe of a fragmented MP4, or of a JPEG. Raises Cancelled, RefusedClip, OSError."""
    shown = ffmpeg.input(
        f"file:{media}", f="jpeg_pipe" if photo else "mov", **({} if photo else {"skip_frame": "nokey"})
    )
    grey = shown["0"].filter("scale", WIDTH, HEIGHT, flags="area").filter("format", "gray")
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
    return views(outcome.stdout)
