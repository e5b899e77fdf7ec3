"""Boxes, held against the one form they can have."""

from __future__ import annotations

import pytest

from tests.hostile.makers import box
from tests.workers.media.conftest import Came
from workers.redact.findings import Finding, NotClean
from workers.redact.mp4 import walk
from workers.redact.proof import prove_form, prove_nameless


def written(data: bytes, path: str, at: int, new: bytes) -> bytes:
    """`data` with `new` written into the first box at `path`, `at` bytes in (from its end when negative)."""
    place = next(found for found in walk(data) if found.path == path)
    start = (place.start if at >= 0 else place.end) + at
    return data[:start] + new + data[start + len(new) :]


def doubled(data: bytes, path: str) -> bytes:
    """`data` with the first box at `path` standing twice, and the sizes around it made right."""
    place = next(found for found in walk(data) if found.path == path)
    copy = data[place.start - 8 : place.end]
    made = bytearray(data[: place.end] + copy + data[place.end :])
    for parent in walk(data):
        if path.startswith(f"{parent.path}/") and parent.start <= place.start < parent.end:
            made[parent.start - 8 : parent.start - 4] = (parent.end - parent.start + 8 + len(copy)).to_bytes(4)
    return bytes(made)


def test_what_is_its_form_is_clean(came: Came) -> None:
    """To the byte."""
    assert prove_form(came.init, came.init) == []
    assert prove_nameless(came.init) == []


def test_findings_name_places_and_no_content(came: Came) -> None:
    """Another value, an unknown box, a missing one, one out of its order, a name, a size that cannot be."""
    init = came.init

    assert prove_form(written(init, "moov/trak/mdia/hdlr", 24, b"Jane"), init) == [
        Finding("moov/trak/mdia/hdlr", "says something else than it may")
    ]
    assert prove_form(init + box(b"Jane", b"x"), init) == [Finding("/?", "a box that is not known")]
    assert prove_form(init[:28], init) == [Finding("moov", "a box that is missing")]
    assert prove_form(init[28:], init) == [Finding("moov", "a box out of its order")]
    assert prove_nameless(init + box(b"free", b"Lavf62.3.100")) == [Finding("file", "the name of a program")]
    assert prove_form(init[:-1], init)[0].what == "a size that cannot be"


def test_another_way_to_write_the_same_size_is_a_finding(came: Came) -> None:
    """A size of sixteen digits says what one of eight does, and is another byte."""
    data = (1).to_bytes(4) + b"ftyp" + (36).to_bytes(8) + came.init[8:]

    assert prove_form(data, came.init) == [Finding("file", "not the form it must have")]


@pytest.mark.parametrize("path", ["ftyp", "moov/mvhd", "moov/trak/tkhd", "moov/trak", "moov/mvex/trex"])
def test_a_box_that_stands_twice_is_a_finding(path: str, came: Came) -> None:
    """The second could say what the first is checked for."""
    assert prove_form(doubled(came.init, path), came.init)


def test_the_error_names_places_and_no_content() -> None:
    """What is raised can be logged."""
    error = NotClean([Finding("moov/trak/udta", "a box that is not known")])

    assert str(error) == "moov/trak/udta: a box that is not known"
    assert len(error.findings) == 1
