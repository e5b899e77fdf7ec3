"""Photos that mean harm, each with the end it must come to."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.hostile.bombs import NOTHING, TOO_BIG, a_zip, png
from tests.hostile.makers import CLEAN, DAMAGED, NO, SECRET, Hostile, box, whole
from tests.hostile.polyglots import JPEG as EMPTY_JPEG, PAGE
from tests.workers.media.heifs import Item, heif, hevc
from tests.workers.media.photographs import scene, written

MOVES = ("animated_picture",)
PLAIN = written(scene(), "JPEG", quality=90)
PNG = written(scene(), "PNG")
WEBP = written(scene(), "WEBP", lossless=True)
AVIF = written(scene(), "AVIF")
PACKED = zlib.compress(bytes(NOTHING), 9)


def segment(kind: int, payload: bytes, data: bytes = PLAIN) -> bytes:
    """A JPEG with one more segment at its head."""
    return data[:2] + bytes([0xFF, kind]) + struct.pack(">H", len(payload) + 2) + payload + data[2:]


def chunk(kind: bytes, payload: bytes, *, right: bool = True) -> bytes:
    """One PNG chunk, its sum right or wrong."""
    return (
        struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload) ^ (not right))
    )


def in_png(*chunks: bytes, data: bytes = PNG) -> bytes:
    """A PNG with more chunks behind its head."""
    return data[:33] + b"".join(chunks) + data[33:]


def _says(width: int, height: int) -> bytes:
    """A JPEG whose head claims another size."""
    at = PLAIN.index(b"\xff\xc0") + 5
    return PLAIN[:at] + struct.pack(">HH", height, width) + PLAIN[at + 4 :]


def _exif(*entries: bytes, following: int = 0) -> bytes:
    """A JPEG with this directory of EXIF."""
    listed = struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", following)
    return segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + listed)


def _frame(*, frames: int, claimed: int) -> bytes:
    """An APNG that claims so many frames."""
    drawn = written(scene(), "PNG", save_all=True, append_images=[scene().rotate(90)] * (frames - 1), duration=50)
    if b"acTL" not in drawn:
        return in_png(chunk(b"acTL", struct.pack(">II", claimed, 0)))
    at = drawn.index(b"acTL") - 4
    return drawn[:at] + chunk(b"acTL", struct.pack(">II", claimed, 0)) + drawn[at + 20 :]


def _many_scans(size: tuple[int, int]) -> Callable[[Path], bytes]:
    """A progressive JPEG whose last scan comes four thousand times."""

    def make(_: Path) -> bytes:
        data = written(scene(size), "JPEG", progressive=True)
        last = data.rindex(b"\xff\xda")
        return data[:last] + data[last:-2] * 4000 + b"\xff\xd9"

    return make


def _heic(**how: tuple[int, int]) -> Callable[[Path], bytes]:
    return lambda _: heif(hevc(scene()), **how)  # type: ignore[arg-type]


def _without(word: bytes, instead: bytes) -> Callable[[Path], bytes]:
    return lambda _: heif(hevc(scene())).replace(word, instead)


def _elsewhere(_: Path) -> bytes:
    """A HEIF whose picture lies beyond the file's end."""
    data = heif(hevc(scene()))
    at = data.index(b"iloc") + 4 + 4 + 4 + 6
    return data[:at] + b"\x7f\xff\xff\xff" + data[at + 4 :]


def _many_items(_: Path) -> bytes:
    return heif(hevc(scene()), tuple(Item(b"mime", b"x") for _ in range(5000)))


def _deep(_: Path) -> bytes:
    """Boxes in boxes where one is expected."""
    inner = b""
    for _ in range(5000):
        inner = box(b"meta", bytes(4) + inner)
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + inner


