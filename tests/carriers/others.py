"""Matroska, AVI and transport streams with a mark in every place, and files of kinds we do not take."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from tests.carriers.planting import Carrier, Marks
from tests.hostile.makers import NO, drawn, element, ffmpeg, in_segment

INFO, TAG, SIMPLE = 0x1549A966, 0x7373, 0x67C8


def others() -> tuple[Carrier, ...]:
    """All of them."""
    return (
        Carrier("all.mkv", _matroska),
        Carrier("all.webm", _webm),
        Carrier("all.avi", _avi),
        Carrier("all.ts", _transport),
        Carrier("sound.mp3", _sound("mp3", "libmp3lame", "-write_id3v1", "1"), NO),
        Carrier("sound.flac", _sound("flac", "flac"), NO),
        Carrier("sound.ogg", _sound("ogg", "libvorbis"), NO),
        Carrier("sound.wav", _sound("wav", "pcm_s16le"), NO),
        Carrier("sound.m4a", _m4a, NO),
        Carrier("video.ogv", _film("ogv", "-c:v", "libtheora", "-c:a", "libvorbis"), NO),
        Carrier("video.flv", _film("flv", "-c", "copy"), NO),
        Carrier("video.wmv", _film("wmv", "-c:v", "wmv2", "-c:a", "wmav2"), NO),
        Carrier("video.mxf", _film("mxf", "-c:v", "mpeg2video", "-r", "25", "-c:a", "pcm_s16le", "-ar", "48000"), NO),
        Carrier("moving.gif", _gif, NO),
    )


def _matroska(folder: Path, marks: Marks) -> bytes:
    """Names, tags, chapters, files attached, subtitles, who wrote it and when, and elements nobody reads."""
    (folder / "attached.txt").write_text(marks.text("file attached"))
    (folder / "words.srt").write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{marks.text('subtitle')}\n")
    chapter = f"[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle={marks.text('chapter')}\n"
    (folder / "chapters.txt").write_text(f";FFMETADATA1\n{chapter}")
    inputs = ("-i", "base.mp4", "-i", "words.srt", "-i", "chapters.txt", "-map", "0", "-map", "1")
    attached = ("-attach", "attached.txt", "-metadata:s:t:0", "mimetype=text/plain")
    attached += ("-metadata:s:t:0", f"filename={marks.text('name of a file')}.txt")
    attached += ("-metadata:s:t:0", f"title={marks.text('words on a file')}")
    told = [
        word
        for tag in ("title", "ARTIST", "LOCATION", "DEVICE_SERIAL", "COM.ANDROID.VERSION")
        for word in ("-metadata", f"{tag}={marks.text(tag)}")
    ]
    for which in ("v:0", "a:0", "s:0"):
        told += [f"-metadata:s:{which}", f"title={marks.text(f'name of {which}')}"]
        told += [f"-metadata:s:{which}", f"HOST={marks.text(f'tag of {which}')}"]
    copied = ("-c", "copy", "-c:s", "srt", "-map_metadata", "2", "-map_chapters", "2", "-live", "1")
    data = ffmpeg(folder, *inputs, *attached, *copied, *told, "all.mkv")
    written = (9_000_000_000_123_456_789).to_bytes(8)
    about = element(0x7384, marks.word("name of the segment")) + element(0x3C83AB, marks.word("segment before"))
    about += element(0x73A4, marks.word("number of the segment").ljust(16, b"!"))
    about += element(0x4D80, marks.word("muxer")) + element(0x5741, marks.word("writer"))
    about += element(0x4461, marks.raw("date", written)) + element(0x2AD7B1, (1_000_000).to_bytes(3))
    tag = element(SIMPLE, element(0x45A3, marks.word("name of a tag")) + element(0x4485, marks.word("bytes of a tag")))
    tags = element(0x1254C367, element(TAG, element(0x63C0, b"") + tag))
    void = element(0xEC, marks.word("void")) + element(0x5A5A, marks.word("element that is not known"))
    return in_segment(data, element(INFO, about), tags, void) + marks.word("bytes behind all")


def _webm(folder: Path, marks: Marks) -> bytes:
    """What browsers and editors say."""
    told = [word for tag in ("title", "artist", "comment") for word in ("-metadata", f"{tag}={marks.text(tag)}")]
    told += ["-metadata:s:v:0", f"title={marks.text('name of the track')}"]
    told += ["-metadata:s:a:0", f"comment={marks.text('comment on the sound')}"]
    codecs = ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "300k", "-c:a", "libopus")
    data = ffmpeg(folder, "-i", "base.mp4", *codecs, *told, "-fflags", "+bitexact", "all.webm")
    return data + element(0xEC, marks.word("void"))


def _avi(folder: Path, marks: Marks) -> bytes:
    """Lists of words, names of streams, junk, unknown chunks, and segments within its JPEGs."""
    names = ("title", "artist", "comment", "copyright", "date", "genre", "language", "IAS1", "ISRF")
    told = [word for tag in names for word in ("-metadata", f"{tag}={marks.text(tag)}")]
    told += ["-metadata:s:v:0", f"title={marks.text('name of a stream')}"]
    codecs = ("-c:v", "mjpeg", "-q:v", "6", "-c:a", "pcm_s16le")
    data = ffmpeg(folder, "-i", "base.mp4", *codecs, *told, "all.avi")
    junk = data.index(b"JUNK") + 8
    data = data[:junk] + (word := marks.word("junk")) + data[junk + len(word) :]
    for kind in (b"IDIT", b"GPS0", b"strd", b"zzNK", b"JUNK", b"_PMX"):
        word = marks.word(f"chunk {kind.decode()}")
        data += kind + struct.pack("<I", len(word)) + word
    said = marks.word("comment in a picture", 12)
    old = data.index(b"\xff\xfe") + 4
    room = int.from_bytes(data[old - 2 : old]) - 2
    data = data[:old] + said[:room].ljust(room, b"\0") + data[old + room :]
    return data + marks.word("bytes behind all")


def _transport(folder: Path, marks: Marks) -> bytes:
    """Names of services, streams of notes, private packets, stuffing, and fields of single packets."""
    (folder / "klv").write_bytes(
        bytes.fromhex("060e2b34020b01010e01030101000000") + marks.word("stream of notes").ljust(40)
    )
    names = ("-metadata", f"service_name={marks.text('service')}")
    names += ("-metadata", f"service_provider={marks.text('provider of the service')}")
    words = ("-i", "base.mp4", "-f", "data", "-i", "klv", "-map", "0", "-map", "1", "-c", "copy")
    data = ffmpeg(folder, *words, *names, "all.ts")
    adapted = marks.word("private bytes of a packet")
    field = bytes([2 + len(adapted), 0x02, len(adapted)]) + adapted
    more = [
        b"\x47\x1f\xff\x10" + marks.word("stuffing"),
        b"\x47\x52\x34\x10\0" + marks.word("packet of nobody's"),
        b"\x47\x01\0\x20" + bytes([183]) + field[1:],
        b"\x47\x40\x14\x10\0\x70\x70\x05" + marks.word("time and date"),
        b"\x47\x40\x12\x10\0\x4e\xf0\x20" + marks.word("what is on"),
        b"\x47\x5f\xfe\x10\0\x80\xb0\x20" + marks.word("private section"),
    ]
    return data + b"".join(packet.ljust(188, b"\xff") for packet in more)


def _sound(kind: str, codec: str, *words: str) -> Callable[[Path, Marks], bytes]:
    def make(folder: Path, marks: Marks) -> bytes:
        tags = [word for tag in ("title", "artist", "comment") for word in ("-metadata", f"{tag}={marks.text(tag)}")]
        return ffmpeg(folder, "-i", "base.mp4", "-vn", "-c:a", codec, *tags, *words, f"sound.{kind}")

    return make


def _m4a(folder: Path, marks: Marks) -> bytes:
    tags = ("-metadata", f"title={marks.text('title')}", "-metadata", f"artist={marks.text('artist')}")
    return ffmpeg(folder, "-i", "base.mp4", "-vn", "-c", "copy", *tags, "-f", "ipod", "sound.m4a")


def _film(kind: str, *codecs: str) -> Callable[[Path, Marks], bytes]:
    def make(folder: Path, marks: Marks) -> bytes:
        tags = [] if kind == "mxf" else ["-metadata", f"title={marks.text('title')}"]
        if kind == "mxf":
            tags = [
                "-metadata",
                f"company_name={marks.text('company')}",
                "-metadata",
                f"product_name={marks.text('product')}",
            ]
        return ffmpeg(folder, "-i", "base.mp4", *codecs, *tags, f"film.{kind}")

    return make


def _gif(folder: Path, marks: Marks) -> bytes:
    data = drawn(folder, "moving.gif", size="32x24", seconds=0.3)
    word = marks.word("comment")
    return data[:-1] + b"\x21\xfe" + bytes([len(word)]) + word + b"\0;" + marks.word("bytes behind all")
