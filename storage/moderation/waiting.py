"""What waits for a moderator: flags, also of requests, holds, appeals, corrections, and second looks, in one order.

Each thing has a time by which it ought to be decided: since when it waits, and as much as its kind may take. That one
number orders the queue, so that what matters most comes first and nothing waits for ever. How many flagged a post does
not move it: two hundred who collude get it looked at when one would.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, select, true, union_all

from storage.cases.letters import Kind
from storage.db import database_now
from storage.footage.rules import State
from storage.kit.clock import HOUR, MINUTE
from storage.kit.ids import DivisionId, PostId, StaffId
from storage.moderation.appeals import AppealState
from storage.moderation.blurs import WAITS
from storage.moderation.decisions import HOLDS, PROPOSE
from storage.moderation.flags import CORRECTION
from storage.moderation.request_decisions import may_judge
from storage.moderation.suspensions import OFF, open_proposals
from storage.posts.posts import PostState
from storage.schema import (
    appeals,
    blurs,
    comment_flags,
    decisions,
    flags,
    footage_requests,
    letter_answers,
    letters,
    posts,
)
from storage.tables.footage import request_flags

CHILD_MS = 15 * MINUTE  # on screens, and the one flag that cannot wait for its turn
ON_SCREEN_MS = 2 * HOUR  # flagged, and everybody sees it
SECOND_MS = 4 * HOUR  # somebody looked and found that it may come back
OFF_SCREEN_MS = 12 * HOUR  # held or appealed: nobody is hurt by it but its author, who waits; or only corrected


class About(StrEnum):
    """What can wait."""

    POST = "post"
    REQUEST = "request"  # for footage


@dataclass(frozen=True)
class Waits:
    """Something that waits: since when, and by when it ought to be decided (milliseconds since 1970)."""

    id: str
    since: int
    due_at: int
    about: About = About.POST


def page(
    conn: Connection,
    in_divisions: Collection[DivisionId],
    *,
    after: tuple[int, str] | None,
    limit: int,
    urgent: bool = False,
    judge: StaffId | None = None,
    only: About | None = None,
) -> list[Waits]:
    """What waits in these divisions, what is due first, first; after the place (due_at, id) of another page.

    `urgent`: only what cannot wait for anybody's turn, a child on screen. `judge`: without requests that they asked,
    agreed to or work on.
    """
    ways = (_urgent,) if urgent else (_flagged, _held, _appealed, _proposed, _to_suspend, _answered, _comments)
    all_ = [
        way(in_divisions).add_columns(literal(About.POST).label("about")) for way in ways if only is not About.REQUEST
    ]
    if not urgent and only is not About.POST:
        asked = _requests(in_divisions, judge, database_now(conn))
        all_.append(asked.add_columns(literal(About.REQUEST).label("about")))
    each = union_all(*all_).subquery()
    key, since, due_at = each.c.post_id, func.min(each.c.since), func.min(each.c.due_at)
    query = select(key, since, due_at, each.c.about).group_by(key, each.c.about).order_by(due_at, key)
    if after is not None:
        at, last = after
        query = query.having((due_at > at) | ((due_at == at) & (key > last)))
    return [Waits(row[0], int(row[1]), int(row[2]), About(row[3])) for row in conn.execute(query.limit(limit))]


def may_take(on_screen: ColumnElement[bool]) -> ColumnElement[int]:
    """How long a flag may wait, in milliseconds, by its reason and whether its post is on screens."""
    child = on_screen & (flags.c.reason == "child")
    flagged = on_screen & (flags.c.reason != CORRECTION)
    return case((child, CHILD_MS), (flagged, ON_SCREEN_MS), else_=OFF_SCREEN_MS)


def is_urgent(conn: Connection, post_id: PostId) -> bool:
    """Whether a child is on screen, as somebody says: no break keeps a moderator from it."""
    here = (flags.c.post_id == post_id, flags.c.reason == "child", flags.c.state == "open")
    query = select(flags.c.id).join(posts, posts.c.id == flags.c.post_id)
    return conn.execute(query.where(*here, posts.c.state == PostState.LIVE).limit(1)).first() is not None


def _urgent(in_divisions: Collection[DivisionId]) -> Select[tuple[str, int, int]]:
    return _flagged(in_divisions).where(posts.c.state == PostState.LIVE, flags.c.reason == "child")


def _flagged(in_divisions: Collection[DivisionId]) -> Select[tuple[str, int, int]]:
    due_at = flags.c.flagged_at + may_take(posts.c.state == PostState.LIVE)
    query = select(flags.c.post_id, flags.c.flagged_at.label("since"), due_at.label("due_at"))
    query = query.join(posts, posts.c.id == flags.c.post_id)
    return query.where(flags.c.state == "open", posts.c.division_id.in_(in_divisions))


def _held(in_divisions: Collection[DivisionId]) -> Select[tuple[str, int, int]]:
    held_at = select(func.max(decisions.c.at)).where(decisions.c.post_id == posts.c.id, ~decisions.c.undone)
    since = func.coalesce(held_at.where(decisions.c.verb.in_(HOLDS)).scalar_subquery(), posts.c.published_at)
    query = select(posts.c.id.label("post_id"), since.label("since"), (since + OFF_SCREEN_MS).label("due_at"))
    comes_back = select(blurs.c.post_id).where(blurs.c.post_id == posts.c.id, WAITS).exists()
    return query.where(posts.c.state == PostState.HELD, posts.c.division_id.in_(in_divisions), ~comes_back)


def _appealed(in_divisions: Collection[DivisionId]) -> Select[tuple[str, int, int]]:
    query = select(appeals.c.post_id, appeals.c.at.label("since"), (appeals.c.at + OFF_SCREEN_MS).label("due_at"))
    query = query.join(posts, posts.c.id == appeals.c.post_id)
    return query.where(appeals.c.state == AppealState.OPEN, posts.c.division_id.in_(in_divisions))


def _proposed(in_divisions: Collection[DivisionId]) -> Select[tuple[str, int, int]]:
    later = decisions.alias()
    # Asked for each proposal by itself: there are few, and all decisions of a city are many.
    newest = select(func.max(later.c.at)).where(later.c.post_id == decisions.c.post_id, ~later.c.undone)
    query = select(decisions.c.post_id, decisions.c.at.label("since"), (decisions.c.at + SECOND_MS).label("due_at"))
    query = query.join(posts, posts.c.id == decisions.c.post_id)
    query = query.where(decisions.c.verb == PROPOSE, ~decisions.c.undone, decisions.c.at == newest.scalar_subquery())
    return query.where(posts.c.state == PostState.REMOVED, posts.c.division_id.in_(in_divisions))


def _to_suspend(in_divisions: Collection[DivisionId]) -> Select[tuple[str, int, int]]:
    query = select(decisions.c.post_id, decisions.c.at.label("since"), (decisions.c.at + SECOND_MS).label("due_at"))
    query = query.join(posts, posts.c.id == decisions.c.post_id)
    return open_proposals(query).where(posts.c.state.in_(OFF), posts.c.division_id.in_(in_divisions))


def _answered(in_divisions: Collection[DivisionId]) -> Select[tuple[str, int, int]]:
    """Posts whose author answered what a moderator asked, until something is decided about them."""
    at = letter_answers.c.shown_at
    # Asked for each answer by itself: there are few, and all decisions of a city are many.
    newest = select(func.max(decisions.c.at)).where(decisions.c.post_id == letters.c.post_id, ~decisions.c.undone)
    since = func.coalesce(newest.scalar_subquery(), 0) < at
    query = select(letters.c.post_id, at.label("since"), (at + OFF_SCREEN_MS).label("due_at"))
    query = query.join(letter_answers, letter_answers.c.letter_id == letters.c.id)
    query = query.join(posts, posts.c.id == letters.c.post_id)
    return query.where(letters.c.kind == Kind.ASKED, since, posts.c.division_id.in_(in_divisions))


def _comments(in_divisions: Collection[DivisionId]) -> Select[tuple[str, int, int]]:
    shown = posts.c.state == PostState.LIVE
    child = shown & (comment_flags.c.reason == "child")
    due_at = comment_flags.c.flagged_at + case((child, CHILD_MS), (shown, ON_SCREEN_MS), else_=OFF_SCREEN_MS)
    query = select(comment_flags.c.post_id, comment_flags.c.flagged_at.label("since"), due_at.label("due_at"))
    query = query.join(posts, posts.c.id == comment_flags.c.post_id)
    return query.where(comment_flags.c.decision_id == "", posts.c.division_id.in_(in_divisions))


def _requests(in_divisions: Collection[DivisionId], judge: StaffId | None, now: int) -> Select[tuple[str, int, int]]:
    """Requests with flags whose moment has come; while one is asked, it waits as long as a post that is on screen."""
    asks = (footage_requests.c.state == State.SENT) & (footage_requests.c.ends_at > now)
    due_at = request_flags.c.shown_at + case((asks, ON_SCREEN_MS), else_=OFF_SCREEN_MS)
    since = request_flags.c.shown_at.label("since")
    query = select(request_flags.c.request_id.label("post_id"), since, due_at.label("due_at"))
    query = query.join(footage_requests, footage_requests.c.id == request_flags.c.request_id)
    query = query.where(request_flags.c.decision_id == "", request_flags.c.shown_at <= now)
    theirs = true() if judge is None else may_judge(judge)
    return query.where(footage_requests.c.division_id.in_(in_divisions), theirs)
