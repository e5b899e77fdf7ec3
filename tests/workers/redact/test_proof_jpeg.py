"""Finished JPEGs, judged as if they came from a stranger."""

from __future__ import annotations

import pytest

from workers.redact.proof_jpeg import prove_jpeg


def segment(kind: int, payload: bytes) -> bytes:
    """One JPEG segment."""
    return bytes([0xFF, kind]) + (2 + len(payload)).to_bytes(2) + payload


def test_a_picture_of_ours_is_clean(still: bytes) -> None:
    """Nothing is found in what we made."""
    assert prove_jpeg(still) == []


@pytest.mark.parametrize("kind", [0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE, 0xDD, 0xC2])
def test_a_segment_that_is_not_known_is_a_finding(kind: int, still: bytes) -> None:
    """Exif, XMP, colour profiles, thumbnails, comments: none passes."""
    assert prove_jpeg(still[:2] + segment(kind, b"JFIF\0\1\2Jane") + still[2:])


def test_bytes_after_the_picture_are_a_finding(still: bytes) -> None:
    """Nothing hides behind the end."""
    assert prove_jpeg(still + b"Jane")
    assert prove_jpeg(still + still)


def test_a_segment_within_the_scan_is_a_finding(still: bytes) -> None:
    """Nothing hides in the middle."""
    assert prove_jpeg(still[:-100] + segment(0xFE, b"Jane") + still[-100:])


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"GIF89a", b"\xff\xd8\xff\xdb\x00\x01"])
def test_what_is_no_picture_is_a_finding(data: bytes) -> None:
    """Unknown input is never clean."""
    assert prove_jpeg(data)


def test_a_picture_that_ends_early_is_a_finding(still: bytes) -> None:
    """Half a picture is not proved."""
    assert prove_jpeg(still[:-2])
