"""The moderators' desk: one queue of all that waits, and the claims by which no two work on the same."""

from __future__ import annotations

from fastapi import APIRouter

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from api.staff.auth import Moderator
from api.staff.moderation import requests_waiting, waiting_seen
from api.staff.moderation.deciding import demand_may_decide
from api.staff.moderation.requests_waiting import RequestWaiting
from api.staff.moderation.waiting_seen import ClaimSeen, WaitingSeen, claim_seen
from api.stores import Record, Settings
from feed.events import Closed
from storage.db import Database, Tx
from storage.kit.clock import SECOND, as_text
from storage.kit.errors import NotThere, TooOften
from storage.kit.ids import PostId, RequestId
from storage.kit.settings import RecordSettings
from storage.moderation import claims, request_decisions, request_flags, shifts, waiting
from storage.moderation.shifts import Shift
from storage.moderation.waiting import About
from storage.posts import posts
from storage.staff.staff import LogIn, Role

router = APIRouter(prefix="/v1", tags=["moderation"])


class ShiftSeen(Closed):
    """Of `most` openings in so many hours (0: without a limit), how many were mine; and until when I rest."""

    opened: int
    most: int
    hours: int
    rests_until: str | None


@router.get("/moderation/queue")
def queue(
    me: Moderator, record: Record, settings: Settings, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[WaitingSeen | RequestWaiting]:
    """All that waits for a moderator in my divisions, what is due first, first; while I rest, what is urgent alone."""
    mine, after = me.member.reach(Role.MODERATOR), None
    rests = _shift(me, record, settings).rests_until is not None
    if cursor is not None:
        at, post_id = decode(cursor, int, str)
        after = (int(at), str(post_id))
    with record.read() as conn:
        waits = waiting.page(conn, mine, after=after, limit=limit + 1, urgent=rests, judge=me.member.id)
        found = posts.some(conn, mine, [PostId(one.id) for one in waits if one.about is About.POST])
        flagged = [(one, found[PostId(one.id)]) for one in waits if one.id in found]
        seen: dict[str, WaitingSeen | RequestWaiting] = {
            **{item.id: item for item in waiting_seen.of(conn, me.member.id, flagged)},
            **requests_waiting.of(conn, me.member.id, mine, waits),
        }
    shown = [one for one in waits if one.id in seen]
    return page(shown, limit, place=lambda one: (one.due_at, one.id), seen=lambda one: seen[one.id])


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
        before = claims.POSTS.of(tx.connection, [post_id]).get(post_id)
        if before is None or before.staff_id != me.member.id:
            _demand_awake(tx, shift, post_id)
            shifts.note(tx, me.member.id)
        return claim_seen(claims.POSTS.take(tx, post_id, me.member.id), me.member.id)


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
        claims.POSTS.release(tx, post_id, me.member.id)


@router.put("/requests/{request_id}/claim")
def claim_request(request_id: RequestId, me: Moderator, record: Record, settings: Settings) -> ClaimSeen:
    """Says that I judge this flagged request, as of a post; none is so urgent that it ends a break."""
    shift = _shift(me, record, settings)
    with record.write(by=me.member.actor) as tx:
        request_decisions.held(tx, me.member.reach(Role.MODERATOR), me.member.id, request_id)
        if not request_flags.of_requests(tx.connection, [request_id]):
            raise NotThere
        before = claims.REQUESTS.of(tx.connection, [request_id]).get(request_id)
        if before is None or before.staff_id != me.member.id:
            _demand_awake(tx, shift, None)
            shifts.note(tx, me.member.id)
        return claim_seen(claims.REQUESTS.take(tx, request_id, me.member.id), me.member.id)


@router.delete("/requests/{request_id}/claim", status_code=204)
def release_request(request_id: RequestId, me: Moderator, record: Record) -> None:
    """Lets go of a request; nothing happens where it is not mine."""
    with record.write(by=me.member.actor) as tx:
        claims.REQUESTS.release(tx, request_id, me.member.id)


def _shift(me: LogIn, record: Database, settings: RecordSettings) -> Shift:
    with record.read() as conn:
        return shifts.of(conn, me.member.id, shifts.Limit(settings.shift_openings, settings.shift_hours))


def _demand_awake(tx: Tx, shift: Shift, post_id: PostId | None) -> None:
    urgent = post_id is not None and waiting.is_urgent(tx.connection, post_id)
    if shift.rests_until is not None and not urgent:
        wait = max(1, (shift.rests_until - tx.now()) // SECOND + 1)
        raise TooOften("You have looked at enough. Take a break.", retry_after=wait, code="take_a_break")
