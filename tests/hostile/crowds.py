"""Files of too many: tracks, boxes, counts, fragments, elements, packets."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from tests.hostile.makers import (
    CLEAN,
    DAMAGED,
    EBML,
    ENDLESS,
    Hostile,
    box,
    changed,
    copied,
    drawn,
    element,
    fragments,
    in_segment,
    patched,
    whole,
)

TOO_MANY = ("too_many_tracks",)
TABLES = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
MANY = b"\x7f\xff\xff\xff"  # two thousand million


def _tracks(folder: Path) -> bytes:
    """A thousand copies of one track: ffprobe would need gigabytes for it."""
    data = whole(folder)
    at = data.index(b"trak") - 4
    track = data[at : at + int.from_bytes(data[at : at + 4])]
    return data[: data.index(b"moov") - 4] + box(b"moov", data[data.index(b"mvhd") - 4 : at] + track * 1000)


def _tracks_in(kind: bytes) -> Callable[[Path], bytes]:
    """The thousand tracks in an index that lies where only some parsers look."""

    def make(folder: Path) -> bytes:
        data = _tracks(folder)
        hidden = data[data.index(b"moov") - 4 :]
        return box(b"ftyp", b"isom\0\0\0\0isom") + box(kind, hidden) + whole(folder)[32:]

    return make


def _second_index(folder: Path) -> bytes:
    return whole(folder) + _tracks(folder)[-500_000:]


def _matroska_tracks(_: Path) -> bytes:
    return EBML + b"\x18\x53\x80\x67" + ENDLESS + b"\x16\x54\xae\x6b\x50\x00" + b"\xae\x84\xd7\x82\x00\x01" * 700


def _late_tracks(_: Path) -> bytes:
    """The tracks lie behind nine megabytes of nothing."""
    tracks = element(0x1654AE6B, element(0xAE, b"\xd7\x82\x00\x01") * 1000)
    return EBML + b"\x18\x53\x80\x67" + ENDLESS + element(0xEC, bytes(9 << 20)) + tracks


def _avi_tracks(between: bytes) -> Callable[[Path], bytes]:
    def make(_: Path) -> bytes:
        strh = b"strh" + (56).to_bytes(4, "little") + b"vidsMJPG" + bytes(48)
        strl = b"strl" + between + strh
        tracks = (b"LIST" + len(strl).to_bytes(4, "little") + strl) * 1000
        avih = b"avih" + (56).to_bytes(4, "little") + bytes(56)
        hdrl = b"hdrl" + avih + tracks
        return b"RIFF\xff\xff\xff\x00AVI LIST" + len(hdrl).to_bytes(4, "little") + hdrl

    return make


def _packets(count: int) -> Callable[[Path], bytes]:
    def make(_: Path) -> bytes:
        return b"".join(b"\x47" + (n % 8192).to_bytes(2) + b"\x10" + bytes(184) for n in range(count))

    return make


def _section(table: int, body: bytes) -> bytes:
    payload = bytes((0, table)) + (0xB000 | (len(body) + 9)).to_bytes(2) + b"\0\1\xc1\0\0" + body + bytes(4)
    return payload.ljust(184, b"\xff")[:184]


def _programs(folder: Path) -> bytes:
    """A table of 40 programs in each of a thousand packets, each with a map of its own."""
    data, said = copied(folder, "programs.ts"), b""
    for n in range(1000):
        entries = b"".join((n * 40 + m & 0xFFFF).to_bytes(2) + (0xE100 | m).to_bytes(2) for m in range(40))
        said += b"\x47\x40\x00" + bytes([0x10 | n & 15]) + _section(0, entries)
    return said + data


def _tables(_: Path) -> bytes:
    """After five true packets nothing but beginnings of a table of programs: a walk over each is minutes long."""
    return (b"\x47\x1f\xff\x10" + b"\xff" * 184) * 5 + b"\x47\x40\0\x10\0\0" * 2_000_000


def _map_of(streams: int) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        body = b"\xe1\0\xf0\0" + b"".join(b"\x1b" + (0xE200 | n).to_bytes(2) + b"\xf0\0" for n in range(streams))
        packet = b"\x47\x50\x00\x10" + _section(2, body)
        return packet * 500 + copied(folder, "map.ts")

    return make


def _counted(kind: bytes, at: int, count: bytes = MANY) -> Hostile:
    """A table that claims two thousand million entries."""
    name = f"{kind.decode().strip()} of too many"
    return Hostile(name, lambda folder: patched(whole(folder), kind, at, count), DAMAGED)


def _added(kind: bytes, payload: bytes, where: tuple[bytes, ...], ends: tuple[str, ...]) -> Hostile:
    """A table that the plain clip does not have, with a count that is a lie."""
    name = f"{kind.decode().strip()} of too many, added"
    return Hostile(name, lambda f: changed(whole(f), where, lambda inside: inside + box(kind, payload)), ends)


def _long_table(folder: Path) -> bytes:
    """A million entries that are really there, a tick each."""
    return changed(whole(folder), (*TABLES, b"stts"), lambda _: struct.pack(">II", 0, 10**6) + b"\0\0\0\1" * 2 * 10**6)


def _fragment(folder: Path, kind: bytes, at: int, new: bytes) -> bytes:
    return patched(fragments(folder), kind, at, new)


def _endless_fragments(folder: Path) -> bytes:
    """The same fragments again and again, as a camera that never stops would send them."""
    data = fragments(folder)
    at = data.index(b"moof") - 4
    return data[:at] + data[at : data.index(b"mfra") - 4] * 300


def _empty_fragments(folder: Path) -> bytes:
    return fragments(folder) + box(b"moof", box(b"mfhd", bytes(8))) * 30_000


def _deep(kind: bytes) -> Callable[[Path], bytes]:
    def make(_: Path) -> bytes:
        nested = b""
        for _level in range(10_000):
            nested = box(kind, nested)
        return box(b"ftyp", b"isom\0\0\0\0") + nested

    return make


def _deep_within(folder: Path) -> bytes:
    nested = b""
    for _level in range(5_000):
        nested = box(b"udta", nested)
    return changed(whole(folder), (b"moov",), lambda moov: nested + moov)


def _wide(folder: Path) -> bytes:
    return changed(whole(folder), (b"moov",), lambda moov: moov + box(b"\xa9nam", b"x" * 4) * 60_000)


def _deep_chapters(folder: Path) -> bytes:
    atom = b""
    for _level in range(3_000):
        atom = element(0xB6, atom + element(0x91, b"\0"))
    chapters = element(0x1043A770, element(0x45B9, atom))
    return in_segment(copied(folder, "-live", "1", "chapters.mkv"), chapters)


def _deep_tags(folder: Path) -> bytes:
    tag = b""
    for _level in range(3_000):
        tag = element(0x67C8, tag + element(0x45A3, b"x"))
    return in_segment(copied(folder, "-live", "1", "tags.mkv"), element(0x1254C367, element(0x7373, tag)))


def _in_matroska(kind: int, payload: bytes, ends: tuple[str, ...] = (CLEAN,)) -> Callable[[Path], bytes]:
    return lambda folder: in_segment(copied(folder, "-live", "1", "plain.mkv"), element(kind, payload))


def _index_of_avi(folder: Path) -> bytes:
    """An index of two million frames in an AVI of ten."""
    data = drawn(folder, "-c:v", "mjpeg", "index.avi")
    at = data.index(b"idx1")
    entry = data[at + 8 : at + 24]
    return data[:at] + b"idx1" + (len(entry) * 2_000_000).to_bytes(4, "little") + entry * 2_000_000


CUE = element(0xBB, element(0xB3, b"\1") + element(0xB7, element(0xF7, b"\1") + element(0xF1, b"\1")))
CROWDS = (
    Hostile("a thousand tracks", _tracks, TOO_MANY),
    Hostile("a thousand tracks in user data", _tracks_in(b"udta"), DAMAGED),
    Hostile("a thousand tracks in free space", _tracks_in(b"free"), DAMAGED),
    Hostile("a thousand tracks in a meta box", _tracks_in(b"meta"), DAMAGED),
    Hostile("a second index cut off at its head", _second_index, (CLEAN,)),
    Hostile("a thousand matroska tracks", _matroska_tracks, TOO_MANY),
    Hostile("a thousand matroska tracks behind nine megabytes", _late_tracks, ("too_many_tracks",)),
    Hostile("a thousand avi tracks", _avi_tracks(b""), TOO_MANY),
    Hostile("a thousand avi tracks behind padding", _avi_tracks(b"JUNK\4\0\0\0xxxx"), TOO_MANY),
    Hostile("eight thousand transport streams", _packets(8192), TOO_MANY),
    Hostile("forty thousand programs", _programs, ("too_many_tracks",)),
    Hostile("two million tables of programs", _tables, DAMAGED),
    Hostile("a map of 33 streams", _map_of(33), (CLEAN,)),
    _counted(b"stsz", 8),
    _counted(b"stts", 4),
    _counted(b"stsc", 4),
    _counted(b"stco", 4),
    _counted(b"stss", 4),
    _counted(b"elst", 4),
    _counted(b"stsd", 4),
    _counted(b"dref", 4),
    _added(b"ctts", bytes(4) + MANY, TABLES, DAMAGED),
    _added(b"co64", bytes(4) + MANY, TABLES, DAMAGED),
    _added(b"stps", bytes(4) + MANY, TABLES, DAMAGED),
    _added(b"stz2", bytes(8) + MANY, TABLES, DAMAGED),
    _added(b"sbgp", bytes(4) + b"rap " + MANY, TABLES, DAMAGED),
    _added(b"sgpd", b"\1\0\0\0" + b"sync" + b"\0\0\0\1" + MANY, TABLES, DAMAGED),
    _added(b"saiz", bytes(5) + MANY, TABLES, DAMAGED),
    _added(b"saio", bytes(4) + MANY, TABLES, DAMAGED),
    _added(b"senc", bytes(4) + MANY, TABLES, DAMAGED),
    _added(b"keys", bytes(4) + MANY, (b"moov",), DAMAGED),
    Hostile("a million entries that are there", _long_table, ("too_fast",)),
    Hostile("fragment of too many samples", lambda f: _fragment(f, b"trun", 4, MANY), DAMAGED),
    Hostile("fragments that say they are none", lambda f: _fragment(f, b"trun", 4, bytes(4)), (CLEAN,)),
    Hostile("fragments without end", _endless_fragments, (CLEAN,)),
    Hostile("thirty thousand empty fragments", _empty_fragments, DAMAGED),
    Hostile("boxes ten thousand deep", _deep(b"moov"), DAMAGED),
    Hostile("user data ten thousand deep", _deep(b"udta"), DAMAGED),
    Hostile("user data five thousand deep before the tracks", _deep_within, DAMAGED),
    Hostile("sixty thousand titles", _wide, DAMAGED),
    Hostile("chapters three thousand deep", _deep_chapters, (CLEAN,)),
    Hostile("tags three thousand deep", _deep_tags, (CLEAN,)),
    Hostile("thirty thousand voids", lambda _: EBML + b"\x18\x53\x80\x67" + ENDLESS + b"\xec\x80" * 30_000, DAMAGED),
    Hostile("two hundred thousand cues", _in_matroska(0x1C53BB6B, CUE * 200_000), DAMAGED),
    Hostile(
        "a hundred thousand seeks", _in_matroska(0x114D9B74, element(0x4DBB, element(0x53AC, b"\1")) * 10**5), (CLEAN,)
    ),
    Hostile(
        "ten thousand attachments", _in_matroska(0x1941A469, element(0x61A7, element(0x466E, b"x")) * 10**4), (CLEAN,)
    ),
    Hostile("two million frames in an index", _index_of_avi, DAMAGED),
    Hostile("ten thousand empty packets", lambda _: (b"\x47\x1f\xff\x10" + b"\xff" * 184) * 10_000, DAMAGED),
)
