"""Finished MP4s, judged as if they came from a stranger."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.makers import box
from workers.redact.findings import Finding, NotClean
from workers.redact.mp4 import walk
from workers.redact.proof import prove_mp4
from workers.redact.samples import tracks


def written(data: bytes, path: str, at: int, new: bytes) -> bytes:
    """`data` with `new` written into the first box at `path`, `at` bytes in (from its end when negative)."""
    place = next(found for found in walk(data) if found.path == path)
    start = (place.start if at >= 0 else place.end) + at
    return data[:start] + new + data[start + len(new) :]


def test_a_file_of_ours_is_clean(movie: bytes) -> None:
    """Nothing is found in what we made."""
    assert prove_mp4(movie) == []


STBL = "moov/trak/mdia/minf/stbl"
PLANTED = [
    ("ftyp", 0, b"qt  "),
    ("moov/mvhd", 4, b"\1"),
    ("moov/mvhd", 80, b"J"),
    ("moov/trak/tkhd", 4, b"\1"),
    ("moov/trak/tkhd", 41, b"\2"),
    ("moov/trak/mdia/mdhd", 8, b"\1"),
    ("moov/trak/mdia/mdhd", 20, b"\x15\xc7"),
    ("moov/trak/mdia/hdlr", 8, b"meta"),
    ("moov/trak/mdia/hdlr", 24, b"Jane"),
    ("moov/trak/mdia/minf/dinf/dref/url ", 3, b"\0"),
    (f"{STBL}/stsd/avc1", 42, b"\4Jane"),
    (f"{STBL}/stsd/avc1/free", 0, b"Jane"),
    (f"{STBL}/stsd/avc1/avcC", -1, b"\1"),
    (f"{STBL}/stsz", 12, b"\0\0\0\1"),
    (f"{STBL}/stts", 8, b"\0\0\0\2"),
    (f"{STBL}/stco", 8, b"\0\0\0\1"),
    ("moov/free", 0, b"Jane"),
    ("mdat", 30, b"x264 - core 165"),
    ("mdat", 30, b"Lavc62.28.102"),
]


@pytest.mark.parametrize(("path", "at", "new"), PLANTED)
def test_whatever_is_planted_is_found(path: str, at: int, new: bytes, movie: bytes) -> None:
    """Brands, times, names, languages, tables, units and strings: none passes."""
    assert prove_mp4(written(movie, path, at, new))


@pytest.mark.parametrize(("at", "new"), [(4, b"\x06"), (4, b"\x67"), (0, b"\x7f\xff\xff\xff"), (0, bytes(4))])
def test_a_message_among_the_pictures_is_found(at: int, new: bytes, movie: bytes) -> None:
    """Every unit of every picture is a slice: no SEI, no parameters, no size that lies."""
    start = tracks(movie)[0].places[20][0] + at

    findings = prove_mp4(movie[:start] + new + movie[start + len(new) :])

    assert findings == [Finding("mdat", "a unit that is no slice")]


@pytest.mark.parametrize("kind", [b"udta", b"uuid", b"meta", b"mfra", b"Jane"])
def test_a_box_that_is_not_known_is_a_finding(kind: bytes, movie: bytes) -> None:
    """And its name, which is a stranger's, is not repeated."""
    assert prove_mp4(movie + box(kind, b"x")) == [Finding("/?", "a box that is not known")]


def test_bytes_no_sample_refers_to_are_a_finding(movie: bytes) -> None:
    """Nothing hides between or behind the samples."""
    at = movie.index(b"mdat") - 4
    size = int.from_bytes(movie[at : at + 4])

    hidden = movie[:at] + (size + 4).to_bytes(4) + movie[at + 4 :] + b"Jane"

    assert prove_mp4(hidden) == [Finding("mdat", "bytes that belong to no sample, or to two")]


@pytest.mark.parametrize("path", ["ftyp", "moov/mvhd", "moov/trak/tkhd"])
def test_a_box_that_stands_twice_is_a_finding(path: str, movie: bytes) -> None:
    """The second could say what the first is checked for."""
    place = next(found for found in walk(movie) if found.path == path)
    copy = movie[place.start - 8 : place.end]
    doubled = bytearray(movie[: place.end] + copy + movie[place.end :])
    for parent in walk(movie):
        if path.startswith(f"{parent.path}/") and parent.start <= place.start < parent.end:
            size = parent.end - parent.start + 8 + len(copy)
            doubled[parent.start - 8 : parent.start - 4] = size.to_bytes(4)

    assert any("twice" in finding.what or "once" in finding.what for finding in prove_mp4(bytes(doubled)))


def test_a_file_that_ends_early_is_a_finding(movie: bytes) -> None:
    """Half a file is not proved."""
    assert prove_mp4(movie[:-10])
    assert prove_mp4(b"")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 5000), byte=st.integers(0, 255))
def test_a_changed_byte_is_never_a_fault(at: int, byte: int, movie: bytes) -> None:
    """Any header whatever gives findings or none, but no exception."""
    prove_mp4(movie[:at] + bytes([byte]) + movie[at + 1 :])


def test_the_error_names_places_and_no_content() -> None:
    """What is raised can be logged."""
    error = NotClean([Finding("moov/trak/udta", "a box that is not known")])

    assert str(error) == "moov/trak/udta: a box that is not known"
    assert len(error.findings) == 1
