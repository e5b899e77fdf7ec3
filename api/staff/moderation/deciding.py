"""What a moderator may decide, carried out whole: who works on it, who may not decide it, and what takes two people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.staff.moderation import suspending, writing
from api.staff.moderation.writing import Question
from feed import editing, posting, undoing
from feed.bell import Bell
from storage import feed_log
from storage.cases import letters
from storage.db import Tx
from storage.kit.errors import Conflict, NotAllowed, NotThere
from storage.kit.ids import PostId, StaffId
from storage.moderation import appeals, blurs, claims, decisions, flags, suspensions
from storage.moderation.decisions import PROPOSE, SUSPEND, TAKES_OFF, WARN, Why
from storage.posts import posts
from storage.posts.posts import Post, PostState, Verb
from storage.staff.staff import Role, StaffMember
from workers.guidelines.rules import IN_FORCE

DISMISS = "dismiss"
# Removed by one of these, a post may hurt somebody again when it comes back: two people say that it may.
FOR_SAFETY = frozenset({"child", "harassment", "privacy"})


@dataclass(frozen=True)
class Wish:
    """What a moderator wants done, by which guideline, and a note for the record."""

    verb: str
    reason: str
    note: str = ""


@dataclass(frozen=True)
class Done:
    """The post's state now; `waits_for_second`: nothing happened yet, another moderator is to agree."""

    state: PostState
    waits_for_second: bool = False


def carry_out(tx: Tx, bell: Bell, member: StaffMember, post_id: PostId, wish: Wish) -> Done:
    """Decides about a post of this moderator's divisions, and ends what waited for it: flags, appeal, claim.

    Raises NotThere, NotAllowed for an appeal against their own decision, Conflict where somebody else works on it or
    the verb leads nowhere.
    """
    post = held_here(tx, member, post_id)
    claims.POSTS.demand_free(tx, post_id, member.id)
    demand_may_decide(tx, member.id, post_id)
    if wish.verb == DISMISS and _is_dismissed(tx, post_id, member.id):
        return Done(post.state)
    if wish.verb == Verb.RESTORE and _needs_second(tx, post, member.id):
        note(tx, post, Wish(PROPOSE, wish.reason, wish.note), member.id, post.state)
        claims.POSTS.erase(tx, post_id)
        return Done(post.state, waits_for_second=True)
    if wish.verb == SUSPEND:
        waits = suspending.suspend(tx, post, member.id, _why(wish))
        claims.POSTS.erase(tx, post_id)
        return Done(post.state, waits_for_second=waits)
    if wish.verb == Verb.RESTORE and blurs.is_asked(tx.connection, post_id):
        raise Conflict("Its picture is being made anew: it was to be shown only then.", code="being_blurred")
    if wish.verb == WARN:
        writing.demand_shown(post)
    after = _change(tx, bell, post, wish)
    decision = note(tx, post, wish, member.id, after)
    flags.settle(tx, post_id, by=decision)
    appeals.settle(tx, post_id, granted=wish.verb == Verb.RESTORE, by=decision)
    if wish.verb == Verb.RESTORE:
        suspensions.lift(tx, post_id, decision)
    if wish.verb == WARN:
        writing.warn(tx, post, member.id, decision, _why(wish))
    if wish.verb in TAKES_OFF:
        writing.tell(tx, post, member.id, decision, _why(wish))
    claims.POSTS.erase(tx, post_id)
    return Done(after)


def ask_author(tx: Tx, bell: Bell, member: StaffMember, post_id: PostId, wish: Wish, question: Question) -> Done:
    """Asks the author something, and holds the post meanwhile where that is wished; raises as `carry_out` does."""
    post = held_here(tx, member, post_id)
    claims.POSTS.demand_free(tx, post_id, member.id)
    after = writing.ask(tx, bell, post, member.id, _why(wish), question)
    claims.POSTS.erase(tx, post_id)
    return Done(after)


