"""The program that redacts: raw pictures in, raw pictures out."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from workers.redact import __main__ as program
from workers.redact.boxes import ALL, Boxes
from workers.redact.looking import Look, Redactor
from workers.redact.pixels import Bytes, Shape, planes
from workers.redact.porch import Backdrop
from workers.redact.redactions import Redaction
from workers.redact.survey import Survey, as_bytes

SHAPE = Shape(16, 8)


def all_of_it(_picture: Bytes) -> Boxes:
    """A finder that wants everything gone."""
    return ALL


def redacted(data: bytes) -> bytes:
    """What comes out for what goes in."""
    out = io.BytesIO()
    program.redact(io.BufferedReader(io.BytesIO(data)), out, Redactor(SHAPE, [Look(all_of_it, 2, 2)]))  # type: ignore[arg-type]
    return out.getvalue()


def test_as_many_pictures_come_out_as_went_in() -> None:
    """And not a pixel of them."""
    noise = np.random.default_rng(1).integers(0, 255, SHAPE.bytes * 5, np.uint8).tobytes()

    out = np.frombuffer(redacted(noise), np.uint8).reshape(5, SHAPE.bytes)

    assert [len(np.unique(picture[: 16 * 8])) for picture in out] == [1] * 5


def test_half_a_picture_is_none() -> None:
    """Whoever wrote it was ended within, and is asked why; here it is left out."""
    assert len(redacted(bytes(SHAPE.bytes * 2 + 7))) == SHAPE.bytes * 2
    assert redacted(b"") == b""


def test_looks_are_as_frequent_in_time_whatever_the_rate() -> None:
    """And what is found reaches to the next look, at one picture a second too."""
    for rate, every in ((30, 10), (15, 5), (1, 1)):
        look = program.look(Redaction.FACES, rate)
        assert (look.every, look.reach) == (every, 2 * every)
    assert program.look(Redaction.PLATES, 30).every == 15


def test_words_that_are_none_of_ours_are_refused() -> None:
    """The program ends before it reads."""
    sizes = (("15", "8", "30", "faces"), ("x", "8", "30", "faces"))
    kinds = (("16", "8", "30", "hats"), ("16", "8", "30"), ("16", "8", "30", "box=0.5,0.1,0.2,0.3"))
    for words in (*sizes, *kinds, ("16", "8", "30", "box=1"), ("16", "8", "30", "faces", "box=nan,0,1,1")):
        with pytest.raises(ValueError):
            program.main(*words)


def test_a_box_is_filled_from_the_first_picture_to_the_last() -> None:
    """As it is told, in shares of the picture."""
    redactor = program.redactor(SHAPE, 30, ["box=0.5,0,1,1"])
    noise = np.random.default_rng(1).integers(0, 255, SHAPE.bytes, np.uint8)

    (out,) = redactor.take(noise.copy())

    bright = planes(out, SHAPE)[0]
    assert len(np.unique(bright[:, 8:])) == 1
    assert (bright[:, :8] == planes(noise, SHAPE)[0][:, :8]).all()


def test_without_a_survey_nothing_is_let_through_that_needs_one(tmp_path: Path) -> None:
    """Nor with one that was made for less, or for pictures of another shape."""
    less, other = tmp_path / "less", tmp_path / "other"
    less.write_bytes(as_bytes(Survey()))
    half = np.zeros((2, 2, 3), np.uint8)
    other.write_bytes(as_bytes(Survey(behind=Backdrop(half, half))))

    for words in (["overlay"], ["porch"], ["porch", f"survey={less}"], ["porch", f"survey={other}"]):
        with pytest.raises(ValueError, match="survey"):
            program.redactor(SHAPE, 30, words)
    assert program.redactor(SHAPE, 30, ["overlay", f"survey={less}"]).behind is None
