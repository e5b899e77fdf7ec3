"""What is in a clip, as ffprobe tells it with its hands tied: forced demuxer, known codecs, bounds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from workers.media import boxes, elements
from workers.media.blame import demand_success
from workers.media.opening import DECODERS, MOST_PIXELS, PASSENGERS, SOUND_CODECS, VIDEO_CODECS, opened
from workers.media.programs import Programs
from workers.media.refusals import Reason, RefusedClip
from workers.media.sandbox import Limits, run
from workers.media.sniff import Container, sniff

LARGEST = 500 << 20  # bytes of a file
LONGEST = 120.5  # seconds: two minutes as cameras count them
PROBED_PIXELS = 8192 * 8192  # so that 8K is refused for what it is
MOST_FPS = 240  # slow motion on phones
NAMES = {"amr_nb": "amrnb", "amr_wb": "amrwb"}  # codec: decoder
MATRICES = {
    "bt709": "bt709", "smpte170m": "bt601", "bt470bg": "bt601", "bt2020nc": "bt2020", "bt2020c": "bt2020",
}  # fmt: skip
CHECKS = {
    Container.MP4: boxes.check,
    Container.MATROSKA: elements.check_matroska,
    Container.AVI: elements.check_avi,
    Container.TRANSPORT: elements.check_transport,
}
ASKED = (
    "format=duration:stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,avg_frame_rate,r_frame_rate,"
    "duration,color_space:stream_disposition=attached_pic,default:stream_side_data=rotation"
)


@dataclass(frozen=True)
class Probed:
    """A clip worth decoding. Width and height are as seen, after rotation and with square pixels."""

    container: Container
    video_index: int
    audio_index: int | None
    width: int
    height: int
    fps: float
    seconds: float | None  # None when the file does not say; the decode is bounded all the same
    matrix: str  # how its colours are written, as swscale calls it
    bytes: int


def probe(programs: Programs, source: Path, *, cancelled: Callable[[], bool] | None = None) -> Probed:
    """Sniff, walk and probe the file at `source`. Raises RefusedClip, Cancelled."""
    size = source.stat().st_size
    if size > LARGEST:
        raise RefusedClip(Reason.TOO_LARGE)
    container = sniff(source)
    CHECKS[container](source)
    return understand(ask(programs, source, container, cancelled=cancelled), container, size)


def ask(
    programs: Programs, source: Path, container: Container, *, cancelled: Callable[[], bool] | None = None
) -> dict[str, Any]:
    """ffprobe's answer about a file. Raises RefusedClip (unreadable, unsupported_codec, took_too_long)."""
    argv: list[str | Path] = [programs.ffprobe, "-v", "error", "-threads", "1", "-show_entries", ASKED, "-of", "json"]
    outcome = run(
        [*argv, *opened(container, (*DECODERS, *PASSENGERS), PROBED_PIXELS), "-i", f"file:{source}"],
        read=[source],
        limits=Limits(cpu_seconds=20, wall_seconds=60, told_bytes=1 << 20),
        confined=programs.confined,
        cancelled=cancelled,
    )
    demand_success(outcome)
    answer: dict[str, Any] = json.loads(outcome.stdout)
    return answer


def understand(answer: dict[str, Any], container: Container, size: int) -> Probed:
    """What ffprobe answered, held against the bounds. Raises RefusedClip."""
    streams = answer.get("streams", [])
    video = _best(stream for stream in streams if _is_picture(stream))
    if video is None:
        raise RefusedClip(Reason.NO_PICTURE)
    if video.get("codec_name") not in VIDEO_CODECS:
        raise RefusedClip(Reason.UNSUPPORTED_CODEC)
    sounds = (stream for stream in streams if stream.get("codec_type") == "audio")
    sound = _best(s for s in sounds if NAMES.get(s.get("codec_name"), s.get("codec_name")) in SOUND_CODECS)
    width, height = _as_seen(video)
    return Probed(
        container=container,
        video_index=int(video["index"]),
        audio_index=int(sound["index"]) if sound else None,
        width=width,
        height=height,
        fps=_fps(video),
        seconds=_seconds(answer.get("format", {}).get("duration"), video.get("duration")),
        matrix=_matrix(video),
        bytes=size,
    )


def _is_picture(stream: dict[str, Any]) -> bool:
    return stream.get("codec_type") == "video" and not stream.get("disposition", {}).get("attached_pic")


def _best(streams: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    # The one marked default, else the first.
    return min(streams, key=lambda stream: -stream.get("disposition", {}).get("default", 0), default=None)


def _as_seen(video: dict[str, Any]) -> tuple[int, int]:
    width, height = int(video.get("width") or 0), int(video.get("height") or 0)
    if width < 2 or height < 2:
        raise RefusedClip(Reason.UNREADABLE)
    if width * height > MOST_PIXELS:
        raise RefusedClip(Reason.TOO_BIG_PICTURE)
    shape = _fraction(video.get("sample_aspect_ratio", "").replace(":", "/"))
    if Fraction(1, 4) <= shape <= 4:  # anything else is a lie about the pixels' shape
        width = round(width * shape)
    turned = any(abs(int(side.get("rotation", 0))) % 180 == 90 for side in video.get("side_data_list", []))
    return (height, width) if turned else (width, height)


def _matrix(video: dict[str, Any]) -> str:
    # Untagged pictures are what players take them for: HD colours from 720 lines up, else those of television.
    hd = min(int(video["width"]), int(video["height"])) >= 720
    return MATRICES.get(video.get("color_space", ""), "bt709" if hd else "bt601")


def _fps(video: dict[str, Any]) -> float:
    told = [_fraction(video.get(name, "")) for name in ("avg_frame_rate", "r_frame_rate")]
    fps = next((rate for rate in told if rate > 0), Fraction(30))
    if fps > MOST_FPS:
        raise RefusedClip(Reason.TOO_FAST)
    return float(fps)


def _seconds(*told: str | None) -> float | None:
    known = [seconds for seconds in map(_float, told) if math.isfinite(seconds) and seconds > 0]
    if not known:
        return None
    if max(known) > LONGEST:
        raise RefusedClip(Reason.TOO_LONG)
    return max(known)


def _fraction(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return Fraction(0)


def _float(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan
