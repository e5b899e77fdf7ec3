"""Photos as phones and cameras write them, full of marks in every place that can carry one."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageCms

from tests.hostile.makers import box
from tests.workers.media.heifs import Item, heif, hevc

SIDEWAYS = 6  # to be seen with its left side up
CORNERS = ("red", "lime", "blue", "white")  # top left, top right, bottom left, bottom right
SIZE = (160, 120)
INNER = (0xA431, 0xA435, 0xA430, 0xA420)  # serial, serial of the lens, owner, the picture's own id


@dataclass
class Marks:
    """Words that stand nowhere else: `marks("what for")` draws one."""

    drawn: list[str] = field(default_factory=list)

    def __call__(self, what: str) -> str:
        self.drawn.append(f"CNRY{len(self.drawn):03}{zlib.crc32(what.encode()):08x}")
        return self.drawn[-1]

    def b(self, what: str) -> bytes:
        """The same, in bytes."""
        return self(what).encode()

    def left_in(self, data: bytes) -> list[str]:
        """Those that stand in `data`, in whatever letters."""
        seen = (data, zlib_streams(data))
        codes = ("ascii", "utf-16-le", "utf-16-be")
        return [mark for mark in self.drawn if any(mark.encode(code) in part for part in seen for code in codes)]


def zlib_streams(data: bytes) -> bytes:
    """Whatever is packed in `data`, unpacked."""
    found, at = b"", data.find(b"\x78")
    while at >= 0:
        with suppress(zlib.error):
            found += zlib.decompressobj().decompress(data[at:], 1 << 16)
        at = data.find(b"\x78", at + 1)
    return found


def scene(size: tuple[int, int] = SIZE, mode: str = "RGB") -> Image.Image:
    """Grey, with a colour in each corner."""
    width, height = size
    drawn = Image.new("RGB", size, (96, 96, 96))
    for number, colour in enumerate(CORNERS):
        left, top = (number % 2) * (width - width // 4), (number // 2) * (height - height // 4)
        drawn.paste(colour, (left, top, left + width // 4, top + height // 4))  # type: ignore[arg-type]
    return drawn.convert(mode)


def written(picture: Image.Image, format_: str, **how: object) -> bytes:
    """As Pillow writes it."""
    file = io.BytesIO()
    picture.save(file, format_, **how)  # type: ignore[arg-type]
    return file.getvalue()


def exif(marks: Marks, orientation: int = 1) -> Image.Exif:
    """Who, with what, where and when."""
    told = Image.Exif()
    told[0x0112] = orientation
    for tag, name in (
        (0x010F, "make"),
        (0x0110, "model"),
        (0x013B, "artist"),
        (0x010E, "description"),
        (0x0131, "software"),
    ):
        told[tag] = marks(name)
    inner = told.get_ifd(0x8769)
    for tag in INNER:
        inner[tag] = marks(hex(tag))
    inner[0x9003] = "2017:03:04 05:06:07"
    place = told.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (41.0, 7.0, 24.42), "W", (87.0, 32.0, 35.55)
    place[0x1C] = marks("area")
    return told


def xmp(marks: Marks) -> bytes:
    """A packet of Adobe's."""
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><creator>' + marks.b("xmp creator") + b"</creator></x:xmpmeta>"


def profile(marks: Marks | None = None, *, swapped: bool = False) -> bytes:
    """sRGB with a mark for its name; `swapped`: what it calls red is blue."""
    told = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if marks is not None:
        name = "sRGB built-in".encode("utf-16-be")
        assert name in told
        told = told.replace(name, marks("icc")[: len(name) // 2].encode("utf-16-be"))
        marks.drawn[-1] = marks.drawn[-1][: len(name) // 2]
    if swapped:
        told = told.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    return told


def jpeg(marks: Marks) -> bytes:
    """Lying on its side, with a thumbnail, a second picture and a trailer."""
    told = exif(marks, SIDEWAYS)
    data = written(
        scene(), "JPEG", quality=95, subsampling=0, exif=told, icc_profile=profile(marks), comment=marks.b("comment")
    )
    small = written(scene((16, 12)), "JPEG", comment=marks.b("thumbnail"))
    second = written(scene((16, 12)), "JPEG", comment=marks.b("second picture"))

    def segment(kind: int, payload: bytes) -> bytes:
        return bytes([0xFF, kind]) + struct.pack(">H", len(payload) + 2) + payload

    iptc = marks.b("iptc city")
    resource = (
        b"8BIM\x04\x04\0\0" + struct.pack(">I", 5 + len(iptc)) + b"\x1c\x02\x5a" + struct.pack(">H", len(iptc)) + iptc
    )
    more = (
        segment(0xFE, marks.b("comment"))
        + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(marks))
        + segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 40 + marks.b("extended xmp"))
        + segment(0xE2, b"MPF\0" + marks.b("mpf"))
        + segment(0xE5, marks.b("vendor"))
        + segment(0xEB, b"JP\0\1\0\0\0\1" + box(b"jumb", box(b"jumd", b"c2pa" + marks.b("c2pa"))))
        + segment(0xEC, b"Ducky" + small)
        + segment(0xED, b"Photoshop 3.0\0" + resource + b"\0" * (len(resource) % 2))
    )
    return data[:2] + more + data[2:] + second + marks.b("trailer")


def png(marks: Marks) -> bytes:
    """With every chunk that takes words."""
    data = written(scene(), "PNG", exif=exif(marks), icc_profile=profile(marks))

    def chunk(kind: bytes, payload: bytes) -> bytes:
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))

    more = (
        chunk(b"tEXt", b"Author\0" + marks.b("text"))
        + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(marks.b("packed text")))
        + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(marks))
        + chunk(b"tIME", struct.pack(">HBBBBB", 2017, 3, 4, 5, 6, 7))
        + chunk(b"zzNk", marks.b("private"))
    )
    return data[:33] + more + data[33:] + marks.b("trailer")


def webp(marks: Marks) -> bytes:
    """With its own chunks and a stranger's."""
    data = written(scene(), "WEBP", lossless=True, exif=exif(marks), xmp=xmp(marks), icc_profile=profile(marks))
    odd = marks.b("unknown chunk")
    data += b"zzNK" + struct.pack("<I", len(odd)) + odd + b"\0" * (len(odd) % 2)
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:] + marks.b("trailer")


def avif(marks: Marks) -> bytes:
    """With its items and a box behind them."""
    data = written(
        scene(), "AVIF", quality=95, subsampling="4:4:4", exif=exif(marks), xmp=xmp(marks), icc_profile=profile(marks)
    )
    return data + box(b"free", marks.b("free")) + marks.b("trailer")


def heic(marks: Marks) -> bytes:
    """An iPhone's: one picture by HEVC, what is said of it in items."""
    told = struct.pack(">I", 6) + b"Exif\0\0" + exif(marks, SIDEWAYS).tobytes().removeprefix(b"Exif\0\0")
    said, icc = xmp(marks), profile(marks)
    return (
        heif(hevc(scene()), (Item(b"Exif", told), Item(b"mime", said)), icc)
        + box(b"free", marks.b("free"))
        + marks.b("end")
    )


CARRIERS: dict[str, Callable[[Marks], bytes]] = {"jpeg": jpeg, "png": png, "webp": webp, "avif": avif, "heif": heic}


def kept(folder: Path, data: bytes) -> Path:
    """A file that says nothing by its name."""
    (folder / "source").write_bytes(data)
    return folder / "source"
