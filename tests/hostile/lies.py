"""Files that lie about themselves: lengths, rates, sizes, offsets, shapes."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from tests.hostile.makers import (
    CLEAN,
    DAMAGED,
    H264,
    Hostile,
    box,
    changed,
    copied,
    drawn,
    element,
    ffmpeg,
    fragments,
    in_segment,
    patched,
    whole,
)

LARGE, ALL, NEGATIVE = b"\x7f\xff\xff\xff", b"\xff" * 4, b"\x80\0\0\0"
HALF_TURNED = struct.pack(">9i", 46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30)
TABLES = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def _patch(kind: bytes, at: int, new: bytes) -> Callable[[Path], bytes]:
    return lambda folder: patched(whole(folder), kind, at, new)


def _table(kind: bytes, *numbers: int) -> Callable[[Path], bytes]:
    """The plain clip with one of the picture's tables replaced."""
    payload = b"".join(struct.pack(">I", number & 0xFFFFFFFF) for number in numbers)
    return lambda folder: changed(whole(folder), (*TABLES, kind), lambda _: payload)


def _edits(*edits: tuple[int, int, int]) -> Callable[[Path], bytes]:
    listed = b"".join(struct.pack(">Iii", *edit) for edit in edits)
    elst = box(b"elst", bytes(4) + len(edits).to_bytes(4) + listed)
    return lambda folder: changed(whole(folder), (b"moov", b"trak", b"edts"), lambda _: elst)


def _long(folder: Path) -> bytes:
    """130 seconds, honestly said."""
    return ffmpeg(folder, "-f", "lavfi", "-i", "testsrc2=s=64x64:r=1:d=130", *H264, "long.mp4")


def _says_one_second(folder: Path) -> bytes:
    """130 seconds that say one second wherever a length is told."""
    data = _long(folder)
    for kind, at in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        data = patched(data, kind, at, struct.pack(">I", 1000))
    return data


def _stretched(folder: Path) -> bytes:
    """Ten frames, the last of which stands for hours."""
    return _table(b"stts", 0, 2, 9, 1024, 1, 0x7FFFFFFF)(folder)


def _far_apart(folder: Path) -> bytes:
    """Fragments whose clock leaps by years."""
    data = fragments(folder)
    last = data.rindex(b"tfdt")
    return data[: last + 8] + LARGE + data[last + 12 :]


def _backwards(folder: Path) -> bytes:
    """A transport stream whose clock runs back, half way."""
    return copied(folder, "-output_ts_offset", "90", "late.ts") + copied(folder, "early.ts")


def _wrapped(folder: Path) -> bytes:
    """A clock that wraps round in the middle: lawful, and every 26 hours true."""
    return copied(folder, "-output_ts_offset", "95443.2", "wrapped.ts")


def _matroska(kind: int, payload: bytes) -> Callable[[Path], bytes]:
    """What the file says of itself, replaced by one such word."""

    def make(folder: Path) -> bytes:
        data = copied(folder, "-live", "1", "about.mkv")
        return in_segment(data, element(0x1549A966, element(kind, payload)))

    return make


def _patched_matroska(kind: bytes, new: bytes) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        data = copied(folder, "-live", "1", "track.mkv")
        at = data.index(kind, data.rindex(b"\x16\x54\xae\x6b"))
        return data[: at + len(kind)] + new + data[at + len(kind) + len(new) :]

    return make


def _avi(mark: bytes, at: int, new: bytes) -> Callable[[Path], bytes]:
    """An AVI with four bytes of a header replaced."""

    def make(folder: Path) -> bytes:
        data = drawn(folder, "-c:v", "mjpeg", "plain.avi")
        start = data.index(mark) + 8 + at
        return data[:start] + new + data[start + len(new) :]

    return make


def _bad_index(folder: Path) -> bytes:
    """An AVI whose index points everywhere but at its frames."""
    data = drawn(folder, "-c:v", "mjpeg", "plain.avi")
    at = data.index(b"idx1") + 8
    return data[:at] + b"\xff" * (len(data) - at)


