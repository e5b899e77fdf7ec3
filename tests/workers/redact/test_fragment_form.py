"""The form of a segment around its samples."""

from __future__ import annotations

from tests.workers.media.conftest import Came
from workers.redact.fragment_form import Samples, before_samples
from workers.redact.runs import number, runs


def test_what_our_encoder_writes_has_it(came: Came) -> None:
    """To the byte: of two seconds, and of what is left."""
    for segment in came.segments:
        found = runs(segment.data)
        form = before_samples(segment.number, {run.track: Samples(run.start, run.sizes) for run in found})

        assert segment.data.startswith(form)
        assert len(segment.data) == len(form) + sum(sum(run.sizes) for run in found)


def test_samples_of_one_size_take_no_table() -> None:
    """As a single picture, which may be all there is of a last segment."""
    form = before_samples(7, {1: Samples(61440, (900,))})
    (run,) = runs(form + bytes(900))

    assert (number(form + bytes(900)), run.start, run.ticks, run.sizes) == (7, 61440, 512, (900,))
    assert run.places == ((len(form), len(form) + 900),)
