"""MP4, QuickTime and 3GP files with a mark in every place that cameras, phones and editors write to."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.carriers.planting import Carrier, Marks
from tests.hostile.makers import FRAGMENTED, H264, box, changed, ffmpeg, whole

PHONE = "com.apple.quicktime."
TAGS = (
    *("title", "artist", "album_artist", "album", "comment", "genre", "copyright", "description", "synopsis"),
    *("lyrics", "composer", "show", "episode_id", "network", "grouping", "keywords"),
)
KEYS = (
    *(PHONE + key for key in ("make", "model", "software", "author", "content.identifier", "displayname", "title")),
    *(PHONE + key for key in ("location.name", "camera.identifier", "camera.lens_model", "direction.facing")),
    *("com.android.version", "com.android.manufacturer", "com.android.model", "com.samsung.android.utc_offset"),
    "com.android.capture.fps.note",
)
NOTES = b"xyz mak mod swr inf aut cmt nam req fmt src hst TIM too day des key gen wrt enc".split()
MAKERS = b"CAME FIRM LENS MUID SNum manu modl TAGS XMP_ ZZzz name Xtra smta htka vndr AMBA free SDLN".split()
ASSETS = b"titl auth dscp cprt perf gnre albm clsf kywd".split()
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
SPHERICAL = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
TFXD = bytes.fromhex("6d1d9b0542d544e680e2141daff757b2")


def movies() -> tuple[Carrier, ...]:
    """All of them."""
    return (
        Carrier("tags.mp4", _tags),
        Carrier("keys.mov", _keys),
        Carrier("notes.mov", _notes),
        Carrier("boxes.mp4", _boxes),
        Carrier("fields.mp4", _fields),
        Carrier("tracks.mp4", _tracks),
        Carrier("action camera.mp4", _action_camera),
        Carrier("fragments.mp4", _fragments),
        Carrier("phone.3gp", _phone),
    )


def _tags(folder: Path, marks: Marks) -> bytes:
    """Tags, chapters, subtitles, a cover with a comment of its own, names of handlers."""
    (folder / "words.srt").write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{marks.text('subtitle')}\n")
    chapter = f"[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle={marks.text('chapter')}\n"
    (folder / "chapters.txt").write_text(f";FFMETADATA1\n{chapter}")
    ffmpeg(folder, "-f", "lavfi", "-i", "color=red:s=16x16", "-frames:v", "1", "plain.png")
    png, said = (folder / "plain.png").read_bytes(), b"tEXtAuthor\0" + marks.word("cover's own comment")
    chunk = struct.pack(">I", len(said) - 4) + said + struct.pack(">I", zlib.crc32(said))
    (folder / "cover.png").write_bytes(png[:33] + chunk + png[33:])
    inputs = ("-i", "base.mp4", "-i", "words.srt", "-i", "cover.png", "-i", "chapters.txt")
    maps = ("-map", "0", "-map", "1", "-map", "2", "-map_metadata", "3", "-map_chapters", "3")
    told = [word for tag in TAGS for word in ("-metadata", f"{tag}={marks.text(tag)}")]
    for which in ("v:0", "a:0", "s:0"):
        told += [f"-metadata:s:{which}", f"handler_name={marks.text(f'handler of {which}')}"]
    copied = ("-c", "copy", "-c:s", "mov_text", "-disposition:v:1", "attached_pic")
    return ffmpeg(folder, *inputs, *maps, *copied, *told, "tags.mp4")


def _keys(folder: Path, marks: Marks) -> bytes:
    """As phones say it: keys and values, a place, times, a time code with the name of its reel."""
    told = [word for key in KEYS for word in ("-metadata", f"{key}={marks.text(key)}")]
    place = marks.raw("location", b"+41.12345-087.54321+180.000/", b"+41.12345").decode()
    made = marks.raw("creation date", b"2017-03-04T05:06:07-0600", b"2017-03-04T05:06:07").decode()
    told += ["-metadata", f"{PHONE}location.ISO6709={place}", "-metadata", f"{PHONE}creationdate={made}"]
    told += ["-metadata:s:v:0", f"reel_name={marks.text('reel')}", "-timecode", "13:37:42:07", "-write_tmcd", "1"]
    data = ffmpeg(folder, "-i", "base.mp4", "-c", "copy", *told, "-movflags", "use_metadata_tags", "keys.mov")
    marks.raw("frames of the time code", (((13 * 60 + 37) * 60 + 42) * 10 + 7).to_bytes(4))
    return data


def _notes(folder: Path, marks: Marks) -> bytes:
    """User data: international texts, makers' own boxes, of the movie and of a track."""
    texts = b"".join(_text(b"\xa9" + name, marks.word(f"(c){name.decode()}")) for name in NOTES)
    made = b"".join(box(name, marks.word(name.decode())) for name in MAKERS)
    meta = box(b"meta", bytes(4) + marks.word("meta that is none"))
    data = changed(whole(folder), (b"moov",), lambda moov: moov + box(b"udta", texts + made + meta))
    named = box(b"name", marks.word("name of a track")) + _text(b"\xa9nam", marks.word("title of a track"))
    return changed(data, (b"moov", b"trak"), lambda track: track + box(b"udta", named))