def demand_may_decide(tx: Tx, me: StaffId, post_id: PostId) -> None:
    """Raises NotAllowed where an author appeals against this moderator's own decision."""
    appeal = appeals.open_of(tx.connection, [post_id]).get(post_id)
    if appeal and appeal.is_against(me):
        raise NotAllowed("The author appeals against your decision: another moderator decides.", code="own_decision")


def take_out(tx: Tx, bell: Bell, member: StaffMember, post_id: PostId, wish: Wish, cut: Sequence[str]) -> Done:
    """Takes words out of a post, which settles its flags; raises as `carry_out` does, and Refused."""
    post = held_here(tx, member, post_id)
    claims.POSTS.demand_free(tx, post_id, member.id)
    editing.cut_out(tx, bell, post, cut, reason=wish.reason)
    decision = note(tx, post, wish, member.id, post.state)
    writing.tell(tx, post, member.id, decision, _why(wish))
    flags.settle(tx, post_id, by=decision)
    claims.POSTS.erase(tx, post_id)
    return Done(post.state)


def take_back(tx: Tx, bell: Bell, member: StaffMember, post_id: PostId) -> Done:
    """Undoes this moderator's newest decision of the last minute: the post, its flags and an appeal are as before.

    Raises NotThere; Conflict, also where somebody else works on what it led to by now.
    """
    held_here(tx, member, post_id)
    claims.POSTS.demand_free(tx, post_id, member.id)
    undone = decisions.undo(tx, post_id, member.id)
    undoing.put_back(tx, bell, post_id, from_state=undone.from_state, to_state=undone.to_state)
    flags.reopen(tx, undone.id)
    appeals.reopen(tx, post_id, undone.id)
    suspensions.forget(tx, post_id, undone.id)
    letters.forget(tx, undone.id)
    return Done(undone.from_state)


def held_here(tx: Tx, member: StaffMember, post_id: PostId) -> Post:
    """The post, held until the commit: whatever is asked about it from here on stays true."""
    feed_log.lock(tx)  # every verb of the feed takes it before a post: so no two wait for each other
    post = posts.locked(tx, post_id)
    if post is None or post.division not in member.reach(Role.MODERATOR):
        raise NotThere
    return post


def _is_dismissed(tx: Tx, post_id: PostId, me: StaffId) -> bool:
    """Whether this moderator did so and nothing came since: of a second one, undoing would put back nothing."""
    last = decisions.last(tx.connection, post_id)
    if last is None or (last.verb, last.staff_id) != (DISMISS, me):
        return False
    return not flags.of_posts(tx.connection, [post_id]) and not appeals.open_of(tx.connection, [post_id])


def _needs_second(tx: Tx, post: Post, me: StaffId) -> bool:
    """Whether another moderator must agree first; raises Conflict for who has proposed it already."""
    if post.state is not PostState.REMOVED or not _may_hurt(tx, post.id):
        return False
    last = decisions.last(tx.connection, post.id)
    if last is None or last.verb != PROPOSE:
        return True
    if last.staff_id == me:
        raise Conflict("You have proposed this already: another moderator is to agree.", code="needs_second")
    return False


def _may_hurt(tx: Tx, post_id: PostId) -> bool:
    """Whether it was removed for safety, or nobody knows why: a backup from before the decision was restored."""
    last, why = decisions.last(tx.connection, post_id), decisions.newest(tx.connection, post_id)
    known = last is not None and last.to_state is PostState.REMOVED
    return not known or why is None or why.reason in FOR_SAFETY


def _change(tx: Tx, bell: Bell, post: Post, wish: Wish) -> PostState:
    if wish.verb not in (DISMISS, WARN):
        return posting.decide(tx, bell, post.id, Verb(wish.verb), reason=wish.reason)[1]
    tx.audit(f"post.{wish.verb}", post.id, {"reason": wish.reason})
    return post.state


def note(tx: Tx, post: Post, wish: Wish, me: StaffId, after: PostState) -> str:
    """Writes the decision down, and answers its id. The caller holds the post."""
    return decisions.add(tx, post.id, _why(wish), staff_id=me, from_state=post.state, to_state=after)


def _why(wish: Wish) -> Why:
    return Why(wish.verb, wish.reason, wish.note, guidelines=IN_FORCE.version)
