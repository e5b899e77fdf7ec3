"""What a worker's process may be asked to do."""

from __future__ import annotations

import pytest

from storage.identity.clips import ClipState
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import assert_published_once, clip_of
from workers.airlock import jobs
from workers.airlock.admit import Airlock


def test_a_job_takes_a_clip_through_the_airlock_it_works_in(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its argument is the clip's id."""
    monkeypatch.setattr(jobs, "_opened", [])
    clip_id = accepted()
    with pytest.raises(IndexError):
        jobs.admit_clip(clip_id)
    assert clip_of(airlock, clip_id).state is ClipState.RECEIVED

    jobs.work_in(airlock)
    jobs.admit_clip(clip_id)

    assert_published_once(airlock, clip_id)
