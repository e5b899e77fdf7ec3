"""The boxes of a finished MP4."""

from __future__ import annotations

import pytest

from workers.redact.mp4 import BrokenBox, walk


def test_parents_come_before_children(movie: bytes) -> None:
    """Paths tell where a box stands."""
    paths = [box.path for box in walk(movie)]

    assert paths[0] == "ftyp"
    assert paths.index("moov") < paths.index("moov/trak/mdia/minf/stbl/stsd/avc1/avcC")


@pytest.mark.parametrize("data", [b"\0\0\0\x04free", b"\0\0\0\x09free", b"\0\0\0\x08avc1", b"\0\0"])
def test_sizes_that_cannot_be_are_broken(data: bytes) -> None:
    """Too small, too large, or no room for what must be inside."""
    with pytest.raises(BrokenBox):
        list(walk(data))


def test_long_sizes_are_read() -> None:
    """64 bits of size."""
    inner = b"\0\0\0\x01free" + (20).to_bytes(8) + bytes(4)

    assert [(box.path, box.start, box.end) for box in walk(inner)] == [("free", 16, 20)]
