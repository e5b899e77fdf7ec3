"""Bounds on Matroska, AVI and transport streams."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workers.media.conftest import H264, MakeClip
from workers.media import elements
from workers.media.refusals import Reason, RefusedClip

BASE = ("-f", "lavfi", "-i", "testsrc2=s=64x64:r=10:d=1")
SEGMENT = b"\x18\x53\x80\x67\x01" + b"\xff" * 7
TRACKS = b"\x16\x54\xae\x6b\xc0"
CLUSTER = b"\x1f\x43\xb6\x75\x40\x7f" + bytes(127)  # as long as the greatest number of one byte, said in two
PACKET = b"\x47%c%c\x10" + bytes(184)

STAMPED = 17_000  # packets of a camcorder: more than three megabytes


def many(count: int, apart: bytes = b"") -> bytes:
    """Packets of as many streams, `apart` before each but the first five."""
    return b"".join((apart if n > 4 else b"") + PACKET % (n >> 8, n & 255) for n in range(count))


@pytest.fixture(scope="module")
def stamped() -> bytes:
    """What a camcorder writes: a stamp before each packet, two streams, and pictures as good as chance."""
    noise = hashlib.shake_256(b"pictures").digest(188 * STAMPED)
    packets = [
        noise[at : at + 4] + b"\x47\1%c\x10" % (at % 3) + noise[at + 4 : at + 188] for at in range(0, len(noise), 188)
    ]
    return b"".join(packets)


@pytest.mark.parametrize(
    ("name", "words", "check"),
    [
        ("b.mkv", H264, elements.check_matroska),
        ("live.mkv", ("-live", "1", *H264), elements.check_matroska),
        ("b.avi", ("-c:v", "mjpeg"), elements.check_avi),
        ("b.ts", H264, elements.check_transport),
    ],
)
def test_what_cameras_write_passes(
    name: str, words: tuple[str, ...], check: Callable[[Path], None], make_clip: MakeClip
) -> None:
    """Files of each kind are within the bounds."""
    check(make_clip(name, *BASE, *words))


@pytest.mark.parametrize(
    ("data", "check", "reason"),
    [
        (SEGMENT + TRACKS + b"\xae\x80" * 17, elements.check_matroska, Reason.TOO_MANY_TRACKS),
        (
            SEGMENT + TRACKS + b"\xae\x80" + CLUSTER + TRACKS + b"\xae\x80" * 17,
            elements.check_matroska,
            Reason.TOO_MANY_TRACKS,
        ),
        (SEGMENT + b"\xec\x80" * 30_000, elements.check_matroska, Reason.UNREADABLE),
        (SEGMENT + b"\0\0\0\0", elements.check_matroska, Reason.UNREADABLE),
        (b"RIFF\0\0\0\0AVI " + b"LIST\x20\0\0\0strlstrh" * 17, elements.check_avi, Reason.TOO_MANY_TRACKS),
        (many(40), elements.check_transport, Reason.TOO_MANY_TRACKS),
        (many(5) + bytes(7) + many(40, b"1234"), elements.check_transport, Reason.TOO_MANY_TRACKS),
        (many(5) + b"\x47\x40\0\x10\0\0" * 80_001, elements.check_transport, Reason.UNREADABLE),
    ],
)
def test_more_than_a_camera_writes_is_refused(
    data: bytes, check: Callable[[Path], None], reason: Reason, tmp_path: Path
) -> None:
    """Tracks, elements and streams are counted before any program sees them."""
    (tmp_path / "clip").write_bytes(data)

    with pytest.raises(RefusedClip) as refused:
        check(tmp_path / "clip")

    assert refused.value.reason is reason


def test_what_a_camcorder_writes_passes(stamped: bytes) -> None:
    """Packets with a stamp before each are counted where they are, also behind bytes that were lost."""
    assert len(stamped) > 3_000_000
    for data in (stamped, stamped[:1_000_000] + stamped[1_000_100:2_000_000] + stamped[2_000_001:]):
        elements.check_packets(data, data)
