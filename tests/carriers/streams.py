"""Marks within the streams themselves: messages among pictures, elements among sounds, segments among JPEGs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.carriers.planting import Carrier, Marks
from tests.hostile.makers import drawn, ffmpeg

START = b"\0\0\0\1"
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-x265-params", "log-level=none")


def streams() -> tuple[Carrier, ...]:
    """All of them."""
    return (
        Carrier("messages.mp4", _h264),
        Carrier("messages.mkv", lambda folder, marks: _h264(folder, marks, "messages.mkv")),
        Carrier("messages of HEVC.mp4", _hevc),
        Carrier("parameters.mp4", _parameters),
        Carrier("sounds.mp4", _aac),
        Carrier("pictures.mov", _jpegs),
        Carrier("mpeg2.ts", _mpeg2),
    )


def _h264(folder: Path, marks: Marks, name: str = "messages.mp4") -> bytes:
    """Every message an encoder or a camera leaves, units of unknown kinds, filler, bytes behind a picture."""
    stream = ffmpeg(folder, "-i", "base.mp4", "-an", "-c", "copy", "-bsf:v", "h264_mp4toannexb", "plain.h264")
    before = [
        _message(b"\6", 5, bytes(range(16)) + marks.word("message of no register")),
        _message(b"\6", 4, b"\xb5\0\x42" + marks.word("message of a register")),
        _message(b"\6", 4, _captions(marks.raw("captions", b"HOUSE 17 OAK"))),
        _message(b"\6", 200, marks.word("message that is reserved")),
        _message(b"\6", 1, marks.word("time of a picture")),
        _message(b"\6", 2, marks.word("rectangle to show")),
        b"\x0c" + marks.word("filler") + b"\x80",
        *(bytes([kind]) + marks.word(f"unit {kind}") + b"\x80" for kind in (14, 16, 19, 22, 24, 30, 31)),
    ]
    marks.raw("encoder and its settings", b"x264 - core")
    captions = next(unit for unit in before if b"GA94" in unit)
    marks.planted[2] = type(marks.planted[2])("captions", (captions[8:40],))
    return _muxed(folder, _with(stream, before, marks.word("bytes behind a picture"), (1, 5), 31), "h264", name)


def _hevc(folder: Path, marks: Marks) -> bytes:
    """The same of HEVC, before a picture and behind it."""
    stream = drawn(folder, *X265, "-f", "hevc", "plain.hevc")
    before = [
        _message(b"\x4e\1", 5, bytes(range(16)) + marks.word("message before")),
        _message(b"\x4e\1", 4, b"\xb5\0\x42" + marks.word("message of a register")),
        _message(b"\x50\1", 5, bytes(range(16)) + marks.word("message behind")),
        *(bytes([kind << 1, 1]) + marks.word(f"unit {kind}") + b"\x80" for kind in (41, 45, 48, 63)),
    ]
    made = _with(stream, before, marks.word("bytes behind a picture"), range(22), 126)
    return _muxed(folder, made, "hevc", "messages.hevc.mp4", "-tag:v", "hvc1")


def _parameters(folder: Path, marks: Marks) -> bytes:
    """Bytes behind the parameter sets, and a second set that nothing uses."""
    stream = ffmpeg(folder, "-i", "base.mp4", "-an", "-c", "copy", "-bsf:v", "h264_mp4toannexb", "plain.h264")
    made = b""
    for unit in _units(stream):
        made += START + unit
        if unit[0] & 31 == 7:
            made += marks.word("bytes behind a sequence set") if b"ZM00" not in made else b""
        if unit[0] & 31 == 8 and b"ZM01" not in made:
            made += marks.word("bytes behind a picture set")
            made += START + b"\x68\x0f" + marks.word("a set that nothing uses") + b"\x80"
    return _muxed(folder, made, "h264", "parameters.mp4")


def _aac(folder: Path, marks: Marks) -> bytes:
    """Elements of data before a sound's own, the encoder's name, and tags before the stream."""
    stream = ffmpeg(folder, "-i", "base.mp4", "-vn", "-c:a", "aac", "-f", "adts", "plain.aac")
    made, at, said = b"", 0, list[bytes]()
    while at < len(stream):
        size = int.from_bytes(stream[at + 3 : at + 6]) >> 5 & 0x1FFF
        head, sound = bytearray(stream[at : at + 7]), stream[at + 7 : at + size]
        if len(said) < 9:
            said.append(marks.word(f"data before sound {len(said)}"))
            sound = b"\x81" + bytes([len(said[-1])]) + said[-1] + sound  # byte-aligned, of the first number
        long = len(sound) + 7
        head[3:6] = (int.from_bytes(head[3:6]) & ~(0x1FFF << 5) | long << 5).to_bytes(3)
        made, at = made + bytes(head) + sound, at + size
    marks.raw("name of the encoder", b"Lavc")
    (folder / "marked.aac").write_bytes(made)
    words = ("-i", "base.mp4", "-f", "aac", "-i", "marked.aac", "-map", "0:v", "-map", "1:a", "-c", "copy")
    return ffmpeg(folder, *words, "sounds.mp4")


def _jpegs(folder: Path, marks: Marks) -> bytes:
    """Pictures each of which is a JPEG with segments of its own, as dash cameras write position and time."""
    plain = ffmpeg(folder, "-i", "base.mp4", "-an", "-c:v", "mjpeg", "-q:v", "5", "-f", "mjpeg", "plain.mjpeg")
    segments = b""
    for kind in (0xE1, 0xE2, 0xE3, 0xE5, 0xEB, 0xEC, 0xED, 0xEE, 0xFE):
        begin = {0xE1: b"Exif\0\0", 0xE2: b"MPF\0", 0xEB: b"JP\0\1", 0xEE: b"Adobe\0\x64\0\0\0\0\0"}.get(kind, b"")
        said = begin + marks.word(f"segment {kind:02x}")
        segments += b"\xff" + bytes([kind]) + (2 + len(said)).to_bytes(2) + said
    (folder / "marked.mjpeg").write_bytes(plain.replace(b"\xff\xd8", b"\xff\xd8" + segments))
    words = ("-f", "mjpeg", "-framerate", "10", "-i", "marked.mjpeg", "-i", "base.mp4", "-map", "0:v", "-map", "1:a")
    return ffmpeg(folder, *words, "-c", "copy", "pictures.mov")


def _mpeg2(folder: Path, marks: Marks) -> bytes:
    """User data behind the headers of an older kind of stream."""
    stream = drawn(folder, "-c:v", "mpeg2video", "-q:v", "4", "-f", "mpeg2video", "plain.m2v")
    at = stream.index(b"\0\0\1\xb8")
    made = stream[:at] + b"\0\0\1\xb2" + marks.word("user data of a sequence") + stream[at:]
    at = made.index(b"\0\0\1\1")
    made = made[:at] + b"\0\0\1\xb2" + marks.word("user data of a picture") + made[at:]
    (folder / "marked.m2v").write_bytes(made)
    return ffmpeg(
        folder,
        "-f",
        "mpegvideo",
        "-i",
        "marked.m2v",
        "-c",
        "copy",
        "-bsf:v",
        "setts=ts=N/(10*TB)",
        "-f",
        "mpegts",
        "mpeg2.ts",
    )


def _with(stream: bytes, before: list[bytes], behind: bytes, pictures: Sequence[int], mask: int) -> bytes:
    """The stream with these units before its first picture, and bytes at that picture's end."""
    made, done = b"", False
    for unit in _units(stream):
        kind = unit[0] & mask if mask == 31 else unit[0] >> 1 & 63
        if kind in pictures and not done:
            made += b"".join(START + each for each in before) + START + unit + behind
            done = True
        else:
            made += START + unit
    return made


def _muxed(folder: Path, stream: bytes, kind: str, name: str, *tags: str) -> bytes:
    (folder / f"marked.{kind}").write_bytes(stream)
    words = ("-framerate", "10", "-f", kind, "-i", f"marked.{kind}", "-i", "base.mp4", "-map", "0:v", "-map", "1:a")
    return ffmpeg(folder, *words, "-c", "copy", *tags, name)


def _units(stream: bytes) -> Iterator[bytes]:
    return (unit for unit in re.split(rb"\x00\x00\x00\x01|\x00\x00\x01", stream) if unit)


def _message(head: bytes, kind: int, payload: bytes) -> bytes:
    return head + bytes([kind, len(payload)]) + re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\0\0\3", payload) + b"\x80"


def _captions(text: bytes) -> bytes:
    """EIA-608 of the first field, two letters at a time, each with its parity."""

    def odd(letter: int) -> int:
        return letter | (0 if letter.bit_count() % 2 else 0x80)

    pairs = b"".join(bytes([0xFC, odd(text[at]), odd(text[at + 1])]) for at in range(0, len(text), 2))
    return b"\xb5\0\x31GA94\3" + bytes([0xC0 | len(pairs) // 3, 0xFF]) + pairs + b"\xff"
