"""Bounds on Matroska, AVI and transport streams, before any program parses them."""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import BinaryIO

from workers.media.refusals import Reason, RefusedClip
from workers.media.sniff import PACKET, SYNC, packets_from

MOST_TRACKS = 16
MOST_HEAD = 8 << 20  # bytes that are told beside pictures and sound: tracks, indexes, chapters, tags
MOST_ELEMENTS = 20_000  # two minutes are some hundreds; what cannot be walked over is bounded by its bytes
MOST_PIDS = 32  # streams in a transport stream; a camera has three or four
MOST_PROGRAMS = 32  # a camera has one; demuxers look each up among all others
MOST_TABLES = 80_000  # of programs; writers that say it every 40 packets come to 70,000 in the largest file we take
DEEPEST = 6  # lists in lists of an AVI; four is what cameras write
SEGMENT, TRACKS, TRACK, CLUSTER = 0x18538067, 0x1654AE6B, 0xAE, 0x1F43B675
CUES, TAGS, CHAPTERS, SEEKS, ABOUT = 0x1C53BB6B, 0x1254C367, 0x1043A770, 0x114D9B74, 0x1549A966
TOLD = {TRACKS, CUES, TAGS, CHAPTERS, SEEKS, ABOUT}
TABLE = re.compile(rb"\x47[\x40\x60]\x00[\x10-\x1f]\x00\x00", re.DOTALL)  # a packet in which a table of programs begins
# Three packets as far apart as demuxers take them to be: plain, stamped, with a correction after each.
IN_STEP = re.compile(rb"\x47(?=(.{187})\x47.{187}\x47|(.{191})\x47.{191}\x47|(.{203})\x47.{203}\x47)", re.DOTALL)


def check_matroska(path: Path) -> None:
    """Raises RefusedClip (too_many_tracks, unreadable)."""
    with path.open("rb") as file:
        check_matroska_file(file)


def check_matroska_file(file: BinaryIO) -> None:
    """The same for an open file. Clusters are walked over; what follows one of unknown size is not looked at."""
    end, at, elements, told, tracks = file.seek(0, 2), 0, 0, 0, 0
    while at < end:
        file.seek(at)
        head = file.read(16)
        kind, size, body, endless = _element(head)
        elements += 1
        tracks += kind == TRACK
        told += min(size, end - at) if kind in TOLD else 0
        if tracks > MOST_TRACKS:
            raise RefusedClip(Reason.TOO_MANY_TRACKS)
        if elements > MOST_ELEMENTS or told > MOST_HEAD or (kind == CLUSTER and not tracks):
            raise RefusedClip(Reason.UNREADABLE)
        if kind == CLUSTER and endless:
            return
        at += body + (0 if kind in (SEGMENT, TRACKS) else size)
    if not tracks:
        raise RefusedClip(Reason.UNREADABLE)


def check_avi(path: Path) -> None:
    """Raises RefusedClip (too_many_tracks, unreadable)."""
    with path.open("rb") as file:
        check_avi_file(file)


def check_avi_file(file: BinaryIO) -> None:
    """The same for an open file."""
    file.seek(0)
    if file.read(MOST_HEAD).count(b"strh") > MOST_TRACKS:  # each track begins with one
        raise RefusedClip(Reason.TOO_MANY_TRACKS)
    end, at = file.seek(0, 2), 12
    for _ in range(MOST_ELEMENTS):
        if at + 8 > end:
            return
        file.seek(at)
        head = file.read(12)
        size = int.from_bytes(head[4:8], "little")
        if head[:4] != b"LIST" and head[:4] != b"RIFF" and size > MOST_HEAD and at + size <= end:
            raise RefusedClip(Reason.UNREADABLE)  # an index of more frames than two minutes can have
        at += 12 if head[:4] == b"RIFF" else 8 + size + size % 2
    raise RefusedClip(Reason.UNREADABLE)


def check_transport(path: Path) -> None:
    """Raises RefusedClip (too_many_tracks, unreadable)."""
    with path.open("rb") as file:
        head = file.read(MOST_HEAD)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            check_packets(head, data)


def check_packets(head: bytes, data: bytes | mmap.mmap) -> None:
    """The same for bytes: streams are counted in `head`, programs in all of `data`, wherever packets begin."""
    if len(_streams(head)) > MOST_PIDS:
        raise RefusedClip(Reason.TOO_MANY_TRACKS)
    programs: set[bytes] = set()
    for count, table in enumerate(TABLE.finditer(data), 1):
        if count > MOST_TABLES:
            raise RefusedClip(Reason.UNREADABLE)
        section = data[table.end() : table.start() + PACKET]  # from the section's length on
        length = min(int.from_bytes(section[:2]) & 0xFFF, len(section) - 2)
        programs |= {section[at : at + 2] for at in range(7, length - 2, 4)}
        if len(programs) > MOST_PROGRAMS:
            raise RefusedClip(Reason.TOO_MANY_TRACKS)


def _streams(head: bytes) -> set[int]:
    """Of the packets in step; what looks like a packet where the step is lost is none until three are in step."""
    at, apart = packets_from(head) or (0, PACKET)
    pids = set[int]()
    while at + 2 < len(head):
        if head[at] != SYNC:
            found = IN_STEP.search(head, at)
            if not found:
                break
            at, apart = found.start(), 1 + len(found[found.lastindex or 0])
        pids.add(int.from_bytes(head[at + 1 : at + 3]) & 0x1FFF)
        at += apart
    return pids


def _element(head: bytes) -> tuple[int, int, int, bool]:
    """(kind, size, bytes of the header, whether the size is the one that does not say: all ones of its own width)."""
    kind, start = _number(head, 0, keep_marker=True)
    size, body = _number(head, start, keep_marker=False)
    return kind, size, body, size == (1 << 7 * (body - start)) - 1


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """(an EBML number, the place after it); a number that is no number ends the walk as unreadable."""
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    if not first or length > 8 or at + length > len(data):
        raise RefusedClip(Reason.UNREADABLE)
    value = int.from_bytes(data[at : at + length])
    return value if keep_marker else value & ((1 << 7 * length) - 1), at + length