def _boxes(folder: Path, marks: Marks) -> bytes:
    """Whole boxes wherever one may stand: free, skip, wide, vendors', unknown ones, XMP, ID3, and bytes behind all."""
    data = whole(folder)
    for place in (
        (b"moov",),
        (b"moov", b"trak"),
        (b"moov", b"trak", b"mdia"),
        (b"moov", b"trak", b"mdia", b"minf"),
        (b"moov", b"trak", b"mdia", b"minf", b"stbl"),
    ):
        inside = "/".join(name.decode() for name in place)
        more = b"".join(box(kind, marks.word(f"{kind.decode()} in {inside}")) for kind in (b"free", b"skip", b"ZZzz"))
        more += box(b"uuid", XMP[::-1] + marks.word(f"uuid in {inside}"))
        data = changed(data, place, _behind(more))
    assets = b"".join(
        box(name, bytes(4) + b"\x15\xc7" + marks.word(f"3GPP {name.decode()}") + b"\0") for name in ASSETS
    )
    at = struct.pack(">iii", int(-87.54321 * 65536), int(41.12345 * 65536), 180 << 16)
    assets += box(b"loci", bytes(4) + b"\x15\xc7" + marks.word("name of a place") + b"\0\0" + at + b"earth\0\0")
    marks.raw("coordinates of a place", at)
    id3 = _id3(marks.word("ID3 in a box"))
    meta = box(
        b"meta", bytes(4) + box(b"hdlr", bytes(8) + b"ID32" + bytes(13)) + box(b"ID32", bytes(4) + b"\x15\xc7" + id3)
    )
    data = changed(data, (b"moov",), _behind(box(b"udta", assets) + meta))
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + marks.word("XMP") + b"</x:xmpmeta>"
    data += box(b"uuid", XMP + packet) + box(b"uuid", SPHERICAL + marks.word("spherical video"))
    for kind in (b"free", b"skip", b"wide", b"ZZzz", b"mdat", b"pnot", b"emsg", b"prft", b"sidx", b"mfra"):
        data += box(kind, bytes(8) + marks.word(f"{kind.decode()} behind all"))
    xml = b"<x>" + marks.word("XML of the file") + b"</x>\0"
    data += box(b"meta", bytes(4) + box(b"hdlr", bytes(8) + b"mp7t" + bytes(13)) + box(b"xml ", bytes(4) + xml))
    return data + marks.word("bytes behind all boxes")


def _fields(folder: Path, marks: Marks) -> bytes:
    """Fields that nobody reads: times, languages, reserved bytes, names, places of data, unknown rows."""
    data = whole(folder)
    trak = (b"moov", b"trak")
    stbl = (*trak, b"mdia", b"minf", b"stbl")
    entry = (*stbl, b"stsd")
    for path, at, what, many in (
        ((b"moov", b"mvhd"), 4, "times of the movie", 8),
        ((b"moov", b"mvhd"), 72, "preview and poster", 24),
        ((*trak, b"tkhd"), 4, "times of a track", 8),
        ((*trak, b"tkhd"), 24, "reserved, of a track", 8),
        ((*trak, b"mdia", b"mdhd"), 4, "times of its media", 8),
        ((*trak, b"mdia", b"hdlr"), 12, "maker of the handler", 12),
        (entry, 16, "reserved, of an entry", 6),
        (entry, 28, "maker of the codec", 12),
        (entry, 58, "name of the codec", 14),
    ):
        data = changed(data, path, _over(at, marks.word(what, many)))
    data = changed(data, (*trak, b"mdia", b"minf", b"dinf", b"dref"), lambda _: bytes(7) + b"\1" + _url(marks))
    data = changed(data, (b"ftyp",), _over(16, marks.word("brands", 8)))
    name = marks.word("handler's name")
    return changed(data, (*trak, b"mdia", b"hdlr"), lambda hdlr: hdlr[:24] + name + b"\0")


