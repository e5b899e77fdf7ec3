"""Where a clip can stand, what can happen to it there, and what its author is told of the way."""

from __future__ import annotations

from enum import StrEnum


class ClipState(StrEnum):
    """Where a clip stands."""

    RECEIVED = "received"
    PROCESSING = "processing"
    PUBLISHED = "published"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


GONE = (ClipState.WITHDRAWING, ClipState.WITHDRAWN, ClipState.REJECTED)  # nobody sees it, or will


class Step(StrEnum):
    """What can happen to a clip."""

    CLAIM = "claim"
    GIVE_BACK = "give_back"
    PUBLISH = "publish"
    REJECT = "reject"
    QUARANTINE = "quarantine"
    RETRY = "retry"
    WITHDRAW = "withdraw"
    FINISH_WITHDRAWAL = "finish_withdrawal"
    TAKE_BACK = "take_back"
    FINISH_TAKING_BACK = "finish_taking_back"


_S = ClipState
TRANSITIONS: dict[tuple[ClipState, Step], ClipState] = {
    (_S.RECEIVED, Step.CLAIM): _S.PROCESSING,
    (_S.PROCESSING, Step.CLAIM): _S.PROCESSING,  # the one before lost its lease
    (_S.PUBLISHED, Step.CLAIM): _S.PUBLISHED,  # on screen, and its larger rendition still to come
    (_S.PROCESSING, Step.GIVE_BACK): _S.RECEIVED,
    (_S.PUBLISHED, Step.GIVE_BACK): _S.PUBLISHED,
    (_S.PROCESSING, Step.PUBLISH): _S.PUBLISHED,
    (_S.PUBLISHED, Step.PUBLISH): _S.PUBLISHED,
    (_S.RECEIVED, Step.REJECT): _S.REJECTED,
    (_S.PROCESSING, Step.REJECT): _S.REJECTED,
    **{(state, Step.QUARANTINE): _S.QUARANTINED for state in (_S.RECEIVED, _S.PROCESSING)},
    (_S.QUARANTINED, Step.RETRY): _S.RECEIVED,
    (_S.QUARANTINED, Step.REJECT): _S.REJECTED,
    **{(state, Step.WITHDRAW): _S.WITHDRAWING for state in _S if state is not _S.WITHDRAWN},
    (_S.WITHDRAWN, Step.WITHDRAW): _S.WITHDRAWN,
    (_S.WITHDRAWING, Step.FINISH_WITHDRAWAL): _S.WITHDRAWN,
    # What is on screen and cannot come to its end (a later second does not decode, or is not clean) goes the way of a
    # withdrawal, which no crash stops; its reason tells the two apart, until the author's own word takes it away.
    (_S.PUBLISHED, Step.TAKE_BACK): _S.WITHDRAWING,
    (_S.WITHDRAWING, Step.FINISH_TAKING_BACK): _S.REJECTED,
}


class Stage(StrEnum):
    """What the airlock is doing with a clip, as its author sees it."""

    RECEIVED = "received"
    CHECKING = "checking"
    ENCODING = "encoding"
    PROVING = "proving"
    PUBLISHING = "publishing"
    FINISHING = "finishing"
    DONE = "done"
