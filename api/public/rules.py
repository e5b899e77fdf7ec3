"""How long things are kept and what is not done with them, as it is told: the page has a sentence for each.

Days and hours are those that the programs go by (tests/api/public/test_rules.py holds them together, for those of the
identity side cannot be imported here).
"""

from __future__ import annotations

from enum import StrEnum

from feed.events import Closed
from storage.cases.holds import CLOSED_HOLDS_MS
from storage.kit.clock import DAY, HOUR
from storage.kit.settings import MOST_DAYS
from storage.posts.posts import POSTS_LIVE_MS
from storage.staff.staff import IDLE_MS, LOG_IN_MS


class What(StrEnum):
    """What is kept."""

    POSTS = "posts"
    KEPT_FOR_A_CASE = "kept_for_a_case"  # counted from when the case is closed
    WHO_SENT_IT = "who_sent_it"  # a city may set fewer days
    QUARANTINED = "quarantined"
    CAMERAS_UNCONFIRMED = "cameras_unconfirmed"
    STAFF_LOG_INS = "staff_log_ins"
    STAFF_IDLE = "staff_idle"


class Use(StrEnum):
    """What nothing here is used for: each is something that no program can do, or refuses."""

    WHO_POSTED = "who_posted"
    FACES = "faces"
    BY_LOOK = "by_look"
    CAMERAS_WITHOUT_CASE = "cameras_without_case"
    LIVE_VIEW = "live_view"


class Kept(Closed):
    """How long, at most."""

    what: What
    hours: int


RETENTION = (
    Kept(what=What.POSTS, hours=POSTS_LIVE_MS // HOUR),
    Kept(what=What.KEPT_FOR_A_CASE, hours=CLOSED_HOLDS_MS // HOUR),
    Kept(what=What.WHO_SENT_IT, hours=MOST_DAYS * DAY // HOUR),
    Kept(what=What.QUARANTINED, hours=7 * DAY // HOUR),
    Kept(what=What.CAMERAS_UNCONFIRMED, hours=365 * DAY // HOUR),
    Kept(what=What.STAFF_LOG_INS, hours=LOG_IN_MS // HOUR),
    Kept(what=What.STAFF_IDLE, hours=IDLE_MS // HOUR),
)
USES = tuple(Use)
