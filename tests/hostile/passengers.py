"""Clips that carry more than a clip: attachments, words, notes, covers, with names that lead elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile.makers import (
    CLEAN,
    H264,
    SECRET,
    SOUND,
    Hostile,
    box,
    changed,
    copied,
    element,
    ffmpeg,
    in_segment,
    whole,
)

WORDS = f"1\n00:00:00,000 --> 00:00:02,000\n{SECRET.decode()}\n"
NAMES = (
    b"../../secret.txt",
    b"/etc/passwd",
    b"file:secret.txt",
    b"|cat secret.txt",
    b"..\\..\\secret.txt",
    b"a\0b/../c",
)


def _attached(folder: Path) -> bytes:
    """Files attached under names that lead out of any folder they might be unpacked into."""
    files = b""
    for number, name in enumerate(NAMES, 1):
        named = element(0x466E, name) + element(0x4660, b"application/x-truetype-font") + element(0x465C, SECRET)
        files += element(0x61A7, named + element(0x46AE, bytes([number])))
    return in_segment(copied(folder, "-live", "1", "attached.mkv"), element(0x1941A469, files))


def _font(folder: Path) -> bytes:
    (folder / "font.ttf").write_bytes(SECRET)
    font = ("-attach", "font.ttf", "-metadata:s:t", "mimetype=application/x-truetype-font")
    return copied(folder, *font, "-metadata:s:t", "filename=../../../../etc/cron.d/x", "font.mkv")


def _worded(codec: str, name: str, text: str = WORDS) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        (folder / "words.srt").write_text(text)
        return ffmpeg(folder, "-i", "base.mp4", "-i", "words.srt", "-c", "copy", "-c:s", codec, name)

    return make


def _scripted(folder: Path) -> bytes:
    """Subtitles that ask for fonts and pictures by path."""
    lines = (
        "[Script Info]\nScriptType: v4.00+\nAudio File: ../../secret.txt\nVideo File: /etc/passwd\n"
        "[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,file:///etc/passwd\n"
        "[Fonts]\nfontname: ../../x.ttf\n"
        "[Events]\nFormat: Start, End, Style, Text\nDialogue: 0:00:00.00,0:00:02.00,Default,"
        "{\\img(../../secret.txt)}" + SECRET.decode() + "\n"
    )
    (folder / "words.ass").write_text(lines)
    return ffmpeg(folder, "-i", "base.mp4", "-i", "words.ass", "-c", "copy", "-c:s", "ass", "ass.mkv")


def _tagged(folder: Path) -> bytes:
    """Tags, chapters, a place and a timecode track."""
    (folder / "tags.txt").write_text(f";FFMETADATA1\ntitle={SECRET.decode()}\n[CHAPTER]\nSTART=0\nEND=9\ntitle=x\n")
    tags = ("-metadata", f"comment={SECRET.decode()}", "-metadata", "location=+39.0997-094.5786/")
    words = ("-i", "base.mp4", "-i", "tags.txt", "-map_chapters", "1", "-c", "copy", *tags)
    return ffmpeg(folder, *words, "-timecode", "01:02:03:04", "tagged.mov")


def _noted(folder: Path) -> bytes:
    """User data of every sort, five megabytes of it, and XMP that names files."""
    name = SECRET + b"/../../etc/passwd"
    notes = b"".join(box(kind, bytes(4) + name * 20) for kind in (b"\xa9nam", b"\xa9xyz", b"auth", b"XMP_"))
    xmp = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b'<x:xmpmeta href="' + name + b'"/>')
    return changed(whole(folder), (b"moov",), lambda moov: moov + box(b"udta", notes + bytes(5 << 20)) + xmp)


def _covered(folder: Path) -> bytes:
    """A clip with a cover picture, itself no picture."""
    data = box(b"data", (13).to_bytes(4) + bytes(4) + b"<svg onload=alert(1)>" + SECRET)
    hdlr = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    meta = box(b"meta", bytes(4) + hdlr + box(b"ilst", box(b"covr", data)))
    return changed(whole(folder), (b"moov",), lambda moov: moov + box(b"udta", meta))


def _cover_only(folder: Path) -> bytes:
    words = (*SOUND, "-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-frames:v", "1")
    return ffmpeg(folder, *words, "-c:v", "mjpeg", "-disposition:v", "attached_pic", "-c:a", "aac", "cover.mp4")


def _captioned(folder: Path) -> bytes:
    """Closed captions inside the picture's own stream."""
    sei = "sei_user_data=b5003147-4139-3403-d4fc-fd8080fd80ff+" + SECRET.decode()
    return copied(folder, "-bsf:v", f"h264_metadata={sei}", "captions.mp4")


def _of_numbers(folder: Path) -> bytes:
    """A track of positions, as action cameras and drones write them."""
    (folder / "gps.srt").write_text(WORDS * 50)
    words = ("-i", "base.mp4", "-i", "gps.srt", "-c", "copy", "-c:s", "mov_text")
    return ffmpeg(folder, *words, "gps.mp4").replace(b"tx3g", b"gpmd").replace(b"sbtl", b"meta")


def _in_transport(folder: Path) -> bytes:
    words = ("-i", "base.mp4", "-c", "copy", "-metadata", f"service_name={SECRET.decode()}")
    return ffmpeg(folder, *words, "-metadata", "service_provider=../../x", "named.ts")


def _many_tags(folder: Path) -> bytes:
    one = element(0x67C8, element(0x45A3, b"../../" + SECRET) + element(0x4487, b"file:///etc/passwd"))
    data = copied(folder, "-live", "1", "tags.mkv")
    return in_segment(data, element(0x1254C367, element(0x7373, element(0x63C0, b"") + one * 5_000)))


PASSENGERS = (
    Hostile("attachments with names that lead elsewhere", _attached, (CLEAN,)),
    Hostile("font for the scheduler's folder", _font, (CLEAN,)),
    Hostile("subtitles", _worded("mov_text", "words.mp4"), (CLEAN,)),
    Hostile("subtitles in matroska", _worded("srt", "words.mkv"), (CLEAN,)),
    Hostile("subtitles of a web page", _worded("webvtt", "words.webm.mkv"), (CLEAN,)),
    Hostile("subtitles of five hundred lines", _worded("srt", "long.mkv", WORDS + ("x" * 79 + "\n") * 500), (CLEAN,)),
    Hostile("subtitles that ask for files", _scripted, (CLEAN,)),
    Hostile("tags, chapters and a timecode", _tagged, (CLEAN,)),
    Hostile("notes of five megabytes", _noted, (CLEAN,)),
    Hostile("cover that is a page", _covered, (CLEAN,)),
    Hostile("cover picture only", _cover_only, ("no_picture",)),
    Hostile("captions in the stream", _captioned, (CLEAN,)),
    Hostile("a track of positions", _of_numbers, (CLEAN,)),
    Hostile("a station's name", _in_transport, (CLEAN,)),
    Hostile("five thousand tags", _many_tags, (CLEAN,)),
    Hostile(
        "named after a command",
        lambda f: ffmpeg(f, "-i", "base.mp4", *H264, "-metadata:s:v", "handler_name=$(id)", "named.mov"),
        (CLEAN,),
    ),
)
