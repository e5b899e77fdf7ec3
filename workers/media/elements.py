"""Bounds on Matroska, AVI and transport streams, before any program parses them."""

from __future__ import annotations

from pathlib import Path

from workers.media.refusals import Reason, RefusedClip
from workers.media.sniff import SYNC, packets_from

MOST_TRACKS = 16
MOST_HEAD = 8 << 20  # bytes of a file in which the tracks are told; attachments and indexes lie after
MOST_ELEMENTS = 20_000
MOST_PIDS = 32  # streams in a transport stream; a camera has three or four
SEGMENT, TRACKS, TRACK, CLUSTER = 0x18538067, 0x1654AE6B, 0xAE, 0x1F43B675


def check_matroska(path: Path) -> None:
    """Raises RefusedClip (too_many_tracks, unreadable)."""
    head = _head(path)
    tracks = elements = 0
    at = 0
    while at < len(head):
        kind, at = _number(head, at, keep_marker=True)
        size, at = _number(head, at, keep_marker=False)
        elements += 1
        tracks += kind == TRACK
        if elements > MOST_ELEMENTS:
            raise RefusedClip(Reason.UNREADABLE)
        if tracks > MOST_TRACKS:
            raise RefusedClip(Reason.TOO_MANY_TRACKS)
        if kind == CLUSTER:
            return
        if kind not in (SEGMENT, TRACKS):
            at += size


def check_avi(path: Path) -> None:
    """Raises RefusedClip (too_many_tracks)."""
    if _head(path).count(b"strlstrh") > MOST_TRACKS:  # each track begins with a list of this kind
        raise RefusedClip(Reason.TOO_MANY_TRACKS)


def check_transport(path: Path) -> None:
    """Raises RefusedClip (too_many_tracks)."""
    head = _head(path)
    first, apart = packets_from(head) or (0, 188)
    packets = (head[at : at + 3] for at in range(first, len(head) - 2, apart) if head[at] == SYNC)
    pids = {int.from_bytes(packet[1:3]) & 0x1FFF for packet in packets}
    if len(pids) > MOST_PIDS:
        raise RefusedClip(Reason.TOO_MANY_TRACKS)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_HEAD)


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """(an EBML number, the place after it); a number that is no number ends the walk as unreadable."""
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    if not first or length > 8 or at + length > len(data):
        raise RefusedClip(Reason.UNREADABLE)
    value = int.from_bytes(data[at : at + length])
    return value if keep_marker else value & ((1 << 7 * length) - 1), at + length
