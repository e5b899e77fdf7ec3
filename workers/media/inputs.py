"""What an encoder takes in: a clip as it came, or pictures of it that have been redacted, and its sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from workers.media import encode
from workers.media.graph import decoded, picture, redacted
from workers.media.hiding import Hiding
from workers.media.opening import opened
from workers.media.probe import Probed
from workers.media.programs import Programs
from workers.media.rungs import Rung, size
from workers.redact.canvases import RATE


@dataclass(frozen=True)
class Inputs:
    """The words before all inputs, the pictures, the sound if any, and how a picture is made ready for a rung."""

    begun: list[str]
    pictures: Any
    sounds: Any | None
    ready: Callable[[Any, Probed, Rung], Any]


def inputs(programs: Programs, source: Path, probed: Probed, largest: Rung, *, sound: bool, blur: Hiding) -> Inputs:
    """The clip where nothing is to be redacted, or else raw pictures at the size of `largest` and the clip's sound."""
    if blur:
        return _redacted(programs, source, probed, largest, sound)
    clip = ffmpeg.input(f"file:{source}")
    heard = clip[str(probed.audio_index)] if sound and _can_be_heard(probed) else None
    return Inputs([*encode.begun(programs), *decoded(probed)], clip[str(probed.video_index)], heard, picture)


def _can_be_heard(probed: Probed) -> bool:
    # How long it is must be known: sound ends where the clip is said to end, in whole frames.
    return probed.audio_index is not None and bool(probed.seconds)


def _redacted(programs: Programs, source: Path, probed: Probed, largest: Rung, sound: bool) -> Inputs:
    told = {"video_size": size(probed, largest), "pixel_format": "yuv420p", "framerate": RATE}
    raw = ffmpeg.input("pipe:0", f="rawvideo", **told)
    heard = _sound(source, probed) if sound and _can_be_heard(probed) else None
    return Inputs(encode.begun(programs), raw["0"], heard, redacted)


def _sound(source: Path, probed: Probed) -> Any:
    words = opened(probed.container)
    options = dict(zip((word.removeprefix("-") for word in words[::2]), words[1::2], strict=True))
    return ffmpeg.input(f"file:{source}", vn=None, **options)[str(probed.audio_index)]
