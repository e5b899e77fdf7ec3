"""The larger rungs, from one decode."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.workers.media.conftest import H264, Came, MakeClip, first_rung_of
from tests.workers.media.test_encode import told
from workers.media import ladder, rework
from workers.media.fragments import index
from workers.media.ladder import Laddered
from workers.media.probe import Probed
from workers.media.programs import Programs
from workers.media.rungs import Rung, rungs
from workers.media.sandbox import Cancelled
from workers.redact.findings import NotClean
from workers.redact.proof_fragments import prove_fragmented


@dataclass(frozen=True)
class Climbed:
    """A clip, its larger rungs, and its first."""

    source: Path
    probed: Probed
    made: list[Laddered]
    first: Came
    progress: list[float]


@pytest.fixture(scope="module")
def climbed(tools: Programs, make_clip: MakeClip, tmp_path_factory: pytest.TempPathFactory) -> Climbed:
    """Two seconds and a half of 1760 x 990 at 5 frames, with sound."""
    picture, sound = ("-f", "lavfi", "-i", "testsrc2=s=1760x990:r=5:d=2.6"), ("-f", "lavfi", "-i", "sine=440:d=2.6")
    source = make_clip("tall.mp4", *picture, *sound, *H264, "-metadata", "comment=owner Jane")
    probed, seen, folder = rework.inspect(tools, source), list[float](), tmp_path_factory.mktemp("ladder")
    made = rework.make_ladder(
        tools, source, probed, rungs(probed)[1:], folder, sound=True, progress=seen.append, nice=10
    )
    return Climbed(source, probed, made, first_rung_of(tools, source), seen)


def test_every_larger_rung_is_one_file(tools: Programs, climbed: Climbed) -> None:
    """720p and 1080p, each with picture and sound; nothing else is in the folder."""
    folder = climbed.made[0].rendition.path.parent
    assert sorted(file.name for file in folder.iterdir()) == ["1080p.mp4", "720p.mp4"]
    for one, (width, height) in zip(climbed.made, [(1280, 720), (1920, 1080)], strict=True):
        picture, sound = told(tools, one.rendition.path)["streams"]
        assert (picture["width"], picture["height"]) == (width, height)
        assert (one.rendition.width, one.rendition.height, one.rendition.seconds) == (width, height, pytest.approx(2.6))
        assert one.rendition.bytes == one.rendition.path.stat().st_size
        assert (picture["codec_name"], sound["codec_name"]) == ("h264", "aac")


def test_each_is_proved_and_indexed(climbed: Climbed) -> None:
    """An init and segments and no byte beside them."""
    for one in climbed.made:
        data = one.rendition.path.read_bytes()
        assert prove_fragmented(data) == []
        assert index(data) == one.pieces
        assert b"Jane" not in data


def test_all_rungs_are_cut_at_the_same_times(climbed: Climbed) -> None:
    """A player that changes rungs in the middle finds the next segment where it looks for it."""
    first = [segment.seconds for segment in climbed.first.segments]

    assert first == [2, pytest.approx(0.6)]
    assert [[piece.seconds for piece in one.pieces] for one in climbed.made] == [[0, *first]] * 2


def test_progress_rises_to_one(climbed: Climbed) -> None:
    """Two outputs are told of in turn; what is passed on never falls."""
    assert climbed.progress == sorted(climbed.progress)
    assert climbed.progress[-1] == 1


def climb(tools: Programs, climbed: Climbed, folder: Path, larger: list[Rung] | None = None, **how: object) -> None:
    """The ladder again, into `folder`."""
    larger = larger or rungs(climbed.probed)[1:]
    rework.make_ladder(tools, climbed.source, climbed.probed, larger, folder, sound=False, **how)  # type: ignore[arg-type]


def test_a_withdrawn_clip_leaves_no_file(tools: Programs, climbed: Climbed, tmp_path: Path) -> None:
    """Neither half nor whole."""
    with pytest.raises(Cancelled):
        climb(tools, climbed, tmp_path, cancelled=lambda: any(tmp_path.iterdir()))

    assert list(tmp_path.iterdir()) == []


def test_a_run_that_takes_too_long_leaves_no_file(
    tools: Programs, climbed: Climbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is no fault of the clip: larger renditions stand back, so time that passed tells nothing of it."""
    monkeypatch.setattr(ladder, "LIMITS", replace(ladder.LIMITS, wall_seconds=0.5))

    with pytest.raises(OSError, match="too little time"):
        climb(tools, climbed, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_what_is_not_clean_leaves_no_file(
    tools: Programs, climbed: Climbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof looks at the finished files."""
    monkeypatch.setattr(ladder, "scrub_mp4", lambda data: data)

    with pytest.raises(NotClean):
        climb(tools, climbed, tmp_path, [replace(rungs(climbed.probed)[0], short_side=240)])

    assert list(tmp_path.iterdir()) == []


def test_ten_bit_4k_fits_the_memory_it_is_given(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """The largest picture we take comes down to 1080 within the sandbox's address space."""
    words = ("-f", "lavfi", "-i", "testsrc2=s=3840x2160:r=10:d=0.4", "-c:v", "libx265", "-preset", "ultrafast")
    source = make_clip("4k.mp4", *words, "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=none")
    probed = rework.inspect(tools, source)

    made = rework.make_ladder(tools, source, probed, rungs(probed)[1:], tmp_path, sound=False)

    assert [(one.rendition.name, one.rendition.height) for one in made] == [("720p.mp4", 720), ("1080p.mp4", 1080)]
