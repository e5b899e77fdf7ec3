"""What a worker's process may be asked to do."""

from __future__ import annotations

import logging
import re

import pytest
from sqlalchemy import text

from storage.db import AIRLOCK
from storage.identity.clips.clips import ClipState
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
    jobs.admit_clip(clip_id)
    assert clip_of(airlock, clip_id).state is ClipState.RECEIVED

    jobs.work_in(airlock)
    jobs.admit_clip(clip_id)
    jobs.finish_clip(clip_id)

    assert_published_once(airlock, clip_id)


def test_nothing_escapes_a_job(
    airlock: Airlock, accepted: NewClip, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever it was, only its class is told: who called would print it with the clip's id."""
    clip_id = accepted()
    with airlock.stores.vault.write(by=AIRLOCK) as tx:
        tx.connection.execute(text("alter table clips rename to elsewhere"))
    monkeypatch.setattr(jobs, "_opened", [])
    jobs.work_in(airlock)

    with caplog.at_level(logging.INFO, "porchlight"):
        jobs.admit_clip(clip_id)

    assert re.search(r"job_failed error=(Operational|Programming)Error", caplog.text)
    assert clip_id not in caplog.text
