"""Pieces of a fragmented MP4, judged as if they came from a stranger."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.hostile.makers import box
from tests.workers.media.conftest import Came
from tests.workers.redact.test_proof import written
from workers.media.fragments import Segment
from workers.redact.findings import Finding
from workers.redact.metadata import scrub_mp4
from workers.redact.mp4 import walk
from workers.redact.proof_fragments import Pieces, prove_fragmented, prove_init
from workers.redact.runs import runs

MDIA = "moov/trak/mdia"
STSD = f"{MDIA}/minf/stbl/stsd"
QUICK = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def first(came: Came) -> bytes:
    """The first segment's bytes."""
    return came.segments[0].data


def found_in(*segments: bytes, sound: bool = True) -> list[Finding]:
    """What is found in the last of these segments, which follow on each other."""
    pieces = Pieces(sound)
    return [pieces.prove(segment) for segment in segments][-1]


def test_what_we_make_is_clean(came: Came) -> None:
    """Piece by piece, and all of it together."""
    assert prove_init(came.init) == []
    pieces = Pieces.after(came.init)
    assert [pieces.prove(segment.data) for segment in came.segments] == [[], []]
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
        ("moov/mvhd", 99, b"\3"),
        ("moov/trak/tkhd", 76, b"\3\x57"),
        ("moov/trak/tkhd", 78, b"J"),
        (f"{MDIA}/mdhd", 12, b"\0\0\x75\x30"),
        (f"{STSD}/avc1", 24, b"\3\x57"),
        (f"{STSD}/avc1/avcC", 12, b"\x1f"),
        (f"{STSD}/avc1/avcC", 30, b"\x7f"),
        (f"{STSD}/avc1/btrt", 0, b"Jane"),
        (f"{STSD}/avc1/btrt", 8, b"Jane"),
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
        ("moof/traf/tfhd", 8, b"Jane"),
        ("moof/traf/tfhd", 12, b"Jane"),
        ("moof/mfhd", 7, b"\2"),
        ("moof/traf/tfdt", 11, b"\1"),
        ("moof/traf/trun", 12, b"\1"),
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
    assert found_in(written(first(came), path, at, new))


def test_a_box_that_is_not_known_is_a_finding(came: Came) -> None:
    """Wherever it stands; its name is not repeated."""
    for kind in (b"uuid", b"emsg", b"prft", b"styp", b"sidx", b"Jane"):
        assert found_in(first(came) + box(kind, b"Jane")) == [Finding("/?", "a box that is not known")]
        assert prove_init(came.init + box(kind, b"Jane")) == [Finding("/?", "a box that is not known")]


def test_pieces_are_not_taken_for_each_other(came: Came) -> None:
    """An init is no segment, a segment no init, two segments not one, and nothing is neither."""
    assert found_in(came.init)
    assert prove_init(first(came))
    assert found_in(first(came) + came.segments[1].data)
    assert prove_init(b"")
    assert found_in(b"")


def test_sound_that_was_not_announced_is_a_finding(came: Came) -> None:
    """A segment is judged against its own init."""
    assert found_in(first(came), sound=False) == [Finding("moof/traf", "a run that does not add up")]


def test_bytes_no_sample_refers_to_are_a_finding(came: Came) -> None:
    """Nothing hides behind the samples."""
    at = first(came).index(b"mdat") - 4
    size = int.from_bytes(first(came)[at : at + 4])

    hidden = first(came)[:at] + (size + 4).to_bytes(4) + first(came)[at + 4 :] + b"Jane"

    assert Finding("mdat", "says something else than it may") in found_in(hidden)


def test_every_picture_is_one_slice(came: Came) -> None:
    """Also one in the middle."""
    start = runs(first(came))[0].places[20][0] + 4

    findings = found_in(first(came)[:start] + b"\x06" + first(came)[start + 1 :])

    assert findings == [Finding("mdat", "a picture that is none of ours")]


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
        Finding("moof/traf/tfdt", "says something else than it may")
    ]


