"""The walk over box headers; the lies it must see are in tests/hostile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.makers import box
from workers.media import boxes
from workers.media.refusals import Reason, RefusedClip

TRACK = box(b"trak", box(b"mdia", b""))


def refusal(data: bytes, tmp_path: Path) -> Reason | None:
    """Why a file of these bytes is refused; None when it is not."""
    (tmp_path / "clip").write_bytes(data)
    try:
        boxes.check(tmp_path / "clip")
    except RefusedClip as refused:
        return refused.reason
    return None


def test_a_real_clip_passes(real_clip: Path) -> None:
    """What a camera wrote is within every bound."""
    boxes.check(real_clip)


def test_as_many_tracks_as_a_phone_writes_pass(tmp_path: Path) -> None:
    """Sixteen pass, seventeen do not."""
    assert refusal(box(b"moov", TRACK * 16), tmp_path) is None
    assert refusal(box(b"moov", TRACK * 17), tmp_path) is Reason.TOO_MANY_TRACKS


def test_a_file_without_tracks_is_unreadable(tmp_path: Path) -> None:
    """There is nothing to play."""
    assert refusal(box(b"ftyp", b"isom"), tmp_path) is Reason.UNREADABLE


def test_a_recording_that_was_cut_off_passes(tmp_path: Path) -> None:
    """An mdat that promises more than there is, behind a whole index, is what a dead battery leaves."""
    assert refusal(box(b"moov", TRACK) + b"\x7f\xff\xff\xffmdat" + bytes(100), tmp_path) is None


def test_a_box_to_the_end_of_the_file_passes(tmp_path: Path) -> None:
    """Size nought is lawful at the top, and nowhere else."""
    assert refusal(box(b"moov", TRACK) + b"\0\0\0\0mdat" + bytes(100), tmp_path) is None
    assert refusal(box(b"moov", b"\0\0\0\0trak"), tmp_path) is Reason.UNREADABLE


def test_an_index_that_is_too_large_is_unreadable(tmp_path: Path) -> None:
    """32 MB of index are no two minutes of video."""
    assert refusal(box(b"moov", TRACK + bytes(boxes.MOST_BYTES[b"moov"])), tmp_path) is Reason.UNREADABLE


def test_too_many_boxes_are_unreadable(tmp_path: Path) -> None:
    """The walk itself is bounded."""
    assert refusal(box(b"free", b"") * (boxes.MOST_BOXES + 1), tmp_path) is Reason.UNREADABLE


def test_a_walk_reads_no_samples(tmp_path: Path) -> None:
    """A gigabyte of samples costs nothing: the file is sparse and never read."""
    with (tmp_path / "clip").open("wb") as file:
        file.write(box(b"moov", TRACK) + b"\0\0\0\x01mdat" + (1 << 30).to_bytes(8))
        file.truncate(1 << 30)

    boxes.check(tmp_path / "clip")


@pytest.mark.parametrize("payload", [bytes(7) + b"\x01" + box(b"alis", bytes(4)), bytes(7) + b"\x01" + bytes(16)])
def test_samples_in_another_file_are_unreadable(payload: bytes, tmp_path: Path) -> None:
    """A reference that is not to the file itself is refused, whatever it points at."""
    assert refusal(box(b"moov", TRACK + box(b"dinf", box(b"dref", payload))), tmp_path) is Reason.UNREADABLE
