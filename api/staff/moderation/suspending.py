"""Two moderators ask that the author of a post sends nothing for a while; nobody here learns who that is."""

from __future__ import annotations

from storage.db import Tx
from storage.kit.errors import Conflict
from storage.kit.ids import StaffId
from storage.moderation import decisions, suspensions
from storage.moderation.decisions import AGREE, SUSPEND, Why
from storage.moderation.suspensions import OFF, State
from storage.posts.posts import Post


def suspend(tx: Tx, post: Post, me: StaffId, why: Why) -> bool:
    """Proposes it, or agrees with who did; whether it waits for another moderator now. The caller holds the post.

    Raises Conflict where the post stands, where it was asked before, and for who has proposed it already. Each of them
    is about this post alone: what was done about another one of its author's changes no answer.
    """
    if post.state not in OFF:
        raise Conflict("Hide or remove the post first.", code="still_shown")
    if suspensions.state_of(tx.connection, post.id) in (State.AGREED, State.CARRIED_OUT):
        raise Conflict("Two moderators have asked for this already.", code="asked_before")
    proposal = suspensions.open_of(tx.connection, [post.id]).get(post.id)
    if proposal and proposal.staff_id == me:
        raise Conflict("You have proposed this already: another moderator is to agree.", code="needs_second")
    said = Why(AGREE if proposal else SUSPEND, why.reason, why.note, why.guidelines)
    decision = decisions.add(tx, post.id, said, staff_id=me, from_state=post.state, to_state=post.state)
    if proposal:
        suspensions.ask(tx, post.id, decision, proposal_id=proposal.id)
    return proposal is None
