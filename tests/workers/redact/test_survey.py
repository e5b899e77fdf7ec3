"""A first look over a clip."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from tests.workers.redact.test_porch import SHAPE, WALK, raw
from workers.redact import survey
from workers.redact.pixels import Bytes
from workers.redact.redactions import CAMERA_MOVES, Redaction
from workers.redact.survey import Survey, as_bytes, from_bytes

PORCH = frozenset({Redaction.PORCH})


def ran(monkeypatch: pytest.MonkeyPatch, pictures: list[Bytes], *kinds: str) -> tuple[int, bytes]:
    """How the program ends, and what it says."""
    told = io.BytesIO()
    heard = io.BufferedReader(io.BytesIO(b"".join(picture.tobytes() for picture in pictures)))  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=heard))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=told))
    return survey.main("320", "180", *kinds), told.getvalue()


def test_what_it_says_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """By whoever redacts, for pictures of that shape and no other."""
    code, said = ran(monkeypatch, WALK[::7], "overlay", "porch")
    found = from_bytes(said, SHAPE)

    assert code == 0
    assert found.behind is not None
    assert found.behind.low.shape == (90, 160, 3)
    assert (found.behind.low <= found.behind.high).all()
    assert as_bytes(found) == said
    for broken in (said[:-1], said + b"x", said[1:], b""):
        with pytest.raises(ValueError):
            from_bytes(broken, SHAPE)


def test_what_was_not_asked_for_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A view of the porch is kept for nobody who wants only the clock gone."""
    assert from_bytes(ran(monkeypatch, WALK[:2], "overlay")[1], SHAPE).behind is None


def test_of_no_picture_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a whole one must have come."""
    assert ran(monkeypatch, [], "porch") == (0, b"")
    assert ran(monkeypatch, [np.zeros(7, np.uint8)], "porch") == (0, b"")


def test_a_camera_that_moves_is_told_by_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word about what it showed; who wants the overlay gone only is not asked for stillness."""
    pictures = [raw(beside=40 * number, seed=number) for number in range(5)]

    assert ran(monkeypatch, pictures, "porch") == (CAMERA_MOVES, b"")
    assert ran(monkeypatch, pictures, "overlay")[0] == 0


@pytest.mark.parametrize("many", [0, 1, 7, 48, 49, 240, 1000])
def test_pictures_are_spread_over_the_clip(many: int) -> None:
    """However long it is: never more than fit, and never less than half of that where there are as many."""
    kept = [int(one[0]) for one in survey.spread(np.array([number], np.int64) for number in range(many))]  # type: ignore[misc]

    assert len(kept) <= survey.MOST
    assert len(kept) >= min(many, survey.MOST // 2)
    assert len(set(np.diff(kept))) <= 1
    assert kept[-1:] == [] or kept[-1] >= many - (kept[1] if len(kept) > 1 else 1)


def test_words_that_are_none_of_ours_are_refused() -> None:
    """The program ends before it reads."""
    for words in (("320", "180"), ("320", "180", "faces"), ("320", "180", "hats"), ("3", "2", "porch")):
        with pytest.raises(ValueError):
            survey.main(*words)


def test_nothing_found_is_something_said() -> None:
    """A clip without an overlay is one that was looked at."""
    assert as_bytes(Survey()) != b""
    assert len(from_bytes(as_bytes(Survey()), SHAPE).written) == 0
