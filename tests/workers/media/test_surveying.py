"""The first look over a clip, in its sandbox, and what becomes of a clip of which it fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.porches import Visit, filmed
from tests.workers.media.conftest import H264, MakeClip
from workers.media import redactor, rework, surveying
from workers.media.hiding import NOTHING, Hiding
from workers.media.programs import Programs
from workers.media.refusals import RefusedClip
from workers.media.rungs import rungs
from workers.media.sandbox import Cancelled, run_all
from workers.redact.pixels import Shape
from workers.redact.redactions import OF_CLIPS, Redaction
from workers.redact.survey import from_bytes

PORCH = Hiding.of(Redaction.PORCH)


@pytest.fixture(scope="module")
def small(make_clip: MakeClip) -> Path:
    """Three seconds of 160 x 90, in which little moves."""
    return make_clip("still.mp4", "-f", "lavfi", "-i", "smptebars=s=160x90:r=15:d=3", *H264)


def surveyed(tools: Programs, source: Path, folder: Path, blur: Hiding = PORCH, **how: object) -> Hiding:
    """What came of it, for the first rung."""
    probed = rework.inspect(tools, source)
    return rework.survey(tools, source, probed, rungs(probed)[0], blur, folder, **how)  # type: ignore[arg-type]


def test_what_was_found_lies_in_the_attempts_folder(tools: Programs, small: Path, tmp_path: Path) -> None:
    """For pictures of the canvas, and the rest of what was asked is as it was."""
    asked = Hiding.of(Redaction.FACES, Redaction.PORCH, boxes=((0, 0, 0.5, 0.5),))

    made = surveyed(tools, small, tmp_path, asked)

    assert made == replace(asked, survey=tmp_path / "480p.survey")
    found = from_bytes((tmp_path / "480p.survey").read_bytes(), Shape(426, 240))
    assert found.behind is not None


def test_who_needs_no_survey_pays_for_none(tools: Programs, tmp_path: Path) -> None:
    """Nothing is started: there is no such clip."""
    for blur in (NOTHING, Hiding.of(Redaction.FACES, Redaction.PLATES), Hiding.of(boxes=((0, 0, 1, 1),))):
        probed = None
        assert rework.survey(tools, tmp_path / "none", probed, None, blur, tmp_path) == blur  # type: ignore[arg-type]


def test_without_a_survey_nothing_is_made(tools: Programs, small: Path) -> None:
    """Not a piece arrives."""
    probed, came = rework.inspect(tools, small), list[object]()
    for kind in OF_CLIPS:
        with pytest.raises(ValueError, match="survey"):
            rework.first_rung(
                tools, small, probed, rungs(probed)[0], sound=False, arrived=came.append, blur=Hiding.of(kind)
            )
    assert came == []


def test_a_camera_that_moves_is_the_clips_to_be_told(tools: Programs, tmp_path: Path) -> None:
    """It would be shown as it is: its author can ask for something else."""
    source = filmed(tools.ffmpeg, tmp_path / "shaken.mp4", Visit(1, 1, seconds=3, trembles=40))

    with pytest.raises(RefusedClip, match="camera_moves"):
        surveyed(tools, source, tmp_path)


@pytest.mark.parametrize("code", ["raise SystemExit(1)", "import os; os.abort()"])
def test_a_survey_that_fails_is_our_fault(
    code: str, tools: Programs, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again; nothing is left of it that a redactor could take for one."""
    monkeypatch.setattr(surveying, "looker", lambda *_: redactor.confined(["-S", "-c", code]))

    with pytest.raises(OSError):
        surveyed(tools, small, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_survey_that_hangs_is_our_fault(
    tools: Programs, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the deadline both are gone; the clip is not told to be slow."""
    hangs = redactor.confined(["-S", "-c", "import time\ntime.sleep(600)"])
    hangs = replace(hangs, limits=replace(surveying.LIMITS, wall_seconds=2))
    monkeypatch.setattr(surveying, "looker", lambda *_: hangs)

    with pytest.raises(OSError, match="too little time"):
        surveyed(tools, small, tmp_path)


def test_a_clip_that_cannot_be_decoded_is_refused(tools: Programs, small: Path, tmp_path: Path) -> None:
    """As it would be without."""
    data = bytearray(small.read_bytes())
    at = data.index(b"mdat") + 4
    size = int.from_bytes(data[at - 8 : at - 4]) - 8
    data[at : at + size] = bytes(size)
    (tmp_path / "broken").write_bytes(data)

    with pytest.raises(RefusedClip):
        surveyed(tools, tmp_path / "broken", tmp_path)


def test_a_withdrawn_clip_ends_it(tools: Programs, small: Path, tmp_path: Path) -> None:
    """Nothing runs on."""
    with pytest.raises(Cancelled):
        surveyed(tools, small, tmp_path, cancelled=lambda: True)


def test_it_starts_where_the_redactor_does_and_sees_no_clip(small: Path) -> None:
    """Raw pictures alone reach it; nothing in, nothing out."""
    looker = surveying.looker((426, 240), OF_CLIPS)
    (outcome,) = run_all([looker])

    assert (outcome.ok, outcome.stdout) == (True, b"")
    assert small not in looker.read
    assert list(looker.argv[-4:]) == ["426", "240", "overlay", "porch"]
