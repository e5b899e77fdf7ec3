"""The part of a clip that its author wants to be seen: nothing outside of it is in any file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.workers.media.conftest import MakeClip
from tests.workers.media.test_formats import H264, SYNC, beep, scene, shown
from tests.workers.media.test_graph import PROBED
from workers.media import rework
from workers.media.cut import cut
from workers.media.fragments import Init, Segment
from workers.media.hiding import Hiding
from workers.media.probe import Probed, probe
from workers.media.programs import Programs
from workers.media.refusals import RefusedClip
from workers.media.rungs import rungs
from workers.redact.redactions import Redaction

TRIM = (1500, 2800)


@pytest.fixture(scope="module")
def colours(make_clip: MakeClip) -> Path:
    """Four seconds: red up to 1.5, the grey scene with flash and beep at 2.0, blue from 2.8 on, with a tone in both."""
    blinds = ",drawbox=color=red:t=fill:enable='lt(t,1.499)',drawbox=color=blue:t=fill:enable='gte(t,2.799)'"
    tone = "0.8*sin(880*2*PI*t)*(lt(t,1.4)+between(t,2.0,2.2)+gt(t,2.9))"
    sound = ("-f", "lavfi", "-i", f"aevalsrc='{tone}':s=48000:d=4")
    return make_clip("colours.mp4", *scene(rate="30", seconds=4.0, flash=2.0, then=blinds), *sound, *H264)


def test_all_of_it_stays_where_nothing_is_asked_for() -> None:
    """As if there were no such wish."""
    assert cut(PROBED, None) is PROBED


@pytest.mark.parametrize(
    ("trim", "seconds"), [((0, 121_000), 30.0), ((1500, 8000), 6.5), ((29_000, 31_000), 1.0), ((29_900, 121_000), 0.1)]
)
def test_a_part_is_as_long_as_the_clip_goes(trim: tuple[int, int], seconds: float) -> None:
    """An end behind the clip's own is its own."""
    assert cut(PROBED, trim).seconds == pytest.approx(seconds)


def test_where_nothing_is_left_the_author_is_told() -> None:
    """It is no fault of the file."""
    for trim in ((30_000, 31_000), (29_950, 40_000)):
        with pytest.raises(RefusedClip, match="nothing_left"):
            cut(PROBED, trim)


def test_a_length_that_is_not_known_stays_unknown() -> None:
    """The decode is bounded by the end that was asked for all the same."""
    assert cut(replace(PROBED, seconds=None), (1000, 3000)).seconds is None


@pytest.mark.parametrize("blur", [Hiding(), Hiding.of(Redaction.PLATES)])
def test_nothing_outside_is_in_the_first_rung(blur: Hiding, colours: Path, tools: Programs, tmp_path: Path) -> None:
    """Neither red nor blue in any picture, no tone but the one inside, and both begin at nought, in sync."""
    out = shown(tools, colours, tmp_path, trim=TRIM, blur=blur)

    assert len(out.frames) == 39
    for place in (0.1, 0.5):
        for frame in range(39):
            red, _, blue = out.pixel(0.5, place, frame)
            assert abs(red - blue) < 30, frame
    assert out.flash() == pytest.approx(0.5, abs=SYNC)
    assert out.beep() == pytest.approx(0.5, abs=SYNC)
    assert len(out.sound) / 48000 == pytest.approx(1.3, abs=0.05)
    assert max(map(abs, out.sound[int(0.75 * 48000) :])) < 0.05


def test_nothing_outside_is_in_a_larger_rung(colours: Path, tools: Programs, tmp_path: Path) -> None:
    """As long as the first, and cut at the same times."""
    source = cut(probe(tools, colours), TRIM)
    (tmp_path / "out").mkdir()

    (made,) = rework.make_ladder(tools, colours, source, rungs(source)[:1], tmp_path / "out", sound=True)

    assert made.rendition.seconds == pytest.approx(1.3)
    assert [piece.seconds for piece in made.pieces[1:]] == [piece.seconds for piece in _pieces(tools, colours, source)]


def test_sound_that_ended_before_is_silence(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """For as long as the picture, so that both tracks are there."""
    source = make_clip("ended.mp4", *scene(seconds=3.0, flash=2.2), *beep(1.0), *H264)

    out = shown(tools, source, tmp_path, trim=(2000, 3000))

    assert out.flash() == pytest.approx(0.2, abs=SYNC)
    assert len(out.sound) / 48000 == pytest.approx(1.0, abs=0.05)
    assert max(map(abs, out.sound)) < 0.01


def _pieces(tools: Programs, source: Path, probed: Probed) -> list[Segment]:
    came = list[Init | Segment]()
    rework.first_rung(tools, source, probed, rungs(probed)[0], sound=True, arrived=came.append)
    return [piece for piece in came if isinstance(piece, Segment)]
