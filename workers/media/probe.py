"""What is in a clip, as ffprobe tells it with its hands tied: forced demuxer, known codecs, bounds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from workers.media import boxes, elements
from workers.media.appearance import (
    HIGH_RANGE,
    UPRIGHT,
    as_seen,
    fraction,
    matrix_of,
    needs_dolby_vision,
    primaries_of,
    turn_of,
)
from workers.media.blame import demand_success
from workers.media.opening import DECODERS, PASSENGERS, SOUND_CODECS, VIDEO_CODECS, opened
from workers.media.programs import Programs
from workers.media.refusals import Reason, RefusedClip
from workers.media.sandbox import Limits, run
from workers.media.sniff import Container, sniff
from workers.media.watching import End, Outcome

LARGEST = 500 << 20  # bytes of a file
LONGEST = 120.5  # seconds: two minutes as cameras count them
PROBED_PIXELS = 8192 * 8192  # so that 8K is refused for what it is
MOST_FPS = 240  # slow motion on phones
NAMES = {"amr_nb": "amrnb", "amr_wb": "amrwb"}  # codec: decoder
SURELY_UNKNOWN = Fraction(1000)  # what Matroska's clock of a millisecond makes of a rate that is not told
INTERLACED = ("tt", "bb", "tb", "bt")
CHECKS = {
    Container.MP4: boxes.check,
    Container.MATROSKA: elements.check_matroska,
    Container.AVI: elements.check_avi,
    Container.TRANSPORT: elements.check_transport,
}
ASKED = (
    "format=duration:stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,avg_frame_rate,r_frame_rate,"
    "duration,color_space,color_transfer,color_primaries,field_order,channels,channel_layout:"
    "stream_disposition=attached_pic,default:"
    "stream_side_data=displaymatrix,dv_profile,dv_bl_signal_compatibility_id"
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
    transfer: str = "bt709"  # or one of HIGH_RANGE
    primaries: str = "bt709"  # or one of WIDE
    turn: tuple[int, int, int, int] = UPRIGHT  # the signs of the matrix that stands or mirrors it as it is to be seen
    interlaced: bool = False
    first_channel_only: bool = False  # spatial sound: its first channel hears all around
    steady: bool = True  # the two rates it tells agree
    cut: tuple[float, float] | None = None  # the seconds that are to be seen; all where it is None


def probe(programs: Programs, source: Path, *, cancelled: Callable[[], bool] | None = None) -> Probed:
    """Sniff, walk and probe the file at `source`. Raises RefusedClip, Cancelled."""
    size = source.stat().st_size
    if size > LARGEST:
        raise RefusedClip(Reason.TOO_LARGE)
    container = sniff(source)
    CHECKS[container](source)
    probed = understand(ask(programs, source, container, cancelled=cancelled), container, size)
    return probed if probed.seconds and probed.steady else measure(programs, source, probed, cancelled=cancelled)


def ask(
    programs: Programs, source: Path, container: Container, *, cancelled: Callable[[], bool] | None = None
) -> dict[str, Any]:
    """ffprobe's answer about a file. Raises RefusedClip (unreadable, unsupported_codec, took_too_long)."""
    told = ("-show_entries", ASKED, "-of", "json")
    outcome = _run(programs, source, container, told, cancelled)
    demand_success(outcome)
    answer: dict[str, Any] = json.loads(outcome.stdout)
    return answer


def measure(programs: Programs, source: Path, probed: Probed, *, cancelled: Callable[[], bool] | None = None) -> Probed:
    """Length and frame rate by the time of every frame, read without decoding. Raises RefusedClip, Cancelled."""
    told = ("-select_streams", str(probed.video_index), "-show_entries", "packet=pts_time", "-of", "csv=p=0")
    outcome = _run(programs, source, probed.container, told, cancelled)
    if outcome.end is End.TOLD_TOO_MUCH:
        raise RefusedClip(Reason.TOO_LONG)
    demand_success(outcome)
    words = (line.strip(b",") for line in outcome.stdout.split())
    times = sorted(seconds for seconds in (_float(word.decode()) for word in words) if math.isfinite(seconds))
    gaps = sorted(after - before for before, after in pairwise(times) if after > before)
    if not gaps:
        return probed
    usual = gaps[len(gaps) // 2]
    return replace(probed, fps=_bounded(1 / usual), seconds=_seconds(str(times[-1] - times[0] + usual)))


def _run(
    programs: Programs, source: Path, container: Container, told: Sequence[str], cancelled: Callable[[], bool] | None
) -> Outcome:
    hands_tied = opened(container, (*DECODERS, *PASSENGERS), PROBED_PIXELS)
    return run(
        [programs.ffprobe, "-v", "error", "-threads", "1", *told, *hands_tied, "-i", f"file:{source}"],
        read=[source],
        limits=Limits(cpu_seconds=20, wall_seconds=60, told_bytes=1 << 20),
        confined=programs.confined,
        cancelled=cancelled,
    )


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
    if needs_dolby_vision(video):
        raise RefusedClip(Reason.UNSUPPORTED_CODEC)
    turn = turn_of(video)
    width, height = as_seen(video, turn)
    high = video.get("color_transfer") in HIGH_RANGE
    fps, steady = _fps(video, container)
    return Probed(
        container=container,
        video_index=int(video["index"]),
        audio_index=int(sound["index"]) if sound else None,
        width=width,
        height=height,
        fps=fps,
        seconds=_seconds(answer.get("format", {}).get("duration"), video.get("duration")),
        matrix=matrix_of(video, high=high),
        bytes=size,
        transfer=video["color_transfer"] if high else "bt709",
        primaries=primaries_of(video, high=high),
        turn=turn,
        interlaced=video.get("field_order") in INTERLACED,
        first_channel_only=sound is not None and _is_spatial(sound),
        steady=steady,
    )


def _is_picture(stream: dict[str, Any]) -> bool:
    return stream.get("codec_type") == "video" and not stream.get("disposition", {}).get("attached_pic")


def _best(streams: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    # The one marked default, else the first.
    return min(streams, key=lambda stream: -stream.get("disposition", {}).get("default", 0), default=None)


def _is_spatial(sound: dict[str, Any]) -> bool:
    layout = sound.get("channel_layout", "unknown")
    return layout.startswith("ambisonic") or (layout == "unknown" and int(sound.get("channels") or 0) >= 4)


def _fps(video: dict[str, Any], container: Container) -> tuple[float, bool]:
    told = [fraction(video.get(name, "")) for name in ("avg_frame_rate", "r_frame_rate")]
    known = [rate for rate in told if rate > 0 and not (container is Container.MATROSKA and rate == SURELY_UNKNOWN)]
    if not known:
        return 30.0, False
    return _bounded(float(known[0])), len(known) == 2 and abs(known[0] - known[1]) <= known[0] / 10


def _bounded(fps: float) -> float:
    if fps > MOST_FPS:
        raise RefusedClip(Reason.TOO_FAST)
    return fps


def _seconds(*told: str | None) -> float | None:
    known = [seconds for seconds in map(_float, told) if math.isfinite(seconds) and seconds > 0]
    if not known:
        return None
    if max(known) > LONGEST:
        raise RefusedClip(Reason.TOO_LONG)
    return max(known)


def _float(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan
