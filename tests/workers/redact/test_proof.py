"""Boxes, held against those that may stand there."""

from __future__ import annotations

import pytest

from tests.hostile.makers import box
from tests.workers.media.conftest import Came
from workers.redact.findings import Finding, NotClean
from workers.redact.mp4 import walk
from workers.redact.mp4_shape import INIT
from workers.redact.proof import prove_boxes


def written(data: bytes, path: str, at: int, new: bytes) -> bytes:
    """`data` with `new` written into the first box at `path`, `at` bytes in (from its end when negative)."""
    place = next(found for found in walk(data) if found.path == path)
    start = (place.start if at >= 0 else place.end) + at
    return data[:start] + new + data[start + len(new) :]


def test_what_we_make_is_clean(came: Came) -> None:
    """Nothing stands there that may not, and nothing says what it may not."""
    assert prove_boxes(came.init, INIT) == []


def test_findings_name_places_and_no_content(came: Came) -> None:
    """Another value, an unknown box, a missing one, a program's name, and a size that cannot be."""
    assert prove_boxes(written(came.init, "moov/trak/mdia/hdlr", 24, b"Jane"), INIT) == [
        Finding("moov/trak/mdia/hdlr", "says something else than it may")
    ]
    assert prove_boxes(came.init + box(b"Jane", b"x"), INIT) == [Finding("/?", "a box that is not known")]
    assert Finding("ftyp", "not there exactly once") in prove_boxes(came.init[28:], INIT)
    assert Finding("file", "the name of a program") in prove_boxes(came.init + box(b"free", b"Lavf62.3.100"), INIT)
    assert prove_boxes(came.init[:-1], INIT)[0].what == "a size that cannot be"


@pytest.mark.parametrize("path", ["ftyp", "moov/mvhd", "moov/trak/tkhd"])
def test_a_box_that_stands_twice_is_a_finding(path: str, came: Came) -> None:
    """The second could say what the first is checked for."""
    data = came.init
    place = next(found for found in walk(data) if found.path == path)
    copy = data[place.start - 8 : place.end]
    doubled = bytearray(data[: place.end] + copy + data[place.end :])
    for parent in walk(data):
        if path.startswith(f"{parent.path}/") and parent.start <= place.start < parent.end:
            size = parent.end - parent.start + 8 + len(copy)
            doubled[parent.start - 8 : parent.start - 4] = size.to_bytes(4)

    assert any("twice" in finding.what or "once" in finding.what for finding in prove_boxes(bytes(doubled), INIT))


def test_the_error_names_places_and_no_content() -> None:
    """What is raised can be logged."""
    error = NotClean([Finding("moov/trak/udta", "a box that is not known")])

    assert str(error) == "moov/trak/udta: a box that is not known"
    assert len(error.findings) == 1
