"""Files that are small and want to become large."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.hostile.makers import (
    CLEAN,
    DAMAGED,
    H264,
    NO,
    SECRET,
    Hostile,
    box,
    changed,
    copied,
    drawn,
    element,
    ffmpeg,
    in_segment,
    whole,
)

TOO_BIG = ("too_big_picture",)
NOTHING = 40_000_000  # bytes of noughts, which pack a thousand to one


def a_zip(*files: tuple[str, bytes]) -> bytes:
    """A zip of some files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return packed.getvalue()


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A one-bit PNG that claims a size and carries chunks."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    every = ((b"IHDR", head), *chunks, (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in every
    )


def _black(size: str, rate: int, seconds: float) -> Callable[[Path], bytes]:
    """A black picture, in a few kilobytes."""
    name = f"black-{size}.mp4"
    return lambda folder: ffmpeg(folder, "-f", "lavfi", "-i", f"color=s={size}:r={rate}:d={seconds}", *H264, name)


def _mjpeg(width: int, height: int) -> Callable[[Path], bytes]:
    """An AVI each of whose JPEGs claims a size that its header does not."""

    def make(folder: Path) -> bytes:
        data = drawn(folder, "-c:v", "mjpeg", "bomb.avi")
        small, large = struct.pack(">HH", 120, 160), struct.pack(">HH", height, width)
        return data.replace(b"\xff\xc0\x00\x11\x08" + small, b"\xff\xc0\x00\x11\x08" + large)

    return make


def _packed_index(folder: Path) -> bytes:
    """A clip with a second index that unpacks to forty megabytes."""
    packed = struct.pack(">I", NOTHING) + zlib.compress(bytes(NOTHING), 9)
    bomb = box(b"cmov", box(b"dcom", b"zlib") + box(b"cmvd", packed))
    return changed(whole(folder), (b"moov",), lambda moov: moov + bomb)


def _packed_track(folder: Path) -> bytes:
    """Matroska whose blocks say they are packed; each block would become forty megabytes."""
    data = copied(folder, "-an", "-live", "1", "packed.mkv")
    at = data.rindex(b"\x16\x54\xae\x6b")
    block = b"\x81\x00\x00\x80" + zlib.compress(bytes(NOTHING), 9)
    encodings = element(0x6D80, element(0x6240, element(0x5033, b"\0") + element(0x5034, element(0x4254, b"\0"))))
    track = (
        element(0xD7, b"\1")
        + element(0x73C5, b"\1")
        + element(0x83, b"\1")
        + element(0x86, b"V_MJPEG")
        + element(0x23E383, (10**8).to_bytes(4))
    )
    video = element(0xE0, element(0xB0, b"\xa0") + element(0xBA, b"\x78"))
    cluster = element(0x1F43B675, element(0xE7, b"\0") + element(0xA3, block))
    return data[:at] + element(0x1654AE6B, element(0xAE, track + video + encodings)) + cluster * 3


def _silence(folder: Path) -> bytes:
    """Two thousand million samples of silence, said to be there by a table of one line."""
    data = ffmpeg(folder, "-i", "base.mp4", "-c:v", "copy", "-c:a", "pcm_s16le", "pcm.mov")
    at = data.rindex(b"stsz") + 8
    return data[:at] + struct.pack(">II", 1, 15_000_000) + data[at + 8 :]


def _hours_of_silence(folder: Path) -> bytes:
    """A second of pictures and six minutes of packed silence."""
    silent = ("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono:d=360")
    return drawn(folder, *silent, *H264, "-c:a", "flac", "silence.mkv")


def _attached(folder: Path) -> bytes:
    """Six megabytes of noughts, attached, where tracks are looked for."""
    file = element(0x466E, b"font.ttf") + element(0x4660, b"font/ttf") + element(0x465C, bytes(6 << 20))
    return in_segment(copied(folder, "-live", "1", "attached.mkv"), element(0x1941A469, element(0x61A7, file)))


def _still(folder: Path) -> bytes:
    """Two minutes of one picture."""
    return ffmpeg(folder, "-f", "lavfi", "-i", "color=s=320x240:r=30:d=119", *H264, "still.mp4")


BOMBS = (
    Hostile("8K at 60 frames", _black("7680x4320", 60, 0.05), TOO_BIG),
    Hostile("8192 by 8192", _black("8192x8192", 10, 0.2), TOO_BIG, slow=True),
    Hostile("4K at 300 frames", _black("640x360", 300, 0.3), ("too_fast",)),
    Hostile("4K black for two seconds at 240 frames", _black("4096x2304", 240, 2), (CLEAN,), slow=True),
    Hostile("two minutes of one picture", _still, (CLEAN,), slow=True),
    Hostile("mjpeg of 65500 by 65500", _mjpeg(65500, 65500), DAMAGED),
    Hostile("mjpeg of 8000 by 8000", _mjpeg(8000, 8000), DAMAGED),
    Hostile("gif of 65535 by 65535", lambda _: b"GIF89a" + b"\xff" * 4 + b"\xf7\0\0" + bytes(800), NO),
    Hostile("tiff of 2^31 strips", lambda _: b"II*\0\x08\0\0\0\1\0\x11\1\4\0" + b"\xff" * 12, NO),
    Hostile("gzip of noughts", lambda _: gzip.compress(bytes(NOTHING // 10), mtime=0), NO),
    Hostile("xz of noughts", lambda _: lzma.compress(bytes(NOTHING // 10), preset=0), NO),
    Hostile("zip of noughts", lambda _: a_zip(("noughts", bytes(NOTHING // 10))), NO),
    Hostile("zip of a zip", lambda _: a_zip(("inner.zip", a_zip(("secret", SECRET)))), NO),
    Hostile("an index that unpacks", _packed_index, DAMAGED),
    Hostile("a track that unpacks", _packed_track, DAMAGED),
    Hostile("fifteen million samples by one line", _silence, (CLEAN,)),
    Hostile("six minutes of packed silence", _hours_of_silence, ("too_long",)),
    Hostile("six megabytes attached", _attached, (CLEAN,)),
)
