"""A photo made anew."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.workers.media.photographs import CARRIERS, Marks, kept
from workers.media import rework
from workers.media.poster import Still
from workers.media.programs import Programs
from workers.redact.proof_jpeg import prove_jpeg
from workers.redact.redactions import Redaction

LETTERS = {"r": (255, 0, 0), "g": (0, 255, 0), "b": (0, 0, 255), "w": (255, 255, 255)}
OFF = 40  # of 255: what 4:2:0 and a JPEG may change of a saturated patch


def made(tools: Programs, data: bytes, folder: Path, **how: frozenset[Redaction]) -> list[Still]:
    """What comes of a photo."""
    source, out = kept(folder, data), folder / "out"
    out.mkdir(exist_ok=True)
    seen = rework.inspect_photo(tools, source)
    assert seen is not None
    return rework.make_photo(tools, source, seen, out, **how)


def corners(still: Still) -> str:
    """Top left, top right, bottom left, bottom right, as letters."""
    picture = Image.open(io.BytesIO(still.path.read_bytes())).convert("RGB")
    places = [(x * still.width, y * still.height) for y in (0.08, 0.92) for x in (0.08, 0.92)]
    return "".join(_letter(picture.getpixel((int(x), int(y)))) for x, y in places)  # type: ignore[arg-type]


def _letter(pixel: tuple[int, int, int]) -> str:
    near = [name for name, one in LETTERS.items() if all(abs(a - b) <= OFF for a, b in zip(pixel, one, strict=True))]
    return near[0] if near else "?"


@pytest.mark.parametrize("name", CARRIERS)
def test_no_mark_survives_in_any_size(name: str, tools: Programs, tmp_path: Path) -> None:
    """Of all that was planted nothing is left; every file can be vouched for, the right way up, in its colours."""
    marks = Marks()
    data = CARRIERS[name](marks)
    assert marks.left_in(data) == marks.drawn  # planted where it can be found

    largest, small = made(tools, data, tmp_path)

    assert [largest.name, small.name] == ["photo.jpg", "poster.jpg"]
    for still in (largest, small):
        finished = still.path.read_bytes()
        assert marks.left_in(finished) == []
        assert b"2017:03:04" not in finished
        assert prove_jpeg(finished) == []
        assert len(finished) == still.bytes
        assert (still.width, still.height) == ((120, 160) if name == "jpeg" else (160, 120))
        assert corners(still) == ("brwg" if name == "jpeg" else "rgbw")  # a HEIF's own turn counts, and not its tag
