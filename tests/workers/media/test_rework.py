"""A clip from a stranger's bytes to files that may be shown, the whole way."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.workers.media.conftest import Came, first_rung_of
from workers.media import rework
from workers.media.programs import Programs
from workers.redact.findings import Finding, NotClean
from workers.redact.proof_fragments import prove_fragmented
from workers.redact.proof_jpeg import prove_jpeg


def test_a_real_clip_comes_out_proved(tools: Programs, real_clip: Path, tmp_path: Path) -> None:
    """Pieces and poster are made and vouched for; only the poster is left in the folder."""
    came = first_rung_of(tools, real_clip)

    width, height = came.whole.width, came.whole.height
    poster = rework.poster_from(tools, came.init, came.segments[0].data, tmp_path, width=width, height=height)

    assert prove_fragmented(came.file) == []
    assert prove_jpeg(poster.path.read_bytes()) == []
    assert [file.name for file in tmp_path.iterdir()] == ["poster.jpg"]


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_exiftool_finds_neither_times_nor_words(tools: Programs, came: Came, tmp_path: Path) -> None:
    """A program we did not write reads structure, and nothing that says who or when."""
    (tmp_path / "480p.mp4").write_bytes(came.file)
    poster = rework.poster_from(tools, came.init, came.segments[0].data, tmp_path, width=640, height=360)

    argv: list[str | Path] = ["exiftool", "-a", "-u", "-G1", "-s", tmp_path / "480p.mp4", poster.path]
    told = subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    lines = [line.split("]", 1) for line in told.splitlines() if line.startswith("[") and "[System]" not in line]
    times = {value.split(":", 1)[1].strip() for _, value in lines if "Date" in value}
    assert times == {"0000:00:00 00:00:00"}
    words = ("GPS", "Comment", "Encoder", "Software", "HandlerDescription", "CompressorName", "Make", "Model", "Title")
    assert not [value for _, value in lines if value.strip().startswith(words)]


def test_a_poster_that_is_not_clean_is_not_left(
    tools: Programs, came: Came, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof looks at the finished file."""
    monkeypatch.setattr(rework, "prove_jpeg", lambda _data, _photo: [Finding("jpeg", "something after the picture")])

    with pytest.raises(NotClean, match="jpeg"):
        rework.poster_from(tools, came.init, came.segments[0].data, tmp_path, width=640, height=360)

    assert list(tmp_path.iterdir()) == []
