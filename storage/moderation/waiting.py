"""What waits for a moderator: flags, holds, appeals, and what needs a second person, in one order.

Each thing has a time by which it ought to be decided: since when it waits, and as much as its kind may take. That one
number orders the queue, so that what matters most comes first and nothing waits for ever. How many flagged a post does
not move it: two hundred who collude get it looked at when one would.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, case, func, select, union_all

from storage.cases.letters import Kind
from storage.kit.clock import HOUR, MINUTE
from storage.kit.ids import DivisionId, PostId
from storage.moderation.appeals import AppealState
from storage.moderation.blurs import WAITS
from storage.moderation.decisions import HOLDS, PROPOSE
from storage.moderation.suspensions import OFF, open_proposals
from storage.posts.posts import PostState
from storage.schema import appeals, blurs, comment_flags, decisions, flags, letter_answers, letters, posts

CHILD_MS = 15 * MINUTE  # on screens, and the one flag that cannot wait for its turn
ON_SCREEN_MS = 2 * HOUR  # flagged, and everybody sees it
SECOND_MS = 4 * HOUR  # somebody looked and found that it may come back
OFF_SCREEN_MS = 12 * HOUR  # held or appealed: nobody is hurt by it but its author, who waits


@dataclass(frozen=True)
class Waits:
    """A post that waits: since when, and by when it ought to be decided (milliseconds since 1970)."""

    post_id: PostId
    since: int
    due_at: int


def page(
    conn: Connection,
    in_divisions: Collection[DivisionId],
    *,
    after: tuple[int, str] | None,
    limit: int,
    urgent: bool = False,
) -> list[Waits]:
    """What waits in these divisions, what is due first, first; after the place (due_at, id) of another page.

    `urgent`: only what cannot wait for anybody's turn, a child on screen.
    """
    ways = (_urgent,) if urgent else (_flagged, _held, _appealed, _proposed, _to_suspend, _answered, _comments)
    all_ = union_all(*(way(in_divisions) for way in ways))
    each = all_.subquery()
    since, due_at = func.min(each.c.since), func.min(each.c.due_at)
    query = select(each.c.post_id, since, due_at).group_by(each.c.post_id).order_by(due_at, each.c.post_id)
    if after is not None:
        at, post_id = after
        query = query.having((due_at > at) | ((due_at == at) & (each.c.post_id > post_id)))
    return [Waits(PostId(row[0]), int(row[1]), int(row[2])) for row in conn.execute(query.limit(limit))]


def may_take(on_screen: ColumnElement[bool]) -> ColumnElement[int]:
    """How long a flag may wait, in milliseconds, by its reason and whether its post is on screens."""
    child = on_screen & (flags.c.reason == "child")
    return case((child, CHILD_MS), (on_screen, ON_SCREEN_MS), else_=OFF_SCREEN_MS)


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
