"""What the decoder makes of a photo, without a sandbox round it."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.workers.media.heifs import heif, hevc, tiled
from tests.workers.media.photographs import SIZE, Marks, jpeg, kept, profile, scene, written
from workers.media import photo_decoder
from workers.redact.pixels import Shape, in_colours

LETTERS = {"r": (255, 0, 0), "g": (0, 255, 0), "b": (0, 0, 255), "w": (255, 255, 255), "k": (0, 0, 0)}
OFF = 12  # of 255: what it costs to be written as a clip's pictures are


def looked(name: str, data: bytes) -> dict[str, int | str]:
    """What a photo says of itself."""
    return photo_decoder.look(name, io.BytesIO(data))


def decoded(name: str, data: bytes, size: tuple[int, int] = (80, 60)) -> bytes:
    """It as raw pixels."""
    return photo_decoder.decode(name, io.BytesIO(data), size)


def seen(name: str, data: bytes) -> Image.Image:
    """The photo as it comes out, in the size it says it has."""
    told = looked(name, data)
    size = int(told["width"]), int(told["height"])
    raw = np.frombuffer(decoded(name, data, size), np.uint8)
    return Image.fromarray(in_colours(raw, Shape(*size))[:, :, ::-1])


def corners(picture: Image.Image) -> str:
    """Top left, top right, bottom left, bottom right, as letters; `?` for a colour that is none of them."""
    places = [(x * picture.width, y * picture.height) for y in (0.1, 0.9) for x in (0.1, 0.9)]
    return "".join(_letter(picture.getpixel((int(x), int(y)))) for x, y in places)  # type: ignore[arg-type]


def _letter(pixel: tuple[int, int, int]) -> str:
    near = [name for name, one in LETTERS.items() if all(abs(a - b) <= OFF for a, b in zip(pixel, one, strict=True))]
    return near[0] if near else "?"


@pytest.mark.parametrize(
    ("turned", "comes_out"), [*enumerate(["rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb"], 1)]
)
def test_every_turn_and_mirror_is_done(turned: int, comes_out: str) -> None:
    """All eight that a tag can say; it is as wide as it is seen."""
    told = Image.Exif()
    told[0x0112] = turned

    picture = seen("jpeg", written(scene(), "JPEG", quality=95, subsampling=0, exif=told))

    assert (corners(picture), picture.width < picture.height) == (comes_out, turned > 4)


@pytest.mark.parametrize(
    "told", [b"\x12\1\3\0\1\0\0\0\x09", b"\x12\1\4\0\1\0\0\0\xff\xff\xff\xff", b"\x12\1\2\0up", b""]
)
@pytest.mark.filterwarnings("ignore")
def test_a_turn_that_cannot_be_is_none(told: bytes) -> None:
    """The photo is taken as it lies."""
    exif = b"Exif\0\0II*\0\x08\0\0\0\1\0" + told.ljust(12, b"\0")

    assert corners(seen("jpeg", written(scene(), "JPEG", quality=95, subsampling=0, exif=exif))) == "rgbw"


@pytest.mark.parametrize(
    ("mode", "format_", "comes_out"),
    [("P", "PNG", "rgbw"), ("RGBA", "PNG", "rgbw"), ("CMYK", "JPEG", "rgbw"), ("L", "JPEG", "???w"),
     ("LA", "PNG", "???w"), ("1", "PNG", None), ("I;16", "PNG", None)],
)  # fmt: skip
def test_every_way_to_write_colours_is_understood(
    mode: str, format_: str, comes_out: str | None, tmp_path: Path
) -> None:
    """Palettes, greys, inks, bits, and sixteen of them."""
    drawn = Image.new("L", SIZE, 255).convert(mode) if comes_out is None else scene(mode=mode)
    if mode == "I;16":
        drawn = Image.new("I;16", SIZE, 65535)
    how = {"quality": 95, "subsampling": 0} if format_ == "JPEG" else {}

    assert corners(seen(format_.lower(), written(drawn, format_, **how))) == (comes_out or "wwww")


def test_what_lies_hidden_stays_hidden() -> None:
    """A part that was made transparent keeps its pixels in the file; what comes out is white there."""
    drawn = scene(mode="RGBA")
    drawn.putalpha(Image.new("L", SIZE, 0))

    assert corners(seen("png", written(drawn, "PNG"))) == "wwww"


def test_colours_are_what_the_profile_says() -> None:
    """Of a profile that calls red what is blue, red comes out blue."""
    data = written(scene(), "PNG", icc_profile=profile(swapped=True))

    assert corners(seen("png", data)) == "bgrw"


@pytest.mark.parametrize("told", [b"no profile", profile()[:200], profile().replace(b"RGB ", b"GRAY", 1)])
def test_a_profile_that_is_none_is_left_out(told: bytes) -> None:
    """The photo is still one."""
    assert corners(seen("png", written(scene(), "PNG", icc_profile=told))) == "rgbw"


def test_of_a_jpeg_with_several_pictures_the_first_counts() -> None:
    """A phone's second one, smaller or brighter, is not looked at."""
    second, both = scene((320, 240)), io.BytesIO()
    scene().save(both, "MPO", save_all=True, append_images=[second], quality=95)

    assert seen("jpeg", both.getvalue()).size == SIZE


