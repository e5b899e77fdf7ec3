"""A moderator writes to the unknown author of a post: points to a guideline, tells a decision, or asks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from feed import posting
from feed.bell import Bell
from storage.cases import letters
from storage.cases.letters import Kind, Letter
from storage.db import Tx
from storage.kit import ids
from storage.kit.clock import DAY, next_batch
from storage.kit.errors import Conflict
from storage.kit.ids import StaffId
from storage.moderation import decisions
from storage.moderation.decisions import ASK, ASK_HELD, UNDO_MS, Why
from storage.posts.posts import Post, PostState, Verb

WAIT_MS = 2 * UNDO_MS  # the minute to undo is over when the airlock looks
WARNING_LASTS_MS, ASKED_LASTS_MS = 30 * DAY, 7 * DAY
ASKABLE = (PostState.LIVE, PostState.HELD, PostState.HIDDEN)


@dataclass(frozen=True)
class Question:
    """What is asked: one of those listed, or in words of its own; `hold`: nobody sees the post meanwhile."""

    listed: str = ""
    text: str = ""
    hold: bool = False


def demand_shown(post: Post) -> None:
    """Raises Conflict where the post is off the feed: a warning leaves it as it is."""
    if post.state is not PostState.LIVE:
        raise Conflict("This post is off the feed: decide whether it comes back.", code="not_shown")


def warn(tx: Tx, post: Post, me: StaffId, decision: str, why: Why) -> None:
    """Lays a guideline before the author, in their language. The caller holds the post and noted the decision."""
    now = tx.now()
    letters.add(tx, _letter(Kind.WARNING, post, me, decision, why, now + WARNING_LASTS_MS), due_at=now + WAIT_MS)


def tell(tx: Tx, post: Post, me: StaffId, decision: str, why: Why) -> None:
    """Lets the author know that a decision took the post off, or something out of it, and by which guideline.

    What its page says of a post it says to who looks there; this lies in their inbox. The caller noted the decision.
    """
    now = tx.now()
    letters.add(tx, _letter(Kind.DECIDED, post, me, decision, why, now + WARNING_LASTS_MS), due_at=now + WAIT_MS)


def ask(tx: Tx, bell: Bell, post: Post, me: StaffId, why: Why, question: Question) -> PostState:
    """Asks the author something; answers the post's state now. The caller holds the post; raises Conflict.

    What waits for a moderator about the post waits on: nothing was decided.
    """
    if post.state not in ASKABLE:
        raise Conflict("A post that was removed is not asked about.", code="not_shown")
    now = tx.now()
    past = letters.of_posts(tx.connection, [post.id]).get(post.id, [])
    if any(one.answer is None and one.letter.ends_at > now for one in past):
        raise Conflict("The author was asked, and may answer still.", code="asked_already")
    held, after = question.hold and post.state is PostState.LIVE, post.state
    if held:
        after = posting.decide(tx, bell, post.id, Verb.HOLD, reason=why.reason)[1]
    noted = Why(ASK_HELD if held else ASK, why.reason, why.note, why.guidelines)
    decision = decisions.add(tx, post.id, noted, staff_id=me, from_state=post.state, to_state=after)
    letter = _letter(Kind.ASKED, post, me, decision, why, now + ASKED_LASTS_MS)
    letters.add(tx, replace(letter, text=question.text, listed=question.listed), due_at=now + WAIT_MS)
    return after


def _letter(kind: Kind, post: Post, me: StaffId, decision: str, why: Why, ends_at: int) -> Letter:
    new = ids.new_id()
    cited = replace(Letter(new, kind, post.id, new, me, next_batch(ends_at)), reason=why.reason)
    return replace(cited, guidelines=why.guidelines, decision_id=decision)
