"""A photo made anew: decoded, redacted and written in a few fixed sizes, by programs that feed each other.

As with a clip, the decoder alone sees the stranger's bytes; those after it see raw pixels and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ffmpeg

from workers.media import blame, encode, redactor
from workers.media.hiding import Hiding
from workers.media.poster import NAME as POSTER, WRITTEN, Still
from workers.media.probe import LARGEST
from workers.media.programs import Programs
from workers.media.refusals import Reason, RefusedClip
from workers.media.sandbox import Limits, Part, run_all
from workers.media.sniff import PhotoFormat

MODULE = "workers.media.photo_decoder"
# No larger than a clip's largest rung: what the finders are known to miss in a picture is known for this size.
SIZES = (("photo.jpg", 1080), (POSTER, 480))  # name: shorter side in pixels, never above the source's; largest first
LONGEST = 4096  # pixels of the longer side of a panorama
LOOKING = Limits(cpu_seconds=20, wall_seconds=120, memory_bytes=3 << 30, file_bytes=0, told_bytes=4 << 10)
DECODING = Limits(cpu_seconds=60, wall_seconds=300, memory_bytes=3 << 30, file_bytes=0)
ENCODING = Limits(cpu_seconds=60, wall_seconds=300, file_bytes=16 << 20)


@dataclass(frozen=True)
class Photo:
    """A photo worth decoding. Width and height are as seen, once it is turned the right way up."""

    format: PhotoFormat
    width: int
    height: int


def inspect(
    programs: Programs, source: Path, format_: PhotoFormat, *, cancelled: Callable[[], bool] | None = None
) -> Photo:
    """What the photo's head says. Raises RefusedClip, Cancelled, OSError."""
    if source.stat().st_size > LARGEST:
        raise RefusedClip(Reason.TOO_LARGE)
    looker = _decoder(source, format_, LOOKING)
    (outcome,) = run_all([looker], confined=programs.confined, cancelled=cancelled)
    blame.demand_seen(outcome)
    told: dict[str, Any] = json.loads(outcome.stdout)
    if "refused" in told:
        raise RefusedClip(Reason(told["refused"]))
    return Photo(format_, int(told["width"]), int(told["height"]))


def make(
    programs: Programs,
    source: Path,
    seen: Photo,
    folder: Path,
    *,
    blur: Hiding,
    cancelled: Callable[[], bool] | None = None,
) -> list[Still]:
    """Write each of SIZES to `folder` as a JPEG. Raises RefusedClip, Cancelled, OSError; then none is left behind."""
    if blur.of_clips:
        raise RefusedClip(Reason.ONLY_OF_CLIPS)
    planned = [Still(folder / name, name, *size(seen, short), 0) for name, short in SIZES]
    try:
        outcomes = run_all(
            parts(programs, source, seen, planned, folder, blur), confined=programs.confined, cancelled=cancelled
        )
        blame.demand_decoded(*outcomes)
        for still in planned:
            if not still.path.exists():
                raise OSError("a size of a photo was not written")
        return [replace(still, bytes=still.path.stat().st_size) for still in planned]
    except BaseException:
        for still in planned:
            still.path.unlink(missing_ok=True)
        raise


def size(seen: Photo, short_side: int) -> tuple[int, int]:
    """Width and height in even pixels, shaped as the photo is seen, and not larger than it."""
    scale = min(1.0, short_side / min(seen.width, seen.height), LONGEST / max(seen.width, seen.height))
    return max(2, round(seen.width * scale / 2) * 2), max(2, round(seen.height * scale / 2) * 2)


def parts(
    programs: Programs,
    source: Path,
    seen: Photo,
    planned: Sequence[Still],
    folder: Path,
    blur: Hiding,
) -> list[Part]:
    """Decoder, redactor where there is something to redact, encoder. From the photo come two bounded numbers."""
    width, height = planned[0].width, planned[0].height
    decoder = _decoder(source, seen.format, DECODING, str(width), str(height))
    encoder = Part(_encoding(programs, planned), write=folder, limits=ENCODING)
    return [decoder, *([redactor.part((width, height), 1, blur)] if blur else []), encoder]


def _decoder(source: Path, format_: PhotoFormat, limits: Limits, *words: str) -> Part:
    program = redactor.confined(["-W", "ignore", "-m", MODULE, format_.value, source, *words])
    return replace(program, read=[*program.read, source], limits=limits)


def _encoding(programs: Programs, planned: Sequence[Still]) -> list[str]:
    largest = planned[0]
    raw = {"video_size": (largest.width, largest.height), "pixel_format": "yuv420p", "framerate": 1}
    pictures = ffmpeg.input("pipe:0", f="rawvideo", **raw).filter_multi_output("split", len(planned))
    written = [_written(pictures[place], still) for place, still in enumerate(planned)]
    return [*encode.begun(programs), *ffmpeg.merge_outputs(*written).get_args(), "-y"]


def _written(picture: Any, still: Still) -> Any:
    # As a poster is written: the JPEG way of storing colour.
    scaled = picture.filter(
        "scale", still.width, still.height, flags="lanczos", in_range="tv", in_color_matrix="bt601",
        out_range="pc", out_color_matrix="bt601",
    )  # fmt: skip
    return ffmpeg.output(
        scaled.filter("format", "yuvj420p").filter("setsar", 1), f"file:{still.path}", **{"frames:v": 1}, **WRITTEN
    )
