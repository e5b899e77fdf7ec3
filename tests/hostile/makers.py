"""Files that mean harm, made on the spot: `HOSTILE` names each one, how it is made and how it must end."""

from __future__ import annotations

import io
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workers.media.programs import find
from workers.redact.samples import tracks

SECRET = b"SECRET-4b1d5f0c-of-another-resident"
CLEAN = "clean"
FFMPEG = find().ffmpeg
SOURCE = "testsrc2=s=320x240:r=10"


@dataclass(frozen=True)
class Hostile:
    """`make` gets a folder that holds `base.mp4` and `secret.txt`; `ends` are the ends that are right."""

    name: str
    make: Callable[[Path], bytes]
    ends: tuple[str, ...]


def prepare(folder: Path) -> None:
    """What the makers start from: a plain clip of two seconds, and a file nobody may read."""
    (folder / "secret.txt").write_bytes(SECRET)
    ffmpeg(folder, "-f", "lavfi", "-i", f"{SOURCE}:d=2", "-f", "lavfi", "-i", "sine=440:d=2", *H264, "base.mp4")


def ffmpeg(folder: Path, *words: str) -> bytes:
    """Run it in `folder`; the last word names the file, whose bytes are returned."""
    subprocess.run([FFMPEG, "-v", "error", "-y", *words], cwd=folder, check=True, timeout=120)
    return (folder / words[-1]).read_bytes()


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-threads", "1")


def whole(folder: Path) -> bytes:
    """The plain clip."""
    return (folder / "base.mp4").read_bytes()


def box(kind: bytes, payload: bytes) -> bytes:
    """One ISO box."""
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def patched(data: bytes, kind: bytes, at: int, new: bytes) -> bytes:
    """`data` with `new` written at `at` bytes into the payload of the first box of `kind`."""
    start = data.index(kind) + 4 + at
    return data[:start] + new + data[start + len(new) :]


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A one-bit PNG that claims a size and carries chunks."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    every = ((b"IHDR", head), *chunks, (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in every
    )


