"""How every rung is decoded and encoded anew: one fixed set of settings for everybody.

Not a byte of the source is copied. What says who, which camera or when is not carried over: tags, chapters,
captions, subtitles, side data, edit lists, rotation (turned into pixels), odd frame rates and the encoder's own name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from workers.media.graph import sound_settings
from workers.media.probe import LONGEST, Probed
from workers.media.programs import Programs
from workers.media.rungs import Rung
from workers.redact.canvases import LEVEL, RATE

KEYFRAME_SECONDS = 2  # every rung alike, or players stumble when they change
THREADS = "2"


@dataclass(frozen=True)
class Rendition:
    """A finished file: pixels, bytes, seconds."""

    path: Path
    name: str
    width: int
    height: int
    bytes: int
    seconds: float


def begun(programs: Programs) -> list[str]:
    """What stands before all inputs. ffmpeg-python would sort these options among each other."""
    return [str(programs.ffmpeg), *QUIET, "-filter_complex_threads", THREADS]


def output(pictures: Any, sounds: Any | None, probed: Probed, rung: Rung, out: str) -> Any:
    """One rung of finished pictures, and of sounds if any, as a fragmented MP4: what all rungs have in common."""
    settings = picture_settings(rung) | REBUILT | FRAGMENTED | {"t": LONGEST + 1}
    if sounds is None:
        return ffmpeg.output(pictures, out, **settings, an=None)
    return ffmpeg.output(pictures, sounds, out, **settings, **sound_settings(probed))


QUIET = ["-nostdin", "-hide_banner", "-v", "error", "-nostats"]
TELLING = ["-progress", "pipe:1", "-stats_period", "0.5"]
# What a strict rebuild takes; see workers/redact/metadata.py for what is left to do on the finished bytes.
REBUILT: dict[str, Any] = {
    "map_metadata": -1, "map_chapters": -1, "sn": None, "dn": None,
    "fflags": "+bitexact", "flags:v": "+bitexact+cgop", "flags:a": "+bitexact",
    "bsf:v": "filter_units=remove_types=6",  # SEI: captions, encoder name
    "a53cc": 0, "use_editlist": 0, "avoid_negative_ts": "make_zero", "f": "mp4",
    "movie_timescale": 1000,
    "bf": 0,  # without an edit list, frames that are shown out of order would begin late
}  # fmt: skip
# A fragment as soon as the next keyframe comes, and each out at once.
FRAGMENTED: dict[str, Any] = {
    "movflags": "+frag_keyframe+empty_moov+default_base_moof+skip_trailer", "flush_packets": 1,
}  # fmt: skip


def picture_settings(rung: Rung) -> dict[str, Any]:
    """How H.264 is written: a keyframe every two seconds to the frame, closed groups, a ceiling on the rate."""
    group = RATE * KEYFRAME_SECONDS
    rate = {"crf": 23, "maxrate": f"{rung.most_kbits}k", "bufsize": f"{2 * rung.most_kbits}k"}
    keys = {"g": group, "keyint_min": group, "sc_threshold": 0, "pix_fmt": "yuv420p", "threads:v": THREADS}
    settings = {"c:v": "libx264", "preset": rung.preset, "profile:v": "high", "level:v": f"{LEVEL / 10:.1f}"}
    return settings | rate | keys


@dataclass
class Progress:
    """Tells how far a run has come, 0..1 and never back, from the lines ffmpeg says of itself."""

    expected: float
    tell: Callable[[float], None] | None
    done: float = 0.0

    def hear(self, line: bytes) -> None:
        """Take one line."""
        name, _, value = line.partition(b"=")
        if self.tell and name == b"out_time_us" and value.lstrip(b"-").isdigit():
            # Of several outputs ffmpeg tells now the one, now the other.
            self.done = max(self.done, min(1.0, int(value) / 1_000_000 / self.expected))
            self.tell(self.done)
