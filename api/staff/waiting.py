"""The moderators' desk: one queue of all that waits, and the claims by which no two work on the same."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from api.staff.asking import AskedOf, asked_seen
from api.staff.auth import Moderator
from api.staff.deciding import demand_may_decide
from api.staff.flagged import ReasonCount, counted
from api.staff.judging_comments import FlaggedComment, comment_seen
from api.stores import Record
from feed.events import Closed, PostAsSeen, as_seen
from storage import appeals, claims, comment_flags, decisions, flags, letters, posts, suspensions, waiting
from storage.appeals import OpenAppeal
from storage.claims import Claim
from storage.comment_flags import Flagged
from storage.decisions import PROPOSE, Decision
from storage.flags import Flag
from storage.kit.clock import as_text
from storage.kit.errors import NotThere
from storage.kit.ids import PostId, StaffId
from storage.letters import Sent
from storage.posts import Post, PostState
from storage.staff import Role
from storage.suspensions import OFF, Proposal
from storage.waiting import Waits

router = APIRouter(prefix="/v1", tags=["moderation"])
MOST_FLAGS = 20  # told in full for each post; the counts are of all

Kind = Literal["flag", "hold", "appeal", "restore", "suspend", "answer", "comment"]


class FlagSeen(Closed):
    """One flag: never whose."""

    reason: str
    text: str
    at_seconds: int | None
    origin: Annotated[str, Field(serialization_alias="from")]
    flagged_at: str


class AppealSeen(Closed):
    """What the author answers; `mine`: it is against my decision, so another moderator decides."""

    text: str
    at: str
    mine: bool


class ClaimSeen(Closed):
    """Who works on it, and until when unless it is prolonged."""

    by: str
    mine: bool
    until: str


class Proposed(Closed):
    """Who proposes that it comes back; `mine`: then another moderator is to agree."""

    by: str
    note: str
    at: str
    mine: bool


class ToSuspend(Proposed):
    """Who proposes that the author sends nothing for a while, and by which guideline."""

    reason: str


class WaitingSeen(Closed):
    """A post that waits, for which reasons, since when, and by when it ought to be decided."""

    post: PostAsSeen
    kinds: list[Kind]
    since: str
    due_at: str
    count: int
    reasons: list[ReasonCount]
    flags: list[FlagSeen]
    appeal: AppealSeen | None
    proposed: Proposed | None
    to_suspend: ToSuspend | None
    asked: list[AskedOf]
    comments: list[FlaggedComment]
    claim: ClaimSeen | None


@router.get("/moderation/queue")
def queue(me: Moderator, record: Record, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[WaitingSeen]:
    """All that waits for a moderator in my divisions, what is due first, first."""
    mine, after = me.member.reach(Role.MODERATOR), None
    if cursor is not None:
        at, post_id = decode(cursor, int, str)
        after = (int(at), str(post_id))
    with record.read() as conn:
        waits = waiting.page(conn, mine, after=after, limit=limit + 1)
        found = posts.some(conn, mine, [one.post_id for one in waits])
        said, answered = flags.of_posts(conn, list(found)), appeals.open_of(conn, list(found))
        taken, to_suspend = claims.of_posts(conn, list(found)), suspensions.open_of(conn, list(found))
        said_below = comment_flags.of_posts(conn, list(found))
        to_authors = letters.of_posts(conn, list(found))
        removed = [post.id for post in found.values() if post.state is PostState.REMOVED]
        past = {post_id: decisions.of_post(conn, post_id) for post_id in removed}
    shown = [(one, found[one.post_id]) for one in waits if one.post_id in found]

    def seen(item: tuple[Waits, Post]) -> WaitingSeen:
        one, post = item
        here, appeal = said.get(post.id, []), answered.get(post.id)
        proposed, claim = _proposed(past.get(post.id, [])), taken.get(post.id)
        suspend = to_suspend.get(post.id) if post.state in OFF else None
        asked = to_authors.get(post.id, [])
        return WaitingSeen(
            post=as_seen(post),
            kinds=_kinds(post, here, appeal, proposed, suspend, asked, said_below.get(post.id, [])),
            since=as_text(one.since),
            due_at=as_text(one.due_at),
            count=len(here),
            reasons=counted(here),
            flags=[_flag(flag) for flag in here[:MOST_FLAGS]],
            appeal=_appeal(appeal, me.member.id) if appeal else None,
            proposed=_proposal(proposed, me.member.id) if proposed else None,
            to_suspend=_to_suspend(suspend, me.member.id) if suspend else None,
            asked=[asked_seen(sent) for sent in asked],
            comments=[comment_seen(one) for one in said_below.get(post.id, [])],
            claim=_claim(claim, me.member.id) if claim else None,
        )

    return page(shown, limit, place=lambda item: (item[0].due_at, item[1].id), seen=seen)


@router.put("/posts/{post_id}/claim")
def claim(post_id: PostId, me: Moderator, record: Record) -> ClaimSeen:
    """Says that I work on this post, for ten minutes from now; nobody else can decide about it until then.

    Refused for an appeal against my own decision: it would keep others from it.
    """
    with record.write(by=me.member.actor) as tx:
        post = posts.locked(tx, post_id)  # held: its author may withdraw it at this moment, and nothing stays of it
        if post is None or post.division not in me.member.reach(Role.MODERATOR):
            raise NotThere
        demand_may_decide(tx, me.member.id, post_id)
        return _claim(claims.take(tx, post_id, me.member.id), me.member.id)


@router.delete("/posts/{post_id}/claim", status_code=204)
def release(post_id: PostId, me: Moderator, record: Record) -> None:
    """Lets go of a post; nothing happens where it is not mine."""
    with record.write(by=me.member.actor) as tx:
        claims.release(tx, post_id, me.member.id)


def _kinds(
    post: Post,
    said: list[Flag],
    appeal: OpenAppeal | None,
    proposed: Decision | None,
    suspend: Proposal | None,
    asked: list[Sent],
    below: list[Flagged],
) -> list[Kind]:
    there: dict[Kind, bool] = {
        "appeal": appeal is not None,
        "restore": proposed is not None,
        "suspend": suspend is not None,
        "answer": any(one.answer for one in asked),
        "comment": bool(below),
        "flag": bool(said),
        "hold": post.state is PostState.HELD,
    }
    return [kind for kind, is_so in there.items() if is_so]


def _proposed(past: list[Decision]) -> Decision | None:
    standing = [one for one in past if not one.undone]
    return standing[-1] if standing and standing[-1].verb == PROPOSE else None


def _appeal(one: OpenAppeal, me: StaffId) -> AppealSeen:
    return AppealSeen(text=one.text, at=as_text(one.at), mine=one.is_against(me))


def _proposal(one: Decision, me: StaffId) -> Proposed:
    return Proposed(by=one.by, note=one.note, at=as_text(one.at), mine=one.staff_id == me)


def _to_suspend(one: Proposal, me: StaffId) -> ToSuspend:
    mine = one.staff_id == me
    return ToSuspend(by=one.name, note=one.note, at=as_text(one.at), mine=mine, reason=one.reason)


def _claim(one: Claim, me: StaffId) -> ClaimSeen:
    return ClaimSeen(by=one.name, mine=one.staff_id == me, until=as_text(one.ends_at))


def _flag(flag: Flag) -> FlagSeen:
    return FlagSeen(
        reason=flag.reason,
        text=flag.text,
        at_seconds=flag.at_seconds,
        origin=flag.origin,
        flagged_at=as_text(flag.flagged_at),
    )