def a_zip() -> bytes:
    """A zip that holds the secret."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("secret.txt", SECRET)
    return packed.getvalue()


def faststart(folder: Path) -> bytes:
    """The plain clip, index first."""
    return ffmpeg(folder, "-i", "base.mp4", "-c", "copy", "-movflags", "+faststart", "faststart.mp4")


def many_tracks(folder: Path) -> bytes:
    """A thousand copies of one track: ffprobe would need gigabytes for it."""
    data = whole(folder)
    at = data.index(b"trak") - 4
    track = data[at : at + int.from_bytes(data[at : at + 4])]
    return data[: data.index(b"moov") - 4] + box(b"moov", data[data.index(b"mvhd") - 4 : at] + track * 1000)


def many_matroska_tracks(_: Path) -> bytes:
    """A thousand empty tracks in a Matroska head."""
    head = b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska"
    return (
        head + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + b"\x16\x54\xae\x6b\x50\x00" + b"\xae\x84\xd7\x82\x00\x01" * 700
    )


def deep(_: Path) -> bytes:
    """Boxes in boxes, ten thousand deep."""
    nested = b""
    for _level in range(10_000):
        nested = box(b"moov", nested) if len(nested) < 200_000 else nested
    return box(b"ftyp", b"isom\0\0\0\0") + nested


def eight_k(folder: Path) -> bytes:
    """A black picture of 33 million pixels in a few kilobytes."""
    return ffmpeg(folder, "-f", "lavfi", "-i", "color=s=7680x4320:r=60:d=0.2", *H264, "8k.mp4")


def long(folder: Path) -> bytes:
    """130 seconds, honestly said."""
    return ffmpeg(folder, "-f", "lavfi", "-i", "testsrc2=s=64x64:r=1:d=130", *H264, "long.mp4")


def lying_length(folder: Path) -> bytes:
    """130 seconds that say one second wherever a length is told."""
    data = long(folder)
    for kind, at in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        data = patched(data, kind, at, struct.pack(">I", 1000))
    return data


def linked_matroska(folder: Path) -> bytes:
    """A Matroska file whose chapters continue in another file, and whose neighbours are named."""
    words = ("-i", "base.mp4", "-c", "copy", "-live", "1", "live.mkv")
    data = ffmpeg(folder, *words)
    atom = b"\x73\xc4\x81\x01" + b"\x91\x81\x00" + b"\x6e\x67\x90" + b"U" * 16
    edition = b"\x45\xdd\x81\x01" + b"\xb6" + bytes([0x80 | len(atom)]) + atom
    entry = b"\x45\xb9" + bytes([0x80 | len(edition)]) + edition
    chapters = b"\x10\x43\xa7\x70" + bytes([0x80 | len(entry)]) + entry
    at = data.index(b"\x18\x53\x80\x67") + 12
    return data[:at] + chapters + data[at:]


def attachments(folder: Path) -> bytes:
    """A Matroska file with a font that is none."""
    (folder / "font.ttf").write_bytes(SECRET)
    font = ("-attach", "font.ttf", "-metadata:s:t", "mimetype=application/x-truetype-font")
    return ffmpeg(folder, "-i", "base.mp4", "-c", "copy", *font, "font.mkv")


def subtitles(folder: Path) -> bytes:
    """A track of words that name somebody."""
    (folder / "words.srt").write_text(f"1\n00:00:00,000 --> 00:00:02,000\n{SECRET.decode()}\n")
    return ffmpeg(folder, "-i", "base.mp4", "-i", "words.srt", "-c", "copy", "-c:s", "mov_text", "words.mp4")


def tagged(folder: Path) -> bytes:
    """Tags, chapters, a place and a timecode track."""
    (folder / "tags.txt").write_text(f";FFMETADATA1\ntitle={SECRET.decode()}\n[CHAPTER]\nSTART=0\nEND=9\ntitle=x\n")
    tags = (
        "-metadata",
        f"comment={SECRET.decode()}",
        "-metadata",
        "location=+39.0997-094.5786/",
        "-timecode",
        "01:02:03:04",
    )
    return ffmpeg(folder, "-i", "base.mp4", "-i", "tags.txt", "-map_chapters", "1", "-c", "copy", *tags, "tagged.mov")


def changing_size(folder: Path) -> bytes:
    """A transport stream whose picture changes its size half way."""
    first = ffmpeg(folder, "-i", "base.mp4", "-c", "copy", "one.ts")
    words = ("-f", "lavfi", "-i", "testsrc2=s=640x480:r=10:d=2", "-output_ts_offset", "2", *H264)
    return first + ffmpeg(folder, *words, "two.ts")


def text_in_transport(folder: Path) -> bytes:
    """A transport stream with packets of words between the pictures."""
    data = ffmpeg(folder, "-i", "base.mp4", "-c", "copy", "plain.ts")
    packet = b"\x47\x12\x34\x10" + SECRET
    return data[: 188 * 50] + packet.ljust(188, b"\xff") + data[188 * 50 :]


def bad_index(folder: Path) -> bytes:
    """An AVI whose index points everywhere but at its frames."""
    data = ffmpeg(folder, "-i", "base.mp4", "-c:v", "mjpeg", "-c:a", "pcm_s16le", "plain.avi")
    at = data.index(b"idx1") + 8
    return data[:at] + b"\xff" * (len(data) - at)


def cover_only(folder: Path) -> bytes:
    """Sound with a cover picture, the only one."""
    words = ("-f", "lavfi", "-i", "sine=440:d=2", "-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-frames:v", "1")
    return ffmpeg(folder, *words, "-c:v", "mjpeg", "-disposition:v", "attached_pic", "-c:a", "aac", "cover.mp4")


def hidden_by_edit_list(folder: Path) -> bytes:
    """A clip whose first second is cut away by an edit list only."""
    return ffmpeg(folder, "-ss", "1", "-i", "base.mp4", "-c", "copy", "edited.mp4")


def huge_run(folder: Path) -> bytes:
    """A fragment that claims two thousand million samples without a byte for any."""
    flags = "+frag_keyframe+empty_moov+default_base_moof"
    data = ffmpeg(folder, "-i", "base.mp4", "-c", "copy", "-movflags", flags, "fragments.mp4")
    return patched(data, b"trun", 4, b"\x7f\xff\xff\xff")


def one_frame(folder: Path) -> bytes:
    """A thirtieth of a second."""
    return ffmpeg(folder, "-f", "lavfi", "-i", "testsrc2=s=64x64:r=30", "-frames:v", "1", *H264, "one.mp4")


def page_before(folder: Path) -> bytes:
    """A clip that is a page as well, for whoever goes by the first kilobyte."""
    data = ffmpeg(folder, "-i", "base.mp4", "-c", "copy", "-moov_size", "65536", "page.mp4")
    return patched(data, b"free", 0, b"<script>" + SECRET)


def blank_pictures(folder: Path) -> bytes:
    """A clip whose sound plays and whose pictures are all noughts."""
    data = bytearray(whole(folder))
    for start, end in tracks(bytes(data))[0].places:
        data[start:end] = bytes(end - start)
    return bytes(data)


def sound_only(folder: Path) -> bytes:
    """No picture at all."""
    return ffmpeg(folder, "-i", "base.mp4", "-vn", "-c", "copy", "sound.mp4")


def odd_codec(folder: Path) -> bytes:
    """A codec no camera uses and we do not open a decoder for."""
    return ffmpeg(folder, "-i", "base.mp4", "-an", "-c:v", "ffv1", "odd.mkv")


def _with_reference(folder: Path) -> bytes:
    # The only data reference now says "not in this file".
    return patched(whole(folder), b"url ", 0, b"\0\0\0\0")


HLS = b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:2.0,\n%s\n#EXT-X-ENDLIST\n"
NO = ("not_a_video",)
DAMAGED = ("unreadable",)
FAST = (CLEAN, "too_fast", "too_short")

HOSTILE = (
    Hostile("playlist of a local file", lambda f: HLS % f"file://{f}/secret.txt".encode(), NO),
    Hostile("playlist of a local clip", lambda f: HLS % f"{f}/base.mp4".encode(), NO),
    Hostile("playlist of an inner address", lambda _: HLS % b"http://127.0.0.1:6379/x.ts", NO),
    Hostile("concat script", lambda f: f"ffconcat version 1.0\nfile {f}/base.mp4\n".encode(), NO),
    Hostile("dash manifest", lambda _: b'<?xml version="1.0"?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>', NO),
    Hostile("svg", lambda _: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>', NO),
    Hostile("html", lambda _: b"<!doctype html><script>alert(1)</script>", NO),
    Hostile("zip", lambda _: a_zip(), NO),
    Hostile("empty", lambda _: b"", ("empty",)),
    Hostile("one byte", lambda _: b"\0", NO),
    Hostile("png with a text bomb", lambda _: png(9, 9, (b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000)))), NO),
    Hostile("png of 60000 by 60000", lambda _: png(60_000, 60_000), NO),
    Hostile("gif", lambda f: ffmpeg(f, "-i", "base.mp4", "-frames:v", "2", "x.gif"), NO),
    Hostile("heic brand", lambda _: box(b"ftyp", b"heic\0\0\0\0mif1heic") + bytes(100), NO),
    Hostile("wav", lambda f: ffmpeg(f, "-i", "base.mp4", "x.wav"), NO),
    Hostile("noise behind an ftyp", lambda _: box(b"ftyp", b"isom\0\0\0\0") + bytes(range(1, 251)) * 400, DAMAGED),
    Hostile("cut before its index", lambda f: whole(f)[: len(whole(f)) // 10], DAMAGED),
    Hostile("cut within its index", lambda f: whole(f)[:-400], DAMAGED),
    Hostile("cut within its pictures", lambda f: faststart(f)[: len(faststart(f)) * 2 // 3], (CLEAN,)),
    Hostile("index larger than the file", lambda f: whole(f).replace(b"moov", b"moov")[:-1], DAMAGED),
    Hostile("index of 2^62 bytes", lambda _: box(b"ftyp", b"isom\0\0\0\0") + b"\0\0\0\x01moov\x40" + bytes(7), DAMAGED),
    Hostile("box of size nought inside", lambda f: patched(whole(f), b"trak", 0, bytes(4)), DAMAGED),
    Hostile("long box of size nought", lambda f: box(b"ftyp", b"isom\0\0\0\0") + b"\0\0\0\x01free" + bytes(8), DAMAGED),
    Hostile("boxes ten thousand deep", deep, DAMAGED),
    Hostile("a thousand tracks", many_tracks, ("too_many_tracks",)),
    Hostile("a thousand matroska tracks", many_matroska_tracks, ("too_many_tracks",)),
    Hostile("two thousand million samples", lambda f: patched(whole(f), b"stsz", 8, b"\x7f\xff\xff\xff"), DAMAGED),
    Hostile("fragment of too many samples", huge_run, DAMAGED),
    Hostile(
        "compressed index", lambda _: box(b"ftyp", b"qt  \0\0\0\0") + box(b"moov", box(b"cmov", bytes(99))), DAMAGED
    ),
    Hostile("samples in another file", _with_reference, DAMAGED),
    Hostile("8K at 60 frames", eight_k, ("too_big_picture",)),
    Hostile("130 seconds", long, ("too_long",)),
    Hostile("130 seconds that say one", lying_length, ("too_long",)),
    Hostile("no frame rate", lambda f: patched(whole(f), b"mdhd", 12, bytes(4)), (CLEAN, "too_long", *DAMAGED)),
    Hostile(
        "endless frame rate",
        lambda f: patched(whole(f), b"mdhd", 12, b"\x7f\xff\xff\xff"),
        (CLEAN, "too_fast", "too_short"),
    ),
    Hostile("one frame", one_frame, ("too_short",)),
    Hostile("sound only", sound_only, ("no_picture",)),
    Hostile("pictures of noughts", blank_pictures, ("no_picture", *DAMAGED)),
    Hostile("cover picture only", cover_only, ("no_picture",)),
    Hostile("a codec no camera uses", odd_codec, ("unsupported_codec",)),
    Hostile("clip with a zip behind it", lambda f: whole(f) + a_zip(), (CLEAN,)),
    Hostile("clip with a page before it", page_before, (CLEAN,)),
    Hostile("font attached", attachments, (CLEAN,)),
    Hostile("linked matroska", linked_matroska, (CLEAN,)),
    Hostile("avi with a bad index", bad_index, (CLEAN, *DAMAGED)),
    Hostile("transport stream with words", text_in_transport, (CLEAN,)),
    Hostile("text that looks like packets", lambda _: (b"\x47" + b"x" * 187) * 50, (*DAMAGED, "no_picture")),
    Hostile("subtitles", subtitles, (CLEAN,)),
    Hostile("tags, chapters and a timecode", tagged, (CLEAN,)),
    Hostile("a size that changes", changing_size, (CLEAN,)),
    Hostile("pictures hidden by an edit list", hidden_by_edit_list, (CLEAN,)),
)