@settings(parent=QUICK, max_examples=120)
@given(data=st.data())
def test_no_byte_beside_pictures_and_sound_is_free(data: st.DataObject, came: Came) -> None:
    """Whatever is written over, put in or taken out there is refused, all of which a player would pass over."""
    places = [place for segment in came.segments for place in _free(came, segment)]
    start, end = data.draw(st.sampled_from([(0, len(came.init)), *places]))
    at, byte = data.draw(st.integers(start, end - 1)), data.draw(st.integers(0, 255))
    how = data.draw(st.sampled_from(["over", "in", "out"]))
    put = {"over": bytes([byte]), "in": bytes([byte, came.file[at]]), "out": b""}[how]

    changed = came.file[:at] + put + came.file[at + 1 :]

    assert changed == came.file or prove_fragmented(changed)


@settings(parent=QUICK, max_examples=60)
@given(kind=st.sampled_from([b"free", b"uuid", b"skip", b"udta", b"emsg"]), said=st.binary(max_size=9), data=st.data())
def test_no_box_can_be_added_anywhere(kind: bytes, said: bytes, data: st.DataObject, came: Came) -> None:
    """Between any two boxes, with the sizes around it made right."""
    before = data.draw(st.sampled_from(list(walk(came.file))))
    more, at = box(kind, said), before.start - 8
    changed = bytearray(came.file[:at] + more + came.file[at:])
    for parent in walk(came.file):
        if parent.start <= at < parent.end and before.path.startswith(f"{parent.path}/"):
            changed[parent.start - 8 : parent.start - 4] = (parent.end - parent.start + 8 + len(more)).to_bytes(4)

    assert prove_fragmented(bytes(changed))


@settings(parent=QUICK, max_examples=60)
@given(more=st.binary(min_size=1, max_size=9), data=st.data())
def test_nothing_can_be_put_between_pictures(more: bytes, data: st.DataObject, came: Came) -> None:
    """A unit of its own, or bytes at a unit's end that decoders pass over, with all sizes made right."""
    pictures = runs(first(came))[0].places
    number = data.draw(st.integers(0, len(pictures) - 1))
    start, end = pictures[number]
    for unit in (len(more + b"\6").to_bytes(4) + b"\6" + more, b"\0\0\3", bytes(len(more))):
        segment = bytearray(first(came)[:end] + unit + first(came)[end:])
        if not unit.startswith(b"\0\0\0") or not any(unit):
            segment[start : start + 4] = (end - start - 4 + len(unit)).to_bytes(4)
        assert found_in(_resized(bytes(segment), number, len(unit))) == [
            Finding("mdat", "a picture that is none of ours")
        ]


def _free(came: Came, segment: Segment) -> list[tuple[int, int]]:
    """What of the file is neither a picture's nor a sound's: all up to mdat, and the head of each picture."""
    begin = came.file.index(segment.data)
    (pictures, *_) = runs(segment.data)
    return [(begin, begin + pictures.places[0][0]), *((begin + at, begin + at + 5) for at, _ in pictures.places[1:])]


def _resized(segment: bytes, number: int, more: int) -> bytes:
    """The segment with the `number`-th picture said to be so much longer."""
    found = {box.path: box for box in reversed(list(walk(segment[: segment.index(b"mdat") - 4])))}
    told = bytearray(segment)

    def add(at: int) -> None:
        told[at : at + 4] = (int.from_bytes(told[at : at + 4]) + more).to_bytes(4)

    add(found["moof/traf/trun"].start + 16 + 4 * number)
    if number == 0:
        add(found["moof/traf/tfhd"].start + 12)
    add(segment.index(b"mdat") - 4)
    sound = [box for box in walk(segment[: segment.index(b"mdat") - 4]) if box.path == "moof/traf/trun"][1]
    add(sound.start + 8)
    return bytes(told)


@QUICK
@given(at=st.integers(0, 2500), byte=st.integers(0, 255))
def test_a_changed_byte_is_never_a_fault(at: int, byte: int, came: Came) -> None:
    """Any header whatever gives findings or none, but no exception."""
    prove_fragmented(came.file[:at] + bytes([byte]) + came.file[at + 1 :])