def _tracks(folder: Path, marks: Marks) -> bytes:
    """Subtitles, a second sound, and what looks like notes of cameras as text."""
    words = []
    for number, kind in enumerate(("gpmd", "djmd", "camm", "mett", "subtitles")):
        said = f"{marks.text(f'{kind} track')} GPS(41.1234,-87.5432,180)"
        (folder / f"{number}.srt").write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{said}\n")
        words += ["-i", f"{number}.srt"]
    maps = [word for number in range(6) for word in ("-map", str(number))]
    titles = ("-metadata:s:a:0", f"title={marks.text('title of the sound')}")
    data = ffmpeg(folder, "-i", "base.mp4", *words, *maps, "-c", "copy", "-c:s", "mov_text", *titles, "tracks.mp4")
    for kind in (b"gpmd", b"djmd", b"camm", b"mett"):
        data = data.replace(b"tx3g", kind, 1).replace(b"sbtl", b"meta", 1)
    return data


def _action_camera(folder: Path, marks: Marks) -> bytes:
    """A track of telemetry as such cameras write it: keys, numbers with a scale, a serial number, a time."""
    place = struct.pack(">5i", 411234567, -875432109, 180123, 4711, 815)
    stream = _gpmf(b"DVNM", b"c", marks.word("device")) + _gpmf(b"GPSU", b"U", b"171003040506.123")
    stream += _gpmf(b"SCAL", b"l", struct.pack(">5i", 10**7, 10**7, 1000, 1000, 100))
    stream += _gpmf(b"GPS5", b"l", marks.raw("position and speed", place), 20)
    stream += _gpmf(b"CASN", b"c", marks.word("serial number")) + _gpmf(b"MINF", b"c", marks.word("model"))
    marks.raw("time of the satellites", b"171003040506.123")
    (folder / "telemetry").write_bytes(_gpmf(b"DEVC", b"\0", stream))
    (folder / "motion").write_bytes(
        bytes(2) + b"\5\0" + marks.raw("motion's place", struct.pack("<3d", 41.1, -87.5, 180.0))
    )
    words = ("-f", "data", "-i", "telemetry", "-f", "data", "-i", "motion", "-map", "0", "-map", "1", "-map", "2")
    tags = ("-c", "copy", "-tag:d:0", "gpmd", "-tag:d:1", "mett")
    data = ffmpeg(folder, "-i", "base.mp4", *words, *tags, "camera.mov")
    return data.replace(b"mett", b"camm")


def _fragments(folder: Path, marks: Marks) -> bytes:
    """What stands between fragments: events, producers' times, indexes, vendors' boxes."""
    plain = ffmpeg(folder, "-i", "base.mp4", *H264, *FRAGMENTED, "fragments.mp4")
    at = plain.index(b"moof") - 4
    event = b"urn:" + marks.word("scheme of an event") + b"\0" + marks.word("value of an event") + b"\0" + bytes(16)
    more = box(b"emsg", bytes(4) + event + marks.word("an event")) + box(
        b"styp", b"msdh" + bytes(4) + marks.word("brand", 12)
    )
    more += box(b"prft", bytes(8) + marks.word("producer's time")) + box(b"uuid", TFXD + marks.word("smooth streaming"))
    more += box(b"free", marks.word("free"))
    data = changed(
        plain[:at] + more + plain[at:], (b"moof",), _behind(box(b"uuid", XMP + marks.word("within a fragment")))
    )
    return data + box(b"mfra", box(b"tfra", bytes(8) + marks.word("an index")))


def _phone(folder: Path, marks: Marks) -> bytes:
    """What old phones say."""
    told = [
        word
        for tag in ("title", "artist", "comment", "album", "copyright")
        for word in ("-metadata", f"{tag}={marks.text(tag)}")
    ]
    marks.raw("place", struct.pack(">ii", int(-87.54321 * 65536), int(41.12345 * 65536)))
    codecs = ("-c:v", "mpeg4", "-c:a", "aac", "-ar", "8000", "-ac", "1")
    place = ("-metadata", "location=+41.12345-087.54321/")
    return ffmpeg(folder, "-i", "base.mp4", *codecs, *told, *place, "-f", "3gp", "phone.3gp")


def _text(kind: bytes, word: bytes) -> bytes:
    return box(kind, struct.pack(">HH", len(word), 0x15C7) + word)


def _id3(word: bytes) -> bytes:
    frame = b"TIT2" + (len(word) + 1).to_bytes(4) + b"\0\0\3" + word
    return b"ID3\4\0\0" + len(frame).to_bytes(4) + frame


def _gpmf(key: bytes, kind: bytes, payload: bytes, size: int = 1) -> bytes:
    return key + kind + bytes([size]) + (len(payload) // size).to_bytes(2) + payload + bytes(-len(payload) % 4)


def _url(marks: Marks) -> bytes:
    return box(b"url ", b"\0\0\0\1" + marks.word("place of the data") + b"\0")


def _behind(more: bytes) -> Callable[[bytes], bytes]:
    return lambda payload: payload + more


def _over(at: int, word: bytes) -> Callable[[bytes], bytes]:
    return lambda payload: payload[:at] + word + payload[at + len(word) :]
