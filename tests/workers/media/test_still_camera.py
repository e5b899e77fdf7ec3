"""A camera that stands still, from the first piece to the largest rendition: its words and its porch are gone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.porches import HIGH, WIDE, Visit, Words, filmed, places
from tests.workers.media.conftest import MakeClip
from tests.workers.media.test_redacted_clip import Shown, shown, to_be_seen
from workers.media import rework
from workers.media.fragments import Init, Segment
from workers.media.hiding import Hiding
from workers.media.programs import Programs
from workers.media.rungs import place
from workers.redact.porch import TONES
from workers.redact.redactions import Redaction

WORDS = Words()
VISIT = Visit(1, 1, seconds=3, words=WORDS)
OFF = 6  # steps that an encoder is off by


@pytest.fixture(scope="module")
def source(tools: Programs, make_clip: MakeClip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody walks past a door; the camera writes its name and a clock."""
    return filmed(tools.ffmpeg, tmp_path_factory.mktemp("still") / "porch.mp4", VISIT)


@pytest.fixture(scope="module")
def plain(tools: Programs, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """What is seen where nothing is hidden."""
    return hidden(tools, source, tmp_path_factory.mktemp("plain"), Hiding())


def hidden(tools: Programs, source: Path, folder: Path, blur: Hiding) -> Shown:
    """The first rung's pictures."""
    probed, came = rework.inspect(tools, source), list[Init | Segment]()
    rung = rework.rungs(probed)[0]
    surveyed = rework.survey(tools, source, probed, rung, blur, folder)
    rework.first_rung(tools, source, probed, rung, sound=False, arrived=came.append, blur=surveyed)
    (folder / "480p.mp4").write_bytes(b"".join(piece.data for piece in came))
    return shown(tools, folder / "480p.mp4", 480)


def is_cells(picture: np.ndarray) -> np.ndarray:
    """Where one of the two tones of everybody's cells stands, off their edges."""
    off = np.min([np.abs(picture.astype(int) - tone) for tone in TONES], axis=0)
    return np.asarray(off <= OFF)


SHARES = [(left / WIDE, top / HIGH, right / WIDE, bottom / HIGH) for left, top, right, bottom in places(WORDS)]


def words_in(picture: np.ndarray) -> float:
    """How much of the camera's words can be told apart."""
    return max(to_be_seen(picture, share) for share in SHARES)


def brightest(picture: np.ndarray) -> int:
    """Where the camera writes: its letters are nearly white, and nothing that is filmed there is."""
    high, wide = picture.shape
    parts = [picture[int(t * high) : int(b * high), int(le * wide) : int(r * wide)] for le, t, r, b in SHARES]
    return max(int(part.max()) for part in parts)


def test_an_overlay_is_gone_from_every_picture(tools: Programs, source: Path, plain: Shown, tmp_path: Path) -> None:
    """While its clock runs; the rest of the picture stays."""
    out = hidden(tools, source, tmp_path, Hiding.of(Redaction.OVERLAY))

    assert len(out.pictures) == len(plain.pictures) == 90
    assert min(words_in(picture) for picture in plain.pictures) > 4
    assert max(words_in(picture) for picture in out.pictures) < 2
    for one, other in zip(out.pictures, plain.pictures, strict=True):
        assert (np.abs(one.astype(int) - other.astype(int)) > 12).mean() < 0.1


def test_of_a_porch_only_who_passes_is_left(tools: Programs, source: Path, plain: Shown, tmp_path: Path) -> None:
    """In every picture cells of everybody's, but for somebody; and not the camera's words either."""
    out = hidden(tools, source, tmp_path, Hiding.of(Redaction.PORCH))

    shares = [is_cells(picture).mean() for picture in out.pictures]
    assert min(shares) > 0.8
    assert max(shares[0], shares[-1]) > 0.97
    assert shares[45] < 0.97  # somebody is there in the middle of the clip
    assert max(brightest(picture) for picture in out.pictures) < 190 < brightest(plain.pictures[0])


def test_the_larger_rungs_too(tools: Programs, source: Path, tmp_path: Path) -> None:
    """By a survey of their own, at their own size."""
    probed = rework.inspect(tools, source)
    larger = rework.rungs(probed)[1:]
    blur = rework.survey(tools, source, probed, larger[-1], Hiding.of(*Redaction), tmp_path)

    (made,) = rework.make_ladder(tools, source, probed, larger, tmp_path, sound=False, blur=blur)

    pictures = shown(tools, made.rendition.path, 720).pictures
    assert min(is_cells(picture).mean() for picture in pictures) > 0.8


def test_a_box_is_laid_on_the_picture_and_not_on_the_canvas(
    tools: Programs, make_clip: MakeClip, tmp_path: Path
) -> None:
    """Of a clip that has black beside it, whatever the rung's size is."""
    source = make_clip("tall.mp4", "-f", "lavfi", "-i", "testsrc2=s=240x180:r=10:d=1", "-pix_fmt", "yuv420p")

    plain = hidden(tools, source, tmp_path, Hiding())
    out = hidden(tools, source, tmp_path, Hiding.of(boxes=((0.5, 0.25, 1, 0.75),)))

    high, wide = out.pictures[0].shape
    probed = rework.inspect(tools, source)
    inner, scale = place(probed, rework.rungs(probed)[0]), high / 240
    left, right = (scale * (inner.left + share * inner.width) / wide for share in (0.5, 1))
    top, bottom = (scale * (inner.top + share * inner.height) / high for share in (0.25, 0.75))
    for one, other in zip(out.pictures, plain.pictures, strict=True):
        assert to_be_seen(other, (left, top, right, bottom)) > 2
        assert to_be_seen(one, (left, top, right, bottom)) < 1
        same = (slice(None), slice(0, int(left * wide) - 4))
        assert np.abs(one[same].astype(int) - other[same]).mean() < 1
