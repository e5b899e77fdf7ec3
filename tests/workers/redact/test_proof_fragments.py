"""Pieces of a fragmented MP4, judged as if they came from a stranger."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.makers import box
from tests.workers.media.conftest import Came
from tests.workers.redact.test_proof import written
from workers.redact.findings import Finding
from workers.redact.metadata import scrub_mp4
from workers.redact.mp4 import walk
from workers.redact.proof_fragments import prove_fragmented, prove_init, prove_segment
from workers.redact.runs import runs

MDIA = "moov/trak/mdia"
STSD = f"{MDIA}/minf/stbl/stsd"
QUICK = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def first(came: Came) -> bytes:
    """The first segment's bytes."""
    return came.segments[0].data


def test_what_we_make_is_clean(came: Came) -> None:
    """Piece by piece, and all of it together."""
    assert prove_init(came.init) == []
    assert [prove_segment(segment.data, came.init) for segment in came.segments] == [[], []]
    assert prove_fragmented(came.file) == []


def test_scrubbing_again_changes_nothing(came: Came) -> None:
    """Neither an init nor a segment."""
    assert scrub_mp4(came.init) == came.init
    assert scrub_mp4(first(came)) == first(came)


@pytest.mark.parametrize(
    ("path", "at", "new"),
    [
        ("ftyp", 0, b"qt  "),
        ("moov/mvhd", 4, b"\1"),
        ("moov/mvhd", 16, b"\1"),
        ("moov/mvhd", 80, b"J"),
        ("moov/trak/tkhd", 4, b"\1"),
        ("moov/trak/tkhd", 12, b"\0\0\0\2"),
        ("moov/trak/tkhd", 20, b"\1"),
        ("moov/trak/tkhd", 41, b"\2"),
        (f"{MDIA}/mdhd", 8, b"\1"),
        (f"{MDIA}/mdhd", 12, bytes(4)),
        (f"{MDIA}/mdhd", 16, b"\1"),
        (f"{MDIA}/mdhd", 20, b"\x15\xc7"),
        (f"{MDIA}/hdlr", 8, b"soun"),
        (f"{MDIA}/hdlr", 24, b"Jane"),
        (f"{MDIA}/minf/dinf/dref/url ", 3, b"\0"),
        (f"{STSD}/avc1", 42, b"\4Jane"),
        (f"{STSD}/avc1/avcC", -1, b"\1"),
        (f"{MDIA}/minf/stbl/stts", 4, b"\0\0\0\1"),
        ("moov/mvex/trex", 7, b"\3"),
        ("moov/mvex/trex", 7, b"\2"),
        ("moov/mvex/trex", 12, b"Jane"),
        ("moov/free", 0, b"Jane"),
    ],
)
def test_whatever_is_planted_in_an_init_is_found(path: str, at: int, new: bytes, came: Came) -> None:
    """Brands, times, names, languages, tables, numbers: none passes."""
    assert prove_init(written(came.init, path, at, new))


@pytest.mark.parametrize(
    ("path", "at", "new"),
    [
        ("moof/mfhd", 0, b"\1"),
        ("moof/traf/tfhd", 1, b"\1"),
        ("moof/traf/tfhd", 7, b"\2"),
        ("moof/traf/tfhd", 16, b"\2"),
        ("moof/traf/tfdt", 0, b"\0"),
        ("moof/traf/tfdt", 4, b"\x7f"),
        ("moof/traf/trun", 0, b"\1"),
        ("moof/traf/trun", 2, b"\6"),
        ("moof/traf/trun", 4, b"\xff"),
        ("moof/traf/trun", 8, b"\0\0\0\1"),
        ("moof/traf/trun", 16, b"\0\0\0\1"),
        ("mdat", 4, b"\x06"),
        ("mdat", 4, b"\x67"),
        ("mdat", 4, b"\x41"),
        ("mdat", 0, b"\x7f\xff\xff\xff"),
        ("mdat", 30, b"x264 - core 165"),
        ("mdat", 30, b"Lavc62.28.102"),
    ],
)
def test_whatever_is_planted_in_a_segment_is_found(path: str, at: int, new: bytes, came: Came) -> None:
    """Numbers, times, tables, places, messages among the pictures, a start that is no keyframe, names of programs."""
    assert prove_segment(written(first(came), path, at, new), came.init)


def test_a_box_that_is_not_known_is_a_finding(came: Came) -> None:
    """Wherever it stands; its name is not repeated."""
    for kind in (b"uuid", b"emsg", b"prft", b"styp", b"sidx", b"Jane"):
        assert prove_segment(first(came) + box(kind, b"Jane"), came.init) == [Finding("/?", "a box that is not known")]
        assert prove_init(came.init + box(kind, b"Jane")) == [Finding("/?", "a box that is not known")]


def test_pieces_are_not_taken_for_each_other(came: Came) -> None:
    """An init is no segment, a segment no init, two segments not one, and nothing is neither."""
    assert prove_segment(came.init, came.init)
    assert prove_init(first(came))
    assert prove_segment(first(came) + came.segments[1].data, came.init)
    assert prove_init(b"")
    assert prove_segment(b"", came.init)


def test_sound_that_was_not_announced_is_a_finding(came: Came) -> None:
    """A segment is judged against its own init."""
    silent = bytearray(came.init)
    sound = [place for place in walk(came.init) if place.path in ("moov/trak", "moov/mvex/trex")][1::2]
    for place in sound:
        silent[place.start - 4 : place.start] = b"free"

    assert prove_segment(first(came), bytes(silent)) == [
        Finding("moof/traf", "a track the init does not know, or one twice")
    ]


def test_bytes_no_sample_refers_to_are_a_finding(came: Came) -> None:
    """Nothing hides behind the samples."""
    at = first(came).index(b"mdat") - 4
    size = int.from_bytes(first(came)[at : at + 4])

    hidden = first(came)[:at] + (size + 4).to_bytes(4) + first(came)[at + 4 :] + b"Jane"

    assert prove_segment(hidden, came.init) == [Finding("mdat", "bytes that belong to no sample, or to two")]


def test_every_picture_holds_only_slices(came: Came) -> None:
    """Also one in the middle."""
    start = runs(first(came))[0].places[20][0] + 4

    findings = prove_segment(first(came)[:start] + b"\x06" + first(came)[start + 1 :], came.init)

    assert findings == [Finding("mdat", "a unit that is no slice")]


def test_a_file_is_an_init_and_segments_in_order(came: Came) -> None:
    """One missing, doubled, cut short, or with something around them is no such file."""
    one, two = (segment.data for segment in came.segments)

    for data in (
        came.init,
        one + two,
        came.init + two,
        came.init + two + one,
        came.init + one + one,
        came.init + came.init + one,
        came.file[:-1],
        came.file + box(b"free", b""),
        box(b"free", b"") + came.file,
        b"",
    ):
        assert prove_fragmented(data)


def test_times_that_leave_a_gap_are_a_finding(came: Came) -> None:
    """What would make a player stumble is not published."""
    late = written(came.segments[1].data, "moof/traf/tfdt", 8, b"\0\0\xff\0")

    assert prove_fragmented(came.init + first(came) + late) == [
        Finding("moof/traf/tfdt", "times that do not follow on each other")
    ]


@QUICK
@given(at=st.integers(0, 2500), byte=st.integers(0, 255))
def test_a_changed_byte_is_never_a_fault(at: int, byte: int, came: Came) -> None:
    """Any header whatever gives findings or none, but no exception."""
    prove_fragmented(came.file[:at] + bytes([byte]) + came.file[at + 1 :])
