"""What is told of how long things are kept is what the programs go by."""

from __future__ import annotations

from api.public.rules import RETENTION, What
from storage.cases import holds as case_holds
from storage.identity.cameras import cameras
from storage.kit import settings
from storage.kit.clock import DAY, HOUR
from storage.posts import posts
from storage.staff import staff
from workers.airlock import reconcile


def test_times_told_are_those_gone_by() -> None:
    """On both sides of the wall."""
    assert {one.what: one.hours * HOUR for one in RETENTION} == {
        What.POSTS: posts.POSTS_LIVE_MS,
        What.KEPT_FOR_A_CASE: case_holds.CLOSED_HOLDS_MS,
        What.WHO_SENT_IT: settings.MOST_DAYS * DAY,
        What.QUARANTINED: reconcile.QUARANTINE_LIFE,
        What.CAMERAS_UNCONFIRMED: cameras.CONFIRMED_FOR,
        What.STAFF_LOG_INS: staff.LOG_IN_MS,
        What.STAFF_IDLE: staff.IDLE_MS,
    }
