"""Boxes as shares of a picture."""

from __future__ import annotations

import numpy as np
import pytest

from workers.redact.boxes import NONE, demand_boxes, enlarged, from_pixels, grown, moved


def test_a_box_is_the_same_in_every_size() -> None:
    """In shares of width and height, not in pixels."""
    assert from_pixels([(100, 50, 200, 100)], 400, 200).tolist() == [[0.25, 0.25, 0.5, 0.5]]


def test_boxes_grow_about_their_middle() -> None:
    """By times of themselves, or by shares of the picture."""
    box = np.array([[0.4, 0.4, 0.6, 0.5]])

    assert enlarged(box, 2) == pytest.approx(np.array([[0.3, 0.35, 0.7, 0.55]]))
    assert grown(box, 0.1, np.array([0.2])) == pytest.approx(np.array([[0.3, 0.2, 0.7, 0.7]]))
    assert moved(box, np.array([0.1, -0.1])) == pytest.approx(np.array([[0.5, 0.3, 0.7, 0.4]]))
    assert len(enlarged(NONE, 2)) == len(grown(NONE, 1, 1)) == 0


@pytest.mark.parametrize(
    "wrong", [[1, 2, 3, 4], [[1, 2, 3]], [[0, 0, float("nan"), 1]], [[0.5, 0, 0.4, 1]], [[0, 0, float("inf"), 1]]]
)
def test_what_is_no_box_is_refused(wrong: list[float]) -> None:
    """A finder that went wrong ends the program instead of leaving somebody seen."""
    with pytest.raises(ValueError, match="box"):
        demand_boxes(np.array(wrong, float))
