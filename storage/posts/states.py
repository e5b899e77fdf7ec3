"""The states a post may go through, and by which verbs."""

from __future__ import annotations

from enum import StrEnum

from storage.kit.errors import Conflict


class PostState(StrEnum):
    """Where a post stands."""

    HELD = "held"
    LIVE = "live"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    EXPIRED = "expired"
    KEPT = "kept"  # to the cases that hold it: nobody else finds it any more


class MediaState(StrEnum):
    """Whether all renditions are there."""

    ARRIVING = "arriving"
    READY = "ready"


class Verb(StrEnum):
    """What can be done to a post that stands."""

    HOLD = "hold"
    HIDE = "hide"
    RESTORE = "restore"
    REMOVE = "remove"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    KEEP = "keep"


_OPEN = (PostState.LIVE, PostState.HELD, PostState.HIDDEN)
TRANSITIONS: dict[tuple[PostState, Verb], PostState] = {
    (PostState.LIVE, Verb.HOLD): PostState.HELD,
    **{(state, Verb.HIDE): PostState.HIDDEN for state in (PostState.LIVE, PostState.HELD)},
    **{(state, Verb.RESTORE): PostState.LIVE for state in (PostState.HELD, PostState.HIDDEN, PostState.REMOVED)},
    **{(state, Verb.REMOVE): PostState.REMOVED for state in _OPEN},
    # What nobody sees is kept for nobody, and what is kept comes before nobody else again: hence no way to remove it,
    # since what is removed can be restored.
    (PostState.LIVE, Verb.KEEP): PostState.KEPT,
    **{(state, Verb.EXPIRE): PostState.EXPIRED for state in (*_OPEN, PostState.REMOVED, PostState.KEPT)},
    # The author's word is last, whatever a moderator did before; and saying it twice is saying it once.
    **{(state, Verb.WITHDRAW): PostState.WITHDRAWN for state in PostState if state is not PostState.WITHDRAWN},
}


def after(state: PostState, verb: Verb) -> PostState:
    """The state that `verb` leads to from `state`; raises Conflict where it leads nowhere."""
    try:
        return TRANSITIONS[state, verb]
    except KeyError:
        raise Conflict(f"A post that is {state} cannot be changed in this way.") from None