@pytest.mark.parametrize(("name", "format_"), [("png", "PNG"), ("webp", "WEBP"), ("avif", "AVIF")])
def test_what_moves_is_refused(name: str, format_: str) -> None:
    """Its author saw all of it, and would post one picture that nobody chose."""
    frames = [scene(), scene().rotate(180)]
    data = written(frames[0], format_, save_all=True, append_images=frames[1:], duration=100)

    assert looked(name, data) == {"refused": "animated_picture"}


def test_what_is_too_large_or_nothing_is_refused_unseen() -> None:
    """By what it says of itself: nothing of it is decoded."""
    large = written(Image.new("1", (8193, 8192)), "PNG")

    assert looked("png", large) == {"refused": "too_big_picture"}
    line = written(Image.new("L", (500, 1)), "PNG")
    assert looked("png", line) == {"refused": "unreadable"}


def test_a_size_that_was_a_lie_changes_nothing() -> None:
    """What comes out has the size that was asked for: the program after it counts on that."""
    data = heif(hevc(scene()), says=(400, 300))

    assert looked("heif", data) == {"width": 400, "height": 300}
    try:
        raw = decoded("heif", data)
    except (OSError, ValueError, EOFError, RuntimeError):
        return  # or it is none
    assert len(raw) == 80 * 60 * 3 // 2


@pytest.mark.parametrize(("turned", "comes_out"), [(0, "rgbw"), (1, "gwrb"), (2, "wbgr"), (3, "brwg")])
def test_a_phone_s_tiles_are_put_together_and_turned(turned: int, comes_out: str) -> None:
    """An iPhone's photo is many small pictures, and lies as its sensor does."""
    width, height = SIZE
    left, right = (scene().crop((x, 0, x + width // 2, height)) for x in (0, width // 2))

    picture = seen("heif", tiled(hevc(left), hevc(right), turned))

    assert (corners(picture), picture.size) == (comes_out, SIZE if turned % 2 == 0 else SIZE[::-1])


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_a_photo_that_breaks_off_is_none(cut: float) -> None:
    """Grey where the rest should be would be a picture nobody took."""
    data = written(scene((640, 480)), "JPEG", quality=95)

    with pytest.raises(OSError, match="truncated"):
        decoded("jpeg", data[: int(len(data) * cut)])


def test_it_says_in_one_line_what_it_is(tmp_path: Path) -> None:
    """Run as the program it is: a line of JSON, or raw pixels of the size asked for."""
    path = kept(tmp_path, jpeg(Marks()))
    words = [sys.executable, "-m", "workers.media.photo_decoder", "jpeg", path]

    told = subprocess.run(words, capture_output=True, check=True, timeout=60)
    raw = subprocess.run([*words, "60", "80"], capture_output=True, check=True, timeout=60)

    assert told.stdout == b'{"width": 120, "height": 160}\n'
    assert len(raw.stdout) == 60 * 80 * 3 // 2
