"""How every rung is written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.workers.media.conftest import MakeClip, first_rung_of
from workers.media.encode import Progress
from workers.media.programs import Programs


def told(tools: Programs, file: Path, *asked: str) -> dict[str, Any]:
    """What ffprobe says of a finished file."""
    argv: list[str | Path] = [
        tools.ffprobe,
        "-v",
        "error",
        "-show_streams",
        "-show_format",
        *asked,
        "-of",
        "json",
        file,
    ]
    answer: dict[str, Any] = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)
    return answer


def test_the_picture_is_what_every_player_shows(tools: Programs, clip: Path, tmp_path: Path) -> None:
    """H.264 High, 4:2:0 with square pixels and ordinary colours; without asking for it, sound is gone."""
    (tmp_path / "out.mp4").write_bytes(first_rung_of(tools, clip, sound=False).file)

    (stream,) = told(tools, tmp_path / "out.mp4")["streams"]

    assert (stream["codec_name"], stream["profile"], stream["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert (stream["width"], stream["height"], stream["sample_aspect_ratio"]) == (640, 360, "1:1")
    assert (stream["color_space"], stream["color_transfer"], stream["color_range"]) == ("bt709", "bt709", "tv")


def test_asking_for_sound_that_is_not_there_is_no_fault(
    tools: Programs, clip: Path, make_clip: MakeClip, tmp_path: Path
) -> None:
    """A silent camera stays silent."""
    silent = make_clip("silent.mp4", "-i", clip, "-an", "-c", "copy")

    (tmp_path / "out.mp4").write_bytes(first_rung_of(tools, silent).file)

    assert len(told(tools, tmp_path / "out.mp4")["streams"]) == 1


def test_progress_never_falls() -> None:
    """Of two outputs ffmpeg tells in turn; what is no time is passed over."""
    seen: list[float] = []
    progress = Progress(10, seen.append)

    for line in (b"out_time_us=-9", b"out_time_us=5000000", b"fps=30", b"out_time_us=4000000", b"out_time_us=N/A"):
        progress.hear(line)
    progress.hear(b"out_time_us=11000000")

    assert seen == [0, 0.5, 0.5, 1]
