"""Moderators' decisions: by which guidelines, what was decided before, and what was taken off the feed."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, number, page
from api.staff.auth import AnyStaff, Moderator
from api.stores import Record, Rings
from feed import posting
from feed.bell import Bell
from feed.events import Closed, PostAsSeen, as_seen
from storage import decisions, flags, post_lists, posts
from storage.db import Tx
from storage.decisions import Why
from storage.kit.clock import as_text
from storage.kit.errors import NotThere, Refused
from storage.kit.ids import PostId
from storage.post_lists import Wanted
from storage.posts import PostState, Verb
from storage.staff import Role
from workers.guidelines.rules import IDS, IN_FORCE, Guidelines

router = APIRouter(prefix="/v1", tags=["moderation"])


class NewDecision(Closed):
    """What is to happen to a post, and by which guideline."""

    verb: Literal["hold", "hide", "restore", "remove", "dismiss"]
    reason: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=1000)] = ""


class Decided(Closed):
    """The post as it is after a decision."""

    post: PostAsSeen
    state: PostState


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


class DecisionsSeen(Closed):
    """All decisions about a post, oldest first."""

    items: list[DecisionSeen]
    cursor: None = None


@router.get("/guidelines")
async def guidelines(me: AnyStaff) -> Guidelines:
    """What decisions go by, in every language: the same that residents are shown."""
    return IN_FORCE


@router.post("/posts/{post_id}/decisions")
def decide(post_id: PostId, new: NewDecision, me: Moderator, record: Record, bell: Rings) -> Decided:
    """Decides about a post, settles its flags, and tells everyone who has it on screen."""
    if new.reason not in IDS:
        raise Refused("That is not one of the guidelines.", fields={"reason": "This is not one of the choices."})
    mine = me.member.reach(Role.MODERATOR)
    with record.write(by=me.member.actor) as tx:
        if posts.one(tx.connection, mine, post_id) is None:
            raise NotThere
        before, now = _carry_out(tx, bell, post_id, new)
        flags.settle(tx, post_id)
        why = Why(new.verb, new.reason, new.note, guidelines=IN_FORCE.version)
        decisions.add(tx, post_id, why, staff_id=me.member.id, from_state=before, to_state=now)
        post = posts.one(tx.connection, mine, post_id)
    assert post is not None
    return Decided(post=as_seen(post), state=now)


@router.get("/posts/{post_id}/decisions")
def history(post_id: PostId, me: Moderator, record: Record) -> DecisionsSeen:
    """What was decided about a post before."""
    with record.read() as conn:
        if posts.one(conn, me.member.reach(Role.MODERATOR), post_id) is None:
            raise NotThere
        found = decisions.of_post(conn, post_id)
    return DecisionsSeen(
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
            )
            for one in found
        ]
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


def _carry_out(tx: Tx, bell: Bell, post_id: PostId, new: NewDecision) -> tuple[PostState, PostState]:
    if new.verb != "dismiss":
        return posting.decide(tx, bell, post_id, Verb(new.verb), reason=new.reason)
    post = posts.locked(tx, post_id)
    if post is None:
        raise NotThere
    tx.audit("post.dismiss", post_id, {"reason": new.reason})
    return post.state, post.state
