"""Files that are two things at once, and files that are no clip at all."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.bombs import a_zip
from tests.hostile.makers import (
    CLEAN,
    DAMAGED,
    NO,
    SECRET,
    Hostile,
    box,
    copied,
    drawn,
    element,
    ffmpeg,
    in_segment,
    patched,
    whole,
)

PAGE = b"<!doctype html><script>document.title='" + SECRET + b"'</script>"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"


def _with_room(folder: Path, words: bytes) -> bytes:
    """A clip with words in a box that every player skips, near its beginning."""
    return patched(copied(folder, "-moov_size", "65536", "room.mp4"), b"free", 0, words)


def _in_void(folder: Path) -> bytes:
    return in_segment(copied(folder, "-live", "1", "void.mkv"), element(0xEC, PAGE))


def _in_padding(folder: Path) -> bytes:
    data = drawn(folder, "-c:v", "mjpeg", "padded.avi")
    at = data.index(b"JUNK") + 8
    return data[:at] + PAGE + data[at + len(PAGE) :]


def _in_packets(folder: Path) -> bytes:
    """A transport stream with packets of words between the pictures."""
    data = copied(folder, "plain.ts")
    return data[: 188 * 50] + (b"\x47\x12\x34\x10" + SECRET).ljust(188, b"\xff") + data[188 * 50 :]


def _one_in_another(folder: Path) -> bytes:
    return box(b"ftyp", b"isom\0\0\0\0isom") + box(b"mdat", whole(folder))


def _document(name: str, begins: bytes) -> Hostile:
    return Hostile(name, lambda folder: begins + whole(folder), NO)


POLYGLOTS = (
    _document("page before a clip", PAGE),
    _document("pdf before a clip", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n"),
    _document("gif before a clip", b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff;"),
    _document("program before a clip", b"\x7fELF\2\1\1" + bytes(57)),
    _document("windows program before a clip", b"MZ" + bytes(62) + b"PE\0\0"),
    _document("java class before a clip", b"\xca\xfe\xba\xbe\0\0\0\x34"),
    _document("webassembly before a clip", b"\0asm\1\0\0\0"),
    _document("shell script before a clip", b"#!/bin/sh\ncurl http://127.0.0.1/ | sh\nexit\n"),
    _document("php before a clip", b"<?php system($_GET['x']); ?>"),
    _document("zip before a clip", a_zip(("secret.txt", SECRET))),
    _document("flash before a clip", b"CWS\x0f" + bytes(8)),
    _document("ogg before a clip", b"OggS\0\2" + bytes(22)),
    _document("flv before a clip", b"FLV\1\5\0\0\0\t\0\0\0\0"),
    _document("windows media before a clip", bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(14)),
    _document("sound in riff before a clip", b"RIFF\xff\xff\xff\x7fWAVEfmt "),
    _document("y4m before a clip", b"YUV4MPEG2 W65535 H65535 F1:1\nFRAME\n"),
    _document("nut before a clip", b"nut/multimedia container\0"),
    _document("id3 before a clip", b"ID3\4\0\0\x7f\x7f\x7f\x7f"),
    _document("nought before a clip", b"\0"),
    Hostile("clip with a page in free space", lambda f: _with_room(f, PAGE), (CLEAN,)),
    Hostile("clip with a pdf in free space", lambda f: _with_room(f, b"%PDF-1.7\n" + SECRET), (CLEAN,)),
    Hostile("clip with php in free space", lambda f: _with_room(f, b"<?php system('" + SECRET + b"');"), (CLEAN,)),
    Hostile("clip with a program in free space", lambda f: _with_room(f, b"\x7fELF\2\1\1" + SECRET), (CLEAN,)),
    Hostile("clip with a zip behind it", lambda f: whole(f) + a_zip(("secret.txt", SECRET)), (CLEAN,)),
    Hostile("clip with a page behind it", lambda f: whole(f) + PAGE, (CLEAN,)),
    Hostile("clip with a jpeg behind it", lambda f: whole(f) + JPEG, (CLEAN,)),
    Hostile("clip with a clip behind it", lambda f: whole(f) + whole(f), (CLEAN,)),
    Hostile("clip inside a clip", _one_in_another, DAMAGED),
    Hostile("matroska with a page in a void", _in_void, (CLEAN,)),
    Hostile("avi with a page in its padding", _in_padding, (CLEAN,)),
    Hostile("transport stream with words", _in_packets, (CLEAN,)),
    Hostile("text that looks like packets", lambda _: (b"\x47" + b"x" * 187) * 50, DAMAGED),
    Hostile("zip", lambda _: a_zip(("secret.txt", SECRET)), NO),
    Hostile("empty", lambda _: b"", ("empty",)),
    Hostile("one byte", lambda _: b"\0", NO),
    Hostile("gif", lambda f: ffmpeg(f, "-i", "base.mp4", "-frames:v", "2", "x.gif"), NO),
    Hostile("wav", lambda f: ffmpeg(f, "-i", "base.mp4", "x.wav"), NO),
    Hostile("mp3", lambda f: ffmpeg(f, "-i", "base.mp4", "x.mp3"), NO),
    Hostile("sound only", lambda f: copied(f, "-vn", "sound.mp4"), ("no_picture",)),
    Hostile(
        "one frame",
        lambda f: ffmpeg(f, "-i", "base.mp4", "-frames:v", "1", "-r", "30", "-an", "one.mp4"),
        ("too_short",),
    ),
)
