"""What a file is, by its first bytes and never by its name.

Only what a camera writes is let through. Playlists, concat scripts and documents have no place in the list, so ffmpeg
is never left to guess and to follow what a text file points at. Photos are told apart here: they never come to ffmpeg.
"""

from __future__ import annotations

import errno
import os
import stat
from enum import Enum
from pathlib import Path

from workers.media.refusals import Reason, RefusedClip

HEAD = 4096  # enough for a Matroska head and for five transport packets
FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}  # QuickTime may lack ftyp
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1"}
MOVING_BRANDS = {b"msf1", b"avis"}  # a row of pictures; those of HEVC are clips to every player, and to us
NO_CLIP_BRANDS = {*HEIF_BRANDS, *MOVING_BRANDS, b"avif", b"crx ", b"M4A "}
PACKET, STAMP, PACKETS, SYNC = 188, 4, 5, 0x47  # camcorders put a time stamp of four bytes before each packet


class Container(Enum):
    """A kind of file we take; the value is the ffmpeg demuxer that is forced on it."""

    MP4 = "mov"
    MATROSKA = "matroska"
    AVI = "avi"
    TRANSPORT = "mpegts"


class PhotoFormat(Enum):
    """A kind of photo we take; the value is what the decoder is told (workers/media/photo_decoder.py)."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIF = "heif"
    AVIF = "avif"


def sniff(path: Path) -> Container:
    """The container of the file at `path`. Raises RefusedClip (empty, not_a_video)."""
    head = _head(path)
    if not head:
        raise RefusedClip(Reason.EMPTY)
    for container, looks_like in TESTS.items():
        if looks_like(head):
            return container
    raise RefusedClip(Reason.NOT_A_VIDEO)


def sniff_photo(path: Path) -> PhotoFormat | None:
    """The format of the photo at `path`; None for what is none. Raises RefusedClip (animated_picture)."""
    return photo_in(_head(path))


def photo_in(head: bytes) -> PhotoFormat | None:
    """The format of a photo that begins so; None for what is none. Raises RefusedClip (animated_picture)."""
    for start, format_ in BEGINNINGS.items():
        if head.startswith(start):
            return format_
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return PhotoFormat.WEBP
    return _in_iso_boxes(head)


def _in_iso_boxes(head: bytes) -> PhotoFormat | None:
    if head[4:8] != b"ftyp":
        return None
    brand, size = head[8:12], int.from_bytes(head[:4])
    if brand in MOVING_BRANDS:
        raise RefusedClip(Reason.ANIMATED_PICTURE)
    others = {head[at : at + 4] for at in range(16, min(size, len(head)), 4)}
    if brand == b"avif" or (brand == b"mif1" and b"avif" in others):
        return PhotoFormat.AVIF
    return PhotoFormat.HEIF if brand in HEIF_BRANDS else None


def _head(path: Path) -> bytes:
    # Never followed, never waited for: a pipe without a writer would hold the worker, a device has no end.
    try:
        place = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as failed:
        if failed.errno == errno.ELOOP:
            raise RefusedClip(Reason.NOT_A_VIDEO) from None
        raise
    try:
        if not stat.S_ISREG(os.fstat(place).st_mode):
            raise RefusedClip(Reason.NOT_A_VIDEO)
        return os.read(place, HEAD)
    finally:
        os.close(place)


def _is_mp4(head: bytes) -> bool:
    return head[4:8] in FIRST_BOXES and not (head[4:8] == b"ftyp" and head[8:12] in NO_CLIP_BRANDS)


def _is_matroska(head: bytes) -> bool:
    return head.startswith(b"\x1a\x45\xdf\xa3") and any(
        b"\x42\x82" + bytes([0x80 | len(kind)]) + kind in head[:128] for kind in (b"matroska", b"webm")
    )


def _is_avi(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:16] in (b"AVI LIST", b"AVIXLIST", b"AVI JUNK")


def _is_transport(head: bytes) -> bool:
    return packets_from(head) is not None


def packets_from(head: bytes) -> tuple[int, int] | None:
    """Where a transport stream's packets begin, and how far they lie apart; None for anything else."""
    for first, apart in ((0, PACKET), (STAMP, STAMP + PACKET)):
        if len(head) >= apart * PACKETS and all(head[first + apart * n] == SYNC for n in range(PACKETS)):
            return first, apart
    return None


BEGINNINGS = {b"\xff\xd8\xff": PhotoFormat.JPEG, b"\x89PNG\r\n\x1a\n": PhotoFormat.PNG}
TESTS = {
    Container.MP4: _is_mp4,
    Container.MATROSKA: _is_matroska,
    Container.AVI: _is_avi,
    Container.TRANSPORT: _is_transport,
}
