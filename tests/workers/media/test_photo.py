"""A photo made anew."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.scenes import face, plate
from tests.workers.media.photographs import CARRIERS, Marks, kept, scene, written
from workers.media import photo, rework
from workers.media.hiding import Hiding
from workers.media.photo import Photo
from workers.media.poster import Still
from workers.media.programs import Programs
from workers.media.refusals import RefusedClip
from workers.media.sandbox import Cancelled
from workers.media.sniff import PhotoFormat
from workers.media.watching import End, Outcome
from workers.redact.findings import NotClean
from workers.redact.proof_jpeg import prove_jpeg
from workers.redact.redactions import OF_CLIPS, Redaction

LETTERS = {"r": (255, 0, 0), "g": (0, 255, 0), "b": (0, 0, 255), "w": (255, 255, 255)}
OFF = 40  # of 255: what 4:2:0 and a JPEG may change of a saturated patch


def made(tools: Programs, data: bytes, folder: Path, **how: Hiding) -> list[Still]:
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
        assert prove_jpeg(finished, (still.width, still.height)) == []
        assert len(finished) == still.bytes
        assert (still.width, still.height) == ((120, 160) if name == "jpeg" else (160, 120))
        assert corners(still) == ("brwg" if name == "jpeg" else "rgbw")  # a HEIF's own turn counts, and not its tag


def test_a_face_and_a_plate_are_gone_from_every_size(tools: Programs, tmp_path: Path) -> None:
    """Where they stood is one colour, which nothing can be read out of; what nobody asked about is as it was."""
    chance = random.Random(1)
    drawn, places = Image.linear_gradient("L").resize((1280, 720)).convert("RGB"), []
    for (thing, inner), (x, y) in ((face(160, chance), (100, 100)), (plate(60, chance), (800, 420))):
        drawn.paste(thing.convert("RGB"), (x, y), thing if thing.mode == "RGBA" else None)
        places.append([value + start for value, start in zip(inner, (x, y, x, y), strict=True)])

    for still in made(
        tools, written(drawn, "JPEG", quality=95), tmp_path, blur=Hiding.of(Redaction.FACES, Redaction.PLATES)
    ):
        grey = np.asarray(Image.open(still.path).convert("L"), np.float64)
        scale = still.width / 1280
        for left, top, right, bottom in places:
            assert (
                grey[int(top * scale) + 1 : int(bottom * scale), int(left * scale) + 1 : int(right * scale)].std() < 3
            )
        assert grey[: int(80 * scale)].std() > 5


@pytest.mark.parametrize("kind", sorted(OF_CLIPS))
def test_what_only_a_clip_has_is_refused_of_a_photo(kind: Redaction, tools: Programs, tmp_path: Path) -> None:
    """Never left out: its author thinks it hidden."""
    with pytest.raises(RefusedClip, match="only_of_clips"):
        made(tools, written(Image.linear_gradient("L").convert("RGB"), "JPEG"), tmp_path, blur=Hiding.of(kind))


def test_a_box_drawn_in_a_photo_is_one_colour_in_every_size(tools: Programs, tmp_path: Path) -> None:
    """As it is seen, turned the right way up; the rest is as it was."""
    blur = Hiding.of(boxes=((0.25, 0.5, 0.5, 1),))
    drawn = Image.effect_noise((1280, 720), 90).convert("RGB")

    for still in made(tools, written(drawn, "JPEG", quality=95), tmp_path, blur=blur):
        grey = np.asarray(Image.open(still.path).convert("L"), np.float64)
        high, wide = grey.shape
        assert grey[high // 2 + 8 : high - 8, wide // 4 + 8 : wide // 2 - 8].std() < 3
        assert grey[: high // 2 - 8].std() > 20


@pytest.mark.parametrize(
    ("seen", "sizes"),
    [
        ((4032, 3024), [(1440, 1080), (640, 480)]),
        ((3024, 4032), [(1080, 1440), (480, 640)]),
        ((640, 360), [(640, 360), (640, 360)]),
        ((321, 181), [(320, 180), (320, 180)]),
        ((16000, 4000), [(4096, 1024), (1920, 480)]),
        ((30000, 2), [(4096, 2), (4096, 2)]),
    ],
)
def test_it_comes_in_two_sizes_and_never_larger_than_it_was(
    seen: tuple[int, int], sizes: list[tuple[int, int]]
) -> None:
    """Even numbers, its own shape; a panorama's long side has an end."""
    assert [photo.size(Photo(PhotoFormat.JPEG, *seen), short) for _, short in photo.SIZES] == sizes


def test_nothing_is_left_of_a_photo_that_was_not_finished(tools: Programs, tmp_path: Path) -> None:
    """Taken back while it was made."""
    source, seen = kept(tmp_path, written(scene((640, 480)), "JPEG")), Photo(PhotoFormat.JPEG, 640, 480)

    with pytest.raises(Cancelled):
        rework.make_photo(tools, source, seen, tmp_path, cancelled=lambda: True)

    assert [file.name for file in tmp_path.iterdir()] == ["source"]


def test_a_decoder_that_does_not_start_is_no_fault_of_the_photo(
    tools: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that is not there, say: it is tried again, and its sender is told nothing wrong."""
    monkeypatch.setattr(photo, "MODULE", "workers.media.no_such_program")

    with pytest.raises(OSError, match="does not start"):
        rework.inspect_photo(tools, kept(tmp_path, written(scene(), "JPEG")))


def test_a_size_that_was_not_written_is_our_fault(
    tools: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the programs say of themselves; and what was written is not left."""
    (tmp_path / "poster.jpg").write_bytes(b"half of it")
    well = Outcome(0, End.BY_ITSELF, b"", b"", 1.0, 0.1, 1)
    monkeypatch.setattr(photo, "run_all", lambda *_, **__: [well, well])

    with pytest.raises(OSError, match="not written"):
        rework.make_photo(tools, tmp_path / "source", Photo(PhotoFormat.PNG, 640, 480), tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_photo_one_of_whose_sizes_is_not_clean_is_not_left(
    tools: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof looks at each finished file; both go."""
    stills = [Still(tmp_path / name, name, 160, 120, 1) for name in ("photo.jpg", "poster.jpg")]
    for still, data in zip(stills, (written(scene(), "JPEG"), b"no jpeg"), strict=True):
        still.path.write_bytes(data)
    monkeypatch.setattr(photo, "make", lambda *_, **__: stills)

    with pytest.raises(NotClean, match="jpeg"):
        rework.make_photo(tools, tmp_path / "source", Photo(PhotoFormat.PNG, 160, 120), tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_file_too_large_is_refused_unopened(tools: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a clip of that size is."""
    monkeypatch.setattr(photo, "LARGEST", 10)

    with pytest.raises(RefusedClip, match="too_large"):
        rework.inspect_photo(tools, kept(tmp_path, written(scene(), "JPEG")))
