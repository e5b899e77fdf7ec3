"""Programs and clips the media tests stand on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from workers.media import programs, rework
from workers.media.first_rung import Whole
from workers.media.fragments import Init, Segment
from workers.media.programs import Programs
from workers.media.rungs import rungs

SHARED = Path(__file__).parents[4] / "shared" / "clips"
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")

MakeClip = Callable[..., Path]


@pytest.fixture(scope="session")
def tools() -> Programs:
    """ffmpeg and ffprobe, confined."""
    return programs.find()


@pytest.fixture(scope="session")
def make_clip(tools: Programs, tmp_path_factory: pytest.TempPathFactory) -> MakeClip:
    """Makes a clip with ffmpeg's own words: `make_clip("name.mp4", "-f", "lavfi", ...)`."""
    folder = tmp_path_factory.mktemp("clips")

    def make(name: str, *words: str | Path) -> Path:
        subprocess.run([tools.ffmpeg, "-v", "error", "-y", *words, folder / name], check=True, timeout=120)
        return folder / name

    return make


@pytest.fixture(scope="session")
def clip(make_clip: MakeClip) -> Path:
    """Three seconds of 640 x 360 at 15 frames, with sound and a few words that say who."""
    picture, sound = ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=15:d=3"), ("-f", "lavfi", "-i", "sine=440:d=3")
    tags = ("-metadata", "comment=owner Jane", "-metadata", "location=+39.0997-094.5786/")
    return make_clip("clip.mp4", *picture, *sound, *H264, *tags)


@dataclass(frozen=True)
class Came:
    """What came of a first rung, in order."""

    init: bytes
    segments: list[Segment]
    whole: Whole

    @property
    def file(self) -> bytes:
        """The pieces one after the other."""
        return self.init + b"".join(segment.data for segment in self.segments)


def first_rung_of(tools: Programs, source: Path, *, sound: bool = True) -> Came:
    """The first rung of `source`, with sound if it has any."""
    probed, came = rework.inspect(tools, source), list[Init | Segment]()
    whole = rework.first_rung(tools, source, probed, rungs(probed)[0], sound=sound, arrived=came.append)
    init, *segments = came
    return Came(init.data, [piece for piece in segments if isinstance(piece, Segment)], whole)


@pytest.fixture(scope="session")
def came(tools: Programs, clip: Path) -> Came:
    """The first rung of the clip: an init, two seconds and one, with sound."""
    return first_rung_of(tools, clip)


@pytest.fixture(scope="session")
def real_clip(clip: Path) -> Path:
    """Cars on a real road; where the shared footage is absent, ffmpeg's test picture stands in and says so."""
    found = SHARED / "car-detection.mp4"
    if not found.exists():
        print("no shared footage here: using a test picture")  # noqa: T201
        return clip
    return found
