"""A moderator draws boxes on a post's picture: the airlock makes its media anew, with what is in them filled."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from api.boxes import Drawn, demand_drawn
from api.staff.auth import Moderator
from api.staff.moderation import writing
from api.staff.moderation.deciding import Wish, demand_may_decide, held_here, note
from api.staff.moderation.decisions import demand_guideline
from api.stores import Record, Rings
from feed import posting
from feed.bell import Bell
from feed.events import Closed
from storage.db import Tx
from storage.kit.errors import Conflict, Refused
from storage.kit.ids import PostId, StaffId
from storage.moderation import appeals, blurs, claims, flags
from storage.moderation.blurs import Box
from storage.moderation.decisions import BLUR, Why
from storage.posts.posts import Post, PostState, Verb
from workers.guidelines.rules import IN_FORCE

router = APIRouter(prefix="/v1", tags=["moderation"])
MOST_SENT = 50  # of which `demand_drawn` says how many may be drawn


class NewBlur(Closed):
    """Boxes through the whole clip or photo, by which guideline, and where the post is until it was made anew.

    `hold`: off the screens, and shown again by itself then. `hide`: off the screens until a moderator brings it back.
    """

    boxes: Annotated[list[Drawn], Field(max_length=MOST_SENT)]
    meanwhile: Literal["hold", "hide"]
    reason: Annotated[str, Field(max_length=40)]
    note: Annotated[str, Field(max_length=1000)] = ""


class BlurAsked(Closed):
    """Where the post is until its new media are there."""

    state: PostState


@router.post("/posts/{post_id}/blurs", status_code=202)
def blur(post_id: PostId, new: NewBlur, me: Moderator, record: Record, bell: Rings) -> BlurAsked:
    """Has boxes of a post's picture filled, for good: nobody can undo it, and the picture from before is deleted."""
    demand_guideline(new.reason)
    boxes = demand_drawn(new.boxes)
    if not boxes:
        raise Refused("Draw a box.", fields={"boxes": "Draw a box."})
    with record.write(by=me.member.actor) as tx:
        post = held_here(tx, me.member, post_id)
        claims.POSTS.demand_free(tx, post_id, me.member.id)
        demand_may_decide(tx, me.member.id, post_id)
        state = _ask(tx, bell, post, Verb(new.meanwhile), Wish(BLUR, new.reason, new.note), boxes, me.member.id)
        claims.POSTS.erase(tx, post_id)
        return BlurAsked(state=state)


def _ask(tx: Tx, bell: Bell, post: Post, meanwhile: Verb, wish: Wish, boxes: tuple[Box, ...], me: StaffId) -> PostState:
    """Takes the post off the screens, by a decision of its own that its author may answer, and asks for new media."""
    if post.state is PostState.REMOVED:
        raise Conflict("A post that was removed is not made anew.", code="not_blurrable")
    if post.state is PostState.HIDDEN and meanwhile is Verb.HOLD:
        raise Conflict("A post that is hidden stays hidden until a moderator brings it back.", code="is_hidden")
    goal = PostState.HELD if meanwhile is Verb.HOLD else PostState.HIDDEN
    if post.state is not goal:
        posting.decide(tx, bell, post.id, meanwhile, reason=wish.reason)
        note(tx, post, Wish(meanwhile, wish.reason, wish.note), me, goal)
    decision = note(tx, replace(post, state=goal), wish, me, goal)
    writing.tell(tx, post, me, decision, Why(BLUR, wish.reason, wish.note, IN_FORCE.version))
    blurs.ask(tx, post.id, decision, boxes, returns=meanwhile is Verb.HOLD)
    flags.settle(tx, post.id, by=decision)
    appeals.settle(tx, post.id, granted=meanwhile is Verb.HOLD, by=decision)
    return goal