def _hidden(folder: Path) -> bytes:
    """A clip whose first half is cut away by an edit list only."""
    return ffmpeg(folder, "-ss", "0.5", "-i", "base.mp4", "-c", "copy", "edited.mp4")


def _entry(at: int, new: bytes) -> Callable[[Path], bytes]:
    """`new` at `at` bytes into the description of the picture's codec."""
    return _patch(b"avc1", at, new)


LIES = (
    Hostile("130 seconds", _long, ("too_long",)),
    Hostile("130 seconds that say one", _says_one_second, ("too_long",)),
    Hostile("a last frame of hours", _stretched, ("too_long",)),
    Hostile("a clock that leaps by years", _far_apart, (CLEAN,)),
    Hostile("a clock that runs back", _backwards, ("too_long",)),
    Hostile("a clock that wraps", _wrapped, (CLEAN,)),
    Hostile("no time scale", _patch(b"mdhd", 12, bytes(4)), ("too_long",)),
    Hostile("no time scale of the film", _patch(b"mvhd", 12, bytes(4)), (CLEAN,)),
    Hostile("endless time scale", _patch(b"mdhd", 12, LARGE), ("too_fast",)),
    Hostile("negative time scale", _patch(b"mdhd", 12, NEGATIVE), ("too_long",)),
    Hostile("film of 68 years", _patch(b"mvhd", 16, LARGE), (CLEAN,)),
    Hostile("track of 68 years", _patch(b"mdhd", 16, LARGE), (CLEAN,)),
    Hostile("long form of a header that is short", _patch(b"mdhd", 0, b"\1"), ("too_fast",)),
    Hostile("frames of no length", _table(b"stts", 0, 1, 10, 0), (CLEAN,)),
    Hostile("frames of negative length", _table(b"stts", 0, 1, 10, -1), ("too_fast",)),
    Hostile("fewer lengths than frames", _table(b"stts", 0, 1, 1, 1024), (CLEAN,)),
    Hostile("no lengths at all", _table(b"stts", 0, 0), ("too_fast",)),
    Hostile("frames shown before the beginning", _table(b"stts", 0, 2, 1, -(2**31), 9, 1024), ("too_long",)),
    Hostile("edit that begins in an hour", _edits((1000, 36_864_000, 65536)), ("too_short",)),
    Hostile("edit that waits for days", _edits((2**31 - 1, -1, 65536), (1000, 0, 65536)), ("too_long",)),
    Hostile("edit at no speed", _edits((1000, 0, 0)), (CLEAN,)),
    Hostile("edit backwards", _edits((1000, 0, -65536)), (CLEAN,)),
    Hostile("a thousand edits of one moment", _edits(*[(1000, 0, 65536)] * 1000), (CLEAN,)),
    Hostile("pictures hidden by an edit list", _hidden, (CLEAN,)),
    Hostile("samples larger than the file", _table(b"stsz", 0, 0, 10, *[2**30] * 10), DAMAGED),
    Hostile("samples of no bytes", _table(b"stsz", 0, 0, 10, *[0] * 10), DAMAGED),
    Hostile("samples of one size, a gigabyte", _table(b"stsz", 0, 2**30, 10), DAMAGED),
    Hostile("samples behind the end", _table(b"stco", 0, 1, 2**31), DAMAGED),
    Hostile("samples in the index", _table(b"stco", 0, 1, 40), DAMAGED),
    Hostile("every chunk the same", _table(b"stsc", 0, 1, 1, 2**31 - 1, 1), DAMAGED),
    Hostile("chunks numbered from nought", _table(b"stsc", 0, 1, 0, 0, 0), (CLEAN,)),
    Hostile("chunks numbered backwards", _table(b"stsc", 0, 3, 9, 1, 1, 5, 1, 1, 1, 1, 1), (CLEAN,)),
    Hostile("a codec that is not there", _table(b"stsc", 0, 1, 1, 10, 77), DAMAGED),
    Hostile("keyframes that are none", _table(b"stss", 0, 3, 0, 2**31, 5), (CLEAN,)),
    Hostile("picture of 65535 by 65535 by its header", _entry(24, ALL), (CLEAN,)),
    Hostile("picture of no size by its header", _entry(24, bytes(4)), (CLEAN,)),
    Hostile("frame of negative size", _patch(b"tkhd", 76, ALL * 2), (CLEAN,)),
    Hostile("matrix of noughts", _patch(b"tkhd", 40, bytes(36)), (CLEAN,)),
    Hostile("matrix that shears and blows up", _patch(b"tkhd", 40, LARGE * 9), (CLEAN,)),
    Hostile("turned by 45 degrees", _patch(b"tkhd", 40, HALF_TURNED), (CLEAN,)),
    Hostile("codec described by noughts", _patch(b"avcC", 0, bytes(20)), DAMAGED),
    Hostile("codec with 31 headers", _patch(b"avcC", 5, ALL), DAMAGED),
    Hostile("sound of no channels", _patch(b"mp4a", 16, bytes(2)), (CLEAN,)),
    Hostile("sound of 65535 channels", _patch(b"mp4a", 16, b"\xff\xff"), (CLEAN,)),
    Hostile("sound of rate nought", _patch(b"mp4a", 24, bytes(4)), (CLEAN,)),
    Hostile("sound described by endless lengths", _patch(b"esds", 4, b"\3" + ALL * 4), (CLEAN,)),
    Hostile("sound track that says it is pictures", lambda f: whole(f).replace(b"soun", b"vide"), (CLEAN,)),
    Hostile("picture track that says it is sound", lambda f: whole(f).replace(b"vide", b"soun"), ("no_picture",)),
    Hostile("box of size nought inside", _patch(b"trak", 0, bytes(4)), DAMAGED),
    Hostile("box one byte larger than its parent", lambda f: patched(whole(f), b"stbl", -8, LARGE), DAMAGED),
    Hostile("long box of size nought", lambda _: box(b"ftyp", b"isom\0\0\0\0") + b"\0\0\0\x01free" + bytes(8), DAMAGED),
    Hostile("index of 2^62 bytes", lambda _: box(b"ftyp", b"isom\0\0\0\0") + b"\0\0\0\x01moov\x40" + bytes(7), DAMAGED),
    Hostile(
        "compressed index", lambda _: box(b"ftyp", b"qt  \0\0\0\0") + box(b"moov", box(b"cmov", bytes(99))), DAMAGED
    ),
    Hostile("noise behind an ftyp", lambda _: box(b"ftyp", b"isom\0\0\0\0") + bytes(range(1, 251)) * 400, DAMAGED),
    Hostile("matroska of no time scale", _matroska(0x2AD7B1, b"\0"), (CLEAN,)),
    Hostile("matroska of an endless time scale", _matroska(0x2AD7B1, b"\x7f" + b"\xff" * 7), (CLEAN,)),
    Hostile("matroska that lasts no number", _matroska(0x4489, struct.pack(">d", float("nan"))), (CLEAN,)),
    Hostile("matroska that lasts for ever", _matroska(0x4489, struct.pack(">d", float("inf"))), (CLEAN,)),
    Hostile("matroska that lasts less than nothing", _matroska(0x4489, struct.pack(">d", -1e300)), (CLEAN,)),
    Hostile("matroska wider than the world", _patched_matroska(b"\xb0", b"\x82\xff\xff"), DAMAGED),
    Hostile("matroska of frames of a nanosecond", _patched_matroska(b"\x23\xe3\x83", b"\x84\0\0\0\1"), ("too_fast",)),
    Hostile("avi with a bad index", _bad_index, (CLEAN,)),
    Hostile("avi of frames of no time", _avi(b"strh", 20, bytes(4)), (CLEAN,)),
    Hostile("avi of no rate", _avi(b"strh", 24, bytes(4)), (CLEAN,)),
    Hostile("avi of an endless rate", _avi(b"strh", 24, ALL), ("too_fast",)),
    Hostile("avi of negative width", _avi(b"strf", 4, NEGATIVE), (CLEAN,)),
    Hostile("avi of 2^31 samples", _avi(b"strh", 32, LARGE), ("too_long",)),
    Hostile("avi that suggests a buffer of 4 GB", _avi(b"strh", 36, ALL), (CLEAN,)),
)
