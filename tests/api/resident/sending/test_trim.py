"""Which part of a clip may be asked for."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from api.resident.sending.trim import LEAST_LEFT, MOST_SECONDS, Trim


def test_a_part_is_told_in_milliseconds() -> None:
    """As the airlock keeps it."""
    assert Trim(start=1.25, end=3.5).milliseconds() == (1250, 3500)
    assert Trim(start=0, end=LEAST_LEFT).milliseconds() == (0, 500)
    assert Trim(start=0, end=MOST_SECONDS).milliseconds() == (0, 121_000)


@pytest.mark.parametrize(
    ("start", "end"),
    [(-0.1, 5.0), (0.0, MOST_SECONDS + 0.1), (4.0, 4.4), (4.0, 3.0), (math.nan, 5.0), (0.0, math.nan)],
)
def test_what_is_no_part_of_a_clip_is_refused(start: float, end: float) -> None:
    """Before its start, past the longest clip, too short, the wrong way round, no number."""
    with pytest.raises(ValidationError):
        Trim(start=start, end=end)
