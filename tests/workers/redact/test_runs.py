"""The samples of fragments."""

from __future__ import annotations

from itertools import chain, pairwise

import pytest

from tests.workers.media.conftest import Came
from workers.redact.runs import Track, number, runs, tracks


def test_an_init_tells_its_tracks(came: Came) -> None:
    """Pictures in 15360ths (a multiple of the rate), sound in samples."""
    assert tracks(came.init) == {1: Track(b"vide", 15360), 2: Track(b"soun", 48000)}


def test_runs_follow_on_each_other(came: Came) -> None:
    """60 pictures and then 30, and the sound beside them, with no gap in time."""
    found = [runs(segment.data) for segment in came.segments]

    assert [number(segment.data) for segment in came.segments] == [1, 2]
    assert [len(run[0].places) for run in found] == [60, 30]
    for track in (0, 1):
        assert found[0][track].start == 0
        assert found[1][track].start == found[0][track].ticks
    assert sum(run[1].ticks for run in found) / 48000 == pytest.approx(3, abs=0.03)


def test_samples_lie_one_after_the_other(came: Came) -> None:
    """From the first byte of the data to the last."""
    segment = came.segments[0].data

    places = list(chain.from_iterable(run.places for run in runs(segment)))

    assert places[0][0] == segment.index(b"mdat") + 4
    assert all(end == start for (_, end), (start, _) in pairwise(places))
    assert places[-1][1] == len(segment)


@pytest.mark.parametrize(("at", "new"), [(0, b"\0\0\x08\1"), (0, b"\0\0\2\4"), (4, b"\0\0\0\xff"), (4, b"\xff" * 4)])
def test_a_table_that_does_not_add_up_is_an_error(at: int, new: bytes, came: Came) -> None:
    """Unknown columns, no place of the data, more rows than there are."""
    segment = came.segments[0].data
    start = segment.index(b"trun") + 4 + at

    with pytest.raises(ValueError, match="trun"):
        runs(segment[:start] + new + segment[start + 4 :])
