"""The fields of a container, emptied."""

from __future__ import annotations

import struct

import pytest

from tests.hostile.makers import box
from workers.redact.metadata import scrub_mp4
from workers.redact.mp4 import BrokenBox, walk


def test_names_times_and_tags_are_emptied_in_place() -> None:
    """No byte moves; what was said is nought."""
    track = (
        box(b"tkhd", struct.pack(">IIII", 3, 3_800_000_000, 3_900_000_000, 1) + bytes(68))
        + box(b"mdia", box(b"hdlr", bytes(8) + b"vide" + bytes(12) + b"Jane's phone\0"))
        + box(b"uuid", b"Jane")
    )
    data = box(
        b"moov", box(b"mvhd", b"\1\0\0\0" + b"\x55" * 16 + bytes(92)) + box(b"trak", track) + box(b"udta", b"Jane")
    )

    clean = scrub_mp4(data)

    assert len(clean) == len(data)
    assert b"Jane" not in clean
    assert b"\x55" not in clean
    assert b"vide" in clean
    kinds = [found.kind for found in walk(clean)]
    assert kinds == ["moov", "mvhd", "trak", "tkhd", "mdia", "hdlr", "free", "free"]


def test_scrubbing_twice_changes_nothing(movie: bytes) -> None:
    """A clean file stays byte for byte."""
    assert scrub_mp4(movie) == movie


def test_what_is_no_mp4_is_refused() -> None:
    """Unknown input is an error, not a best effort."""
    with pytest.raises(BrokenBox):
        scrub_mp4(b"not a movie at all")
