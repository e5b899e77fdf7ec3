"""What is counted of a division and a month, for everybody (storage/public/counts.py)."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What is counted. Of searches that there were any, never for what: the audit does not say it."""

    POSTS = "posts"
    CORRECTIONS = "corrections"
    VIEWINGS = "viewings"
    FLAGS_BY_NEIGHBOURS = "flags_by_neighbours"
    FLAGS_BY_POLICE = "flags_by_police"
    REMOVALS = "removals"
    OTHER_DECISIONS = "other_decisions"
    APPEALS = "appeals"
    APPEALS_UPHELD = "appeals_upheld"
    HELD_BY_CHECK = "held_by_check"  # posts that began held, by their words
    FLAGS_DECIDED = "flags_decided"
    FLAGS_DECIDED_IN_TIME = "flags_decided_in_time"  # of these, within what the queue gives them
    SECOND_LOOKS = "second_looks"  # proposals that another moderator answered
    SECOND_LOOKS_AGREED = "second_looks_agreed"
    SUSPENSIONS = "suspensions"  # asked for by two: whether anybody was found stands nowhere
    SEARCHES = "searches"
    CASES = "cases"
    CAMERA_LOOKS = "camera_looks"
    BLOCKS_WITH_A_PIN = "blocks_with_a_pin"  # on the day of counting
    FOOTAGE_REQUESTS = "footage_requests"  # by when they went out
    REQUESTS_TAKEN_BACK = "requests_taken_back"  # by moderators
    ANSWERS_SHARED = "answers_shared"  # by when their batch was shown
    ANSWERS_NOTHING = "answers_nothing"
    ANSWERS_ASK_ME = "answers_ask_me"
    ANSWERS_NO = "answers_no"


ANSWERS = {  # what owners say; whoever says nothing is counted nowhere
    Kind.ANSWERS_SHARED: "shared",
    Kind.ANSWERS_NOTHING: "nothing",
    Kind.ANSWERS_ASK_ME: "ask_me",
    Kind.ANSWERS_NO: "no",
}
KEEP_THEIR_DIVISION = frozenset(
    {
        *(Kind.SEARCHES, Kind.CASES, Kind.CAMERA_LOOKS, Kind.BLOCKS_WITH_A_PIN),
        *(Kind.FOOTAGE_REQUESTS, Kind.REQUESTS_TAKEN_BACK, *ANSWERS),
    }
)
ABOUT_POSTS = tuple(kind for kind in Kind if kind not in KEEP_THEIR_DIVISION)
