"""Figures of the identity side: how many and how long, never which."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage.identity.schema import clips as rows
from storage.kit import metrics
from storage.kit.clock import DAY, HOUR
from tests.storage.identity.making import airlock as transaction, the_clip
from tests.workers.airlock.conftest import NewClip
from workers.airlock import figures
from workers.airlock.admit import Airlock
from workers.queue import Doorbell


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics of each test's own."""
    monkeypatch.setattr(metrics, "_here", metrics._Here())


def test_what_waits_is_counted(airlock: Airlock, accepted: NewClip, doorbell: Doorbell) -> None:
    """Clips by state, those that are due, how long the oldest has been, and what rang and was not taken up."""
    first, _ = accepted(), accepted()
    _change(airlock, first, accepted_at=the_clip(airlock.stores.vault, first).accepted_at - HOUR)
    doorbell.admit_clip(first)

    figures.tell(airlock.stores.vault, doorbell)

    assert metrics.value_of("clips", state="received") == 2
    assert metrics.value_of("clips", state="published") == 0
    assert metrics.value_of("clips_waiting") == 2
    assert HOUR / 1000 <= (metrics.value_of("clips_waiting_seconds") or 0) < HOUR / 1000 + 60
    assert metrics.value_of("queue_jobs") == 1
    assert metrics.value_of("original_overdue_seconds") == 0
    assert first not in metrics.text().decode()


def test_an_original_past_its_time_is_told(airlock: Airlock, accepted: NewClip, doorbell: Doorbell) -> None:
    """72 hours after acceptance; nothing waits, and the clip is named nowhere."""
    clip = accepted()
    _change(airlock, clip, accepted_at=the_clip(airlock.stores.vault, clip).accepted_at - 4 * DAY)

    figures.tell(airlock.stores.vault, doorbell)

    assert DAY / 1000 <= (metrics.value_of("original_overdue_seconds") or 0) < DAY / 1000 + 60


def _change(airlock: Airlock, clip_id: str, **values: object) -> None:
    with transaction(airlock.stores.vault) as tx:
        tx.execute(update(rows).where(rows.c.id == clip_id).values(**values))