JPEGS = (
    Hostile("jpeg cut in its head", lambda _: PLAIN[:100], DAMAGED),
    Hostile("jpeg cut in its picture", lambda _: PLAIN[: len(PLAIN) * 2 // 3], DAMAGED),
    Hostile("jpeg of 65535 by 65535", lambda _: _says(65535, 65535), TOO_BIG),
    Hostile("jpeg of 65500 lines and two columns", lambda _: _says(2, 65500), (CLEAN,)),
    Hostile("jpeg without lines", lambda _: _says(100, 0), DAMAGED),
    Hostile("jpeg of 8000 by 8000 that is small", lambda _: _says(8000, 8000), (CLEAN,)),
    Hostile("jpeg of twelve bits", lambda _: PLAIN.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c"), DAMAGED),
    Hostile("jpeg without losses", lambda _: PLAIN.replace(b"\xff\xc0\x00\x11", b"\xff\xc3\x00\x11"), DAMAGED),
    Hostile("jpeg with a page behind it", lambda _: PLAIN + PAGE, (CLEAN,)),
    Hostile("jpeg with a zip behind it", lambda _: PLAIN + a_zip(("secret.txt", SECRET)), (CLEAN,)),
    Hostile("jpeg with a clip behind it", lambda f: PLAIN + whole(f), (CLEAN,)),
    Hostile("jpeg before a clip", lambda f: EMPTY_JPEG + whole(f), DAMAGED),
    Hostile("jpeg with a program in a comment", lambda _: segment(0xFE, b"<?php system('" + SECRET + b"');"), (CLEAN,)),
    Hostile(
        "jpeg with pictures elsewhere", lambda _: segment(0xE2, b"MPF\0II*\0\x08\0\0\0\3\0" + b"\xff" * 60), (CLEAN,)
    ),
    Hostile("jpeg with a directory in circles", lambda _: _exif(following=8), (CLEAN,)),
    Hostile("jpeg with endless words", lambda _: _exif(b"\x0f\1\2\0\xff\xff\xff\xff\x08\0\0\0"), (CLEAN,)),
    Hostile("jpeg with no colours", lambda _: segment(0xE2, b"ICC_PROFILE\0\1\1" + b"\xff" * 60_000), (CLEAN,)),
    Hostile("jpeg with half a profile", lambda _: segment(0xE2, b"ICC_PROFILE\0\1\xff" + bytes(60)), (CLEAN,)),
    Hostile("jpeg in four thousand scans", _many_scans((320, 240)), (CLEAN,)),
    Hostile("jpeg of 8000 by 8000 in four thousand scans", _many_scans((8000, 8000)), ("took_too_long",), slow=True),
)
PNGS = (
    Hostile("png of 60000 by 60000", lambda _: png(60_000, 60_000), TOO_BIG),
    Hostile("png of 8192 by 8192 in a kilobyte", lambda _: png(8192, 8192), DAMAGED),
    Hostile("png of 8192 by 8192", lambda _: written(Image.new("1", (8192, 8192)), "PNG"), (CLEAN,), slow=True),
    Hostile("png of one line", lambda _: written(Image.new("L", (8000, 1)), "PNG"), DAMAGED),
    Hostile("png with a text bomb", lambda _: in_png(chunk(b"zTXt", b"a\0\0" + PACKED)), DAMAGED),
    Hostile("png with a bomb for colours", lambda _: in_png(chunk(b"iCCP", b"a\0\0" + PACKED)), DAMAGED),
    Hostile("png with more than its picture", lambda _: png(64, 64, (b"IDAT", PACKED)), (CLEAN,)),
    Hostile("png with a wrong sum", lambda _: in_png(chunk(b"gAMA", bytes(4), right=False)), DAMAGED),
    Hostile("png with two heads", lambda _: in_png(PNG[8:33]), (CLEAN,)),
    Hostile("png cut", lambda _: PNG[: len(PNG) // 2], DAMAGED),
    Hostile("png that moves", lambda _: _frame(frames=2, claimed=2), MOVES),
    Hostile("png that claims to move for ever", lambda _: _frame(frames=1, claimed=2**31 - 1), MOVES),
    Hostile("png with a page behind it", lambda _: PNG + PAGE, (CLEAN,)),
)
WEBPS = (
    Hostile(
        "webp that moves", lambda _: written(scene(), "WEBP", save_all=True, append_images=[scene().rotate(9)]), MOVES
    ),
    Hostile("webp cut", lambda _: WEBP[: len(WEBP) // 2], DAMAGED),
    Hostile("webp before a clip", lambda f: b"RIFF\xff\xff\xff\x7fWEBPVP8 " + whole(f), DAMAGED),
    Hostile("webp of 16383 by 16383", lambda _: WEBP[:21] + b"\xff\xff\xff\x0f" + WEBP[25:], TOO_BIG),
    Hostile("webp with a page behind it", lambda _: WEBP + PAGE, (CLEAN,)),
)
HEIFS = (
    Hostile("heic brand", lambda _: box(b"ftyp", b"heic\0\0\0\0mif1heic") + bytes(100), DAMAGED),
    Hostile("avif brand", lambda _: box(b"ftyp", b"avif\0\0\0\0mif1avif") + bytes(100), DAMAGED),
    Hostile("rows of avif", lambda _: box(b"ftyp", b"avis\0\0\0\0msf1avif") + bytes(100), MOVES),
    Hostile("rows of heif", lambda _: box(b"ftyp", b"msf1\0\0\0\0msf1hevc") + bytes(100), MOVES),
    Hostile("raw photo brand", lambda _: box(b"ftyp", b"crx \0\0\0\0crx isom") + bytes(100), NO),
    Hostile("heif of 60000 by 60000", _heic(says=(60_000, 60_000)), TOO_BIG),
    Hostile("heif of 8000 by 8000 that is none", _heic(says=(8000, 8000)), (CLEAN, *DAMAGED)),
    Hostile("heif of no size", _heic(says=(0, 0)), DAMAGED),
    Hostile("heif without a decoder's words", _without(b"hvcC", b"hvcX"), DAMAGED),
    Hostile("heif whose picture is words", _without(b"hvc1\0", b"mime\0"), DAMAGED),
    Hostile("heif whose picture lies elsewhere", _elsewhere, DAMAGED),
    Hostile("heif of five thousand items", _many_items, (CLEAN, *DAMAGED)),
    Hostile("heif five thousand boxes deep", _deep, DAMAGED),
    Hostile("heif cut", lambda _: heif(hevc(scene()))[:-200], DAMAGED),
    Hostile("heif with a page behind it", lambda _: heif(hevc(scene())) + PAGE, (CLEAN,)),
    Hostile("avif cut", lambda _: AVIF[: len(AVIF) * 2 // 3], DAMAGED),
    Hostile("avif with a page behind it", lambda _: AVIF + box(b"free", PAGE), (CLEAN,)),
)
OTHERS = (
    Hostile("drawing that asks for a file", lambda _: b"<svg><image href='secret.txt'/></svg>" + SECRET, NO),
    Hostile("postscript", lambda _: b"%!PS-Adobe-3.0 EPSF-3.0\n(secret.txt) (r) file", NO),
    Hostile("tiff", lambda _: written(scene(), "TIFF"), NO),
    Hostile("bitmap", lambda _: written(scene(), "BMP"), NO),
    Hostile("gif", lambda _: written(scene(), "GIF"), NO),
    Hostile("icon", lambda _: written(scene(), "ICO"), NO),
    Hostile("jpeg 2000", lambda _: written(scene(), "JPEG2000"), NO),
)
PHOTOS = (*JPEGS, *PNGS, *WEBPS, *HEIFS, *OTHERS)
