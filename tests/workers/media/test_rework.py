"""A clip from a stranger's bytes to files that may be shown, the whole way."""

from __future__ import annotations

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
