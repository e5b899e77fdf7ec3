"""The moderators' desk: one queue of all that waits, and the claims by which no two work on the same."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from api.staff.auth import Moderator
from api.staff.deciding import demand_may_decide
from api.staff.flagged import ReasonCount, counted
from api.staff.questions import AnswerSeen, answer_seen
from api.stores import Record, Settings
from feed.events import Closed, PostAsSeen, as_seen
from storage import appeals, claims, comment_flags, decisions, flags, letters, posts, shifts, suspensions, waiting
from storage.appeals import OpenAppeal
from storage.claims import Claim
from storage.comment_flags import Flagged
from storage.db import Database, Tx
from storage.decisions import PROPOSE, Decision
from storage.flags import Flag
from storage.kit.clock import SECOND, as_text
from storage.kit.errors import NotThere, TooOften
from storage.kit.ids import PostId, StaffId
from storage.kit.settings import RecordSettings
from storage.letters import Sent
from storage.posts import Post, PostState
from storage.shifts import Shift
from storage.staff import LogIn, Role
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


class AskedOf(Closed):
    """What a moderator asked the author: in words or one of those listed, and what was answered once its batch came."""

    text: str
    listed: str
    by: str
    at: str
    ends_at: str
    answer: AnswerSeen | None


class FlaggedComment(Closed):
    """A comment that neighbours flagged: its words, the name it stands under, and what is said about it."""

    id: str
    name: str
    text: str
    count: int
    reasons: list[str]
    notes: list[str]


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


class ShiftSeen(Closed):
    """Of `most` openings in so many hours (0: without a limit), how many were mine; and until when I rest."""

    opened: int
    most: int
    hours: int
    rests_until: str | None


@router.get("/moderation/queue")
def queue(
    me: Moderator, record: Record, settings: Settings, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[WaitingSeen]:
    """All that waits for a moderator in my divisions, what is due first, first; while I rest, what is urgent alone."""
    mine, after = me.member.reach(Role.MODERATOR), None
    rests = _shift(me, record, settings).rests_until is not None
    if cursor is not None:
        at, post_id = decode(cursor, int, str)
        after = (int(at), str(post_id))
    with record.read() as conn:
        waits = waiting.page(conn, mine, after=after, limit=limit + 1, urgent=rests)
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
            asked=[_asked(sent) for sent in asked],
            comments=[_comment(one) for one in said_below.get(post.id, [])],
            claim=_claim(claim, me.member.id) if claim else None,
        )

    return page(shown, limit, place=lambda item: (item[0].due_at, item[1].id), seen=seen)


@router.put("/posts/{post_id}/claim")
def claim(post_id: PostId, me: Moderator, record: Record, settings: Settings) -> ClaimSeen:
    """Says that I work on this post, for ten minutes from now; nobody else can decide about it until then.

    Refused for an appeal against my own decision: it would keep others from it. And where I have opened enough in this
    shift, unless a child is on screen; what I have open stays so.
    """
    shift = _shift(me, record, settings)
    with record.write(by=me.member.actor) as tx:
        post = posts.locked(tx, post_id)  # held: its author may withdraw it at this moment, and nothing stays of it
        if post is None or post.division not in me.member.reach(Role.MODERATOR):
            raise NotThere
        demand_may_decide(tx, me.member.id, post_id)
        before = claims.of_posts(tx.connection, [post_id]).get(post_id)
        if before is None or before.staff_id != me.member.id:
            _demand_awake(tx, shift, post_id)
            shifts.note(tx, me.member.id)
        return _claim(claims.take(tx, post_id, me.member.id), me.member.id)


@router.get("/moderation/shift")
def shift(me: Moderator, record: Record, settings: Settings) -> ShiftSeen:
    """How much I have opened in this shift, and whether that is enough."""
    mine = _shift(me, record, settings)
    until = None if mine.rests_until is None else as_text(mine.rests_until)
    return ShiftSeen(opened=mine.opened, most=settings.shift_openings, hours=settings.shift_hours, rests_until=until)


@router.delete("/posts/{post_id}/claim", status_code=204)
def release(post_id: PostId, me: Moderator, record: Record) -> None:
    """Lets go of a post; nothing happens where it is not mine."""
    with record.write(by=me.member.actor) as tx:
        claims.release(tx, post_id, me.member.id)


def _shift(me: LogIn, record: Database, settings: RecordSettings) -> Shift:
    with record.read() as conn:
        return shifts.of(conn, me.member.id, shifts.Limit(settings.shift_openings, settings.shift_hours))


def _demand_awake(tx: Tx, shift: Shift, post_id: PostId) -> None:
    if shift.rests_until is not None and not waiting.is_urgent(tx.connection, post_id):
        wait = max(1, (shift.rests_until - tx.now()) // SECOND + 1)
        raise TooOften("You have looked at enough. Take a break.", retry_after=wait, code="take_a_break")


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


def _asked(one: Sent) -> AskedOf:
    return AskedOf(
        text=one.letter.text,
        listed=one.letter.listed,
        by=one.by,
        at=as_text(one.asked_at),
        ends_at=as_text(one.letter.ends_at),
        answer=answer_seen(one),
    )


def _comment(one: Flagged) -> FlaggedComment:
    here = one.flags[:MOST_FLAGS]
    reasons = list(dict.fromkeys(flag.reason for flag in one.flags))
    notes = [flag.text for flag in here if flag.text]
    return FlaggedComment(
        id=one.comment_id, name=one.name, text=one.text, count=len(one.flags), reasons=reasons, notes=notes
    )


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
