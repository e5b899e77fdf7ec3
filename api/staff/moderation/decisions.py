"""Moderators' decisions: by which guidelines, what was decided before, and what was taken off the feed."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, number, page
from api.staff.auth import AnyStaff, Moderator
from api.staff.moderation.deciding import Done, Wish, carry_out, take_back, take_out
from api.stores import Record, Rings
from feed.bell import Bell
from feed.events import Closed, PostAsSeen, as_seen
from storage.db import Database, Tx
from storage.kit.clock import as_text
from storage.kit.errors import Conflict, NotAllowed, NotThere, Refused
from storage.kit.ids import PostId
from storage.moderation import decisions, suspensions
from storage.moderation.decisions import EDIT
from storage.moderation.suspensions import State
from storage.posts import lists as post_lists, posts, words as post_words
from storage.posts.lists import Wanted
from storage.posts.posts import PostState
from storage.staff.staff import LogIn, Role
from workers.guidelines.rules import IDS, IN_FORCE, Guidelines

router = APIRouter(prefix="/v1", tags=["moderation"])
FORGETTING = 20  # steps: what is left of words in an index that is busy, the chores forget
MOST_AT_ONCE = 50  # each is a transaction: two seconds at worst


class NewDecision(Closed):
    """What is to happen to a post, and by which guideline."""

    verb: Literal["hold", "hide", "restore", "remove", "dismiss", "suspend", "warn"]
    reason: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=1000)] = ""


class SeveralDecisions(NewDecision):
    """The same for several posts."""

    post_ids: Annotated[list[Annotated[PostId, Field(max_length=40)]], Field(min_length=1, max_length=MOST_AT_ONCE)]


class NewEdit(Closed):
    """Words to take out, each as it stands in title or text between blanks, and by which guideline."""

    cut: Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], Field(min_length=1, max_length=50)]
    reason: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=1000)] = ""


class Decided(Closed):
    """The post as it is after a decision; `waits_for_second`: it is done once another moderator agrees."""

    post: PostAsSeen
    state: PostState
    waits_for_second: bool = False


class OutcomeSeen(Closed):
    """What became of one of several: its state now, or the code of what stood in the way."""

    post_id: PostId
    state: PostState | None = None
    waits_for_second: bool = False
    code: str | None = None


class OutcomesSeen(Closed):
    """What became of each, in the order asked."""

    items: list[OutcomeSeen]


class DecisionSeen(Closed):
    """One decision of the past."""

    verb: str
    reason: str
    note: str
    by: str
    at: str
    from_state: PostState
    to_state: PostState
    guidelines: Annotated[int, Field(description="The version of the guidelines that `reason` is one of.")]
    undone: bool


class DecisionsSeen(Closed):
    """All decisions about a post, oldest first, and how far it is with suspending its author: never who that is."""

    items: list[DecisionSeen]
    suspension: State | None
    cursor: None = None


@router.get("/guidelines")
async def guidelines(me: AnyStaff) -> Guidelines:
    """What decisions go by, in every language: the same that residents are shown."""
    return IN_FORCE


@router.post("/posts/{post_id}/decisions")
def decide(post_id: PostId, new: NewDecision, me: Moderator, record: Record, bell: Rings) -> Decided:
    """Decides about a post, settles its flags and appeal, and tells everyone who has it on screen."""
    wish = _wish(new)
    with record.write(by=me.member.actor) as tx:
        done = carry_out(tx, bell, me.member, post_id, wish)
        return decided_of(tx, me, post_id, done)


@router.delete("/posts/{post_id}/decisions/last")
def undo(post_id: PostId, me: Moderator, record: Record, bell: Rings) -> Decided:
    """Undoes my newest decision about a post, within a minute: all is as it was before."""
    with record.write(by=me.member.actor) as tx:
        done = take_back(tx, bell, me.member, post_id)
        return decided_of(tx, me, post_id, done)


@router.post("/posts/{post_id}/edits")
def edit(post_id: PostId, new: NewEdit, me: Moderator, record: Record, bell: Rings) -> Decided:
    """Takes words out of a post, for good: nobody can undo it, and nothing here keeps them."""
    demand_guideline(new.reason)
    with record.write(by=me.member.actor) as tx:
        wish = Wish(EDIT, new.reason, new.note)
        answer = decided_of(tx, me, post_id, take_out(tx, bell, me.member, post_id, wish, new.cut))
    post_words.forget_all(record, by=me.member.actor, most=FORGETTING)
    return answer


@router.post("/moderation/decisions")
def decide_several(new: SeveralDecisions, me: Moderator, record: Record, bell: Rings) -> OutcomesSeen:
    """The same decision about several posts, each in a transaction of its own: one that fails stops no other."""
    wish = _wish(new)
    return OutcomesSeen(items=[_outcome(me, record, bell, post_id, wish) for post_id in dict.fromkeys(new.post_ids)])


@router.get("/posts/{post_id}/decisions")
def history(post_id: PostId, me: Moderator, record: Record) -> DecisionsSeen:
    """What was decided about a post before."""
    with record.read() as conn:
        if posts.one(conn, me.member.reach(Role.MODERATOR), post_id) is None:
            raise NotThere
        found, suspension = decisions.of_post(conn, post_id), suspensions.state_of(conn, post_id)
    return DecisionsSeen(
        suspension=suspension,
        items=[
            DecisionSeen(
                verb=one.verb,
                reason=one.reason,
                note=one.note,
                by=one.by,
                at=as_text(one.at),
                from_state=one.from_state,
                to_state=one.to_state,
                guidelines=one.guidelines,
                undone=one.undone,
            )
            for one in found
        ],
    )


@router.get("/moderation/posts")
def taken_off(
    me: Moderator,
    record: Record,
    state: Annotated[Literal["held", "hidden", "removed"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[PostAsSeen]:
    """Posts that moderators took off the feed, newest first."""
    states = (PostState.HELD, PostState.HIDDEN, PostState.REMOVED) if state is None else (PostState(state),)
    with record.read() as conn:
        mine = me.member.reach(Role.MODERATOR)
        found = post_lists.page(conn, mine, Wanted(states=states), before=number(cursor), limit=limit + 1)
    return page(found, limit, place=lambda post: (post.order_key,), seen=as_seen)


def _wish(new: NewDecision) -> Wish:
    demand_guideline(new.reason)
    return Wish(new.verb, new.reason, new.note)


def demand_guideline(reason: str) -> None:
    """Nothing for the id of a guideline. Raises Refused."""
    if reason not in IDS:
        raise Refused("That is not one of the guidelines.", fields={"reason": "This is not one of the choices."})


def decided_of(tx: Tx, me: LogIn, post_id: PostId, done: Done) -> Decided:
    """The answer to a decision about a post of this moderator's divisions, which the caller holds."""
    post = posts.one(tx.connection, me.member.reach(Role.MODERATOR), post_id)
    assert post is not None, "it was held a moment ago"
    return Decided(post=as_seen(post), state=done.state, waits_for_second=done.waits_for_second)


def _outcome(me: LogIn, record: Database, bell: Bell, post_id: PostId, wish: Wish) -> OutcomeSeen:
    try:
        with record.write(by=me.member.actor) as tx:
            done = carry_out(tx, bell, me.member, post_id, wish)
    except (NotThere, NotAllowed, Conflict) as error:
        return OutcomeSeen(post_id=post_id, code=error.code)
    return OutcomeSeen(post_id=post_id, state=done.state, waits_for_second=done.waits_for_second)
