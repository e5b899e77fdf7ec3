"""What waits for a moderator, as the queue tells it: a post and all that was said about it, never by whom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import Connection

from api.staff.moderation.asking import AskedOf, asked_seen
from api.staff.moderation.flagged import ReasonCount, counted
from api.staff.moderation.judging_comments import FlaggedComment, comment_seen
from feed.events import Closed, PostAsSeen, as_seen
from storage.cases import letters
from storage.cases.letters import Sent
from storage.kit.clock import as_text
from storage.kit.ids import StaffId
from storage.moderation import appeals, claims, comment_flags, decisions, flags, suspensions
from storage.moderation.appeals import OpenAppeal
from storage.moderation.claims import Claim
from storage.moderation.comment_flags import Flagged
from storage.moderation.decisions import PROPOSE, Decision
from storage.moderation.flags import Flag
from storage.moderation.suspensions import OFF, Proposal
from storage.moderation.waiting import Waits
from storage.posts.posts import Post, PostState

MOST_FLAGS = 20  # told in full for each post; the counts are of all

Kind = Literal["flag", "hold", "appeal", "restore", "suspend", "answer", "comment", "correction"]


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

    id: str
    about: Literal["post"] = "post"
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


def of(conn: Connection, me: StaffId, shown: list[tuple[Waits, Post]]) -> list[WaitingSeen]:
    """Each with all that is said about it, as member `me` sees it; in the given order."""
    ids = [post.id for _, post in shown]
    said, answered = flags.of_posts(conn, ids), appeals.open_of(conn, ids)
    taken, to_suspend = claims.POSTS.of(conn, ids), suspensions.open_of(conn, ids)
    below, to_authors = comment_flags.of_posts(conn, ids), letters.of_posts(conn, ids)
    past = {post.id: decisions.of_post(conn, post.id) for _, post in shown if post.state is PostState.REMOVED}
    seen = []
    for one, post in shown:
        every, appeal, claim = said.get(post.id, []), answered.get(post.id), taken.get(post.id)
        here = [flag for flag in every if not flag.is_correction]
        proposed = _proposed(past.get(post.id, []))
        suspend = to_suspend.get(post.id) if post.state in OFF else None
        asked, comments = to_authors.get(post.id, []), below.get(post.id, [])
        seen.append(
            WaitingSeen(
                id=post.id,
                post=as_seen(post),
                kinds=_kinds(post, every, appeal, proposed, suspend, asked, comments),
                since=as_text(one.since),
                due_at=as_text(one.due_at),
                count=len(here),
                reasons=counted(here),
                flags=[_flag(flag) for flag in here[:MOST_FLAGS]],
                appeal=_appeal(appeal, me) if appeal else None,
                proposed=_proposal(proposed, me) if proposed else None,
                to_suspend=_to_suspend(suspend, me) if suspend else None,
                asked=[asked_seen(sent) for sent in asked],
                comments=[comment_seen(each) for each in comments],
                claim=claim_seen(claim, me) if claim else None,
            )
        )
    return seen


def claim_seen(one: Claim, me: StaffId) -> ClaimSeen:
    """A claim, as member `me` sees it."""
    return ClaimSeen(by=one.name, mine=one.staff_id == me, until=as_text(one.ends_at))


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
        "correction": any(flag.is_correction for flag in said),
        "flag": not all(flag.is_correction for flag in said),
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


def _flag(flag: Flag) -> FlagSeen:
    return FlagSeen(
        reason=flag.reason,
        text=flag.text,
        at_seconds=flag.at_seconds,
        origin=flag.origin,
        flagged_at=as_text(flag.flagged_at),
    )
