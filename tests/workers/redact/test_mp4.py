"""The boxes of a finished MP4."""

from __future__ import annotations

import pytest

from workers.redact.mp4 import BrokenBox, seconds, walk


def test_parents_come_before_children(movie: bytes) -> None:
    """Paths tell where a box stands."""
    paths = [box.path for box in walk(movie)]

    assert paths[0] == "ftyp"
    assert paths.index("moov") < paths.index("moov/trak/mdia/minf/stbl/stsd/avc1/avcC")


def test_the_length_is_told_in_seconds(movie: bytes) -> None:
    """Three seconds and the tail of the sound."""
    assert seconds(movie) == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("data", [b"\0\0\0\x04free", b"\0\0\0\x09free", b"\0\0\0\x08avc1", b"\0\0"])
def test_sizes_that_cannot_be_are_broken(data: bytes) -> None:
    """Too small, too large, or no room for what must be inside."""
    with pytest.raises(BrokenBox):
        list(walk(data))


def test_a_file_without_a_header_has_no_length() -> None:
    """It is not nought seconds long."""
    with pytest.raises(BrokenBox):
        seconds(b"\0\0\0\x08free")


def test_long_sizes_and_wide_times_are_read() -> None:
    """64 bits of size, 64 bits of length."""
    header = b"\1\0\0\0" + bytes(16) + (1000).to_bytes(4) + (5000).to_bytes(8)
    inner = b"\0\0\0\x01mvhd" + (16 + len(header)).to_bytes(8) + header

    assert seconds((8 + len(inner)).to_bytes(4) + b"moov" + inner) == 5
