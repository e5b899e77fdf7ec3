"""A clip from a stranger's bytes to files that may be shown, the whole way."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from workers.media import rework
from workers.media.programs import Programs
from workers.redact.findings import NotClean
from workers.redact.proof import prove_mp4
from workers.redact.proof_jpeg import prove_jpeg


def test_a_real_clip_comes_out_proved(tools: Programs, real_clip: Path, tmp_path: Path) -> None:
    """Rendition and poster are made and vouched for; only they are left in the folder."""
    probed = rework.inspect(tools, real_clip)
    rendition = rework.make_rendition(tools, real_clip, probed, rework.rungs(probed)[0], tmp_path, sound=True)

    poster = rework.make_poster(tools, rendition, tmp_path)

    assert sorted(file.name for file in tmp_path.iterdir()) == ["480p.mp4", "poster.jpg"]
    assert prove_mp4(rendition.path.read_bytes()) == []
    assert prove_jpeg(poster.path.read_bytes()) == []
    assert (rendition.bytes, poster.bytes) == (rendition.path.stat().st_size, poster.path.stat().st_size)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_exiftool_finds_neither_times_nor_words(tools: Programs, clip: Path, tmp_path: Path) -> None:
    """A program we did not write reads structure, and nothing that says who or when."""
    probed = rework.inspect(tools, clip)
    rendition = rework.make_rendition(tools, clip, probed, rework.rungs(probed)[0], tmp_path, sound=True)
    poster = rework.make_poster(tools, rendition, tmp_path)

    argv: list[str | Path] = ["exiftool", "-a", "-u", "-G1", "-s", rendition.path, poster.path]
    told = subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    lines = [line.split("]", 1) for line in told.splitlines() if line.startswith("[") and "[System]" not in line]
    times = {value.split(":", 1)[1].strip() for _, value in lines if "Date" in value}
    assert times == {"0000:00:00 00:00:00"}
    words = ("GPS", "Comment", "Encoder", "Software", "HandlerDescription", "CompressorName", "Make", "Model", "Title")
    assert not [value for _, value in lines if value.strip().startswith(words)]


def test_without_the_scrub_nothing_is_shown(
    tools: Programs, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof does not trust the step before it: what a muxer leaves is a finding, and the file goes."""
    monkeypatch.setattr(rework, "scrub_mp4", lambda data: data)
    probed = rework.inspect(tools, clip)

    with pytest.raises(NotClean, match="the name of a program"):
        rework.make_rendition(tools, clip, probed, rework.rungs(probed)[0], tmp_path, sound=True)

    assert list(tmp_path.iterdir()) == []


def test_two_runs_give_the_same_bytes(tools: Programs, clip: Path, tmp_path: Path) -> None:
    """Nothing of the moment or the machine is in a rendition."""
    probed = rework.inspect(tools, clip)
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.append(rework.make_rendition(tools, clip, probed, rework.rungs(probed)[0], tmp_path / name, sound=True))

    assert made[0].path.read_bytes() == made[1].path.read_bytes()
