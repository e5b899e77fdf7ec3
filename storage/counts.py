"""Counts over the whole record, for the public: never a post, never a place."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from storage.posts import PostState
from storage.schema import decisions, posts


def live_posts(conn: Connection) -> int:
    """How many posts are live."""
    return int(conn.execute(select(func.count()).where(posts.c.state == PostState.LIVE)).scalar_one())


def decisions_by_verb(conn: Connection) -> dict[str, int]:
    """How many decisions there were of each kind, without those that were undone."""
    query = select(decisions.c.verb, func.count()).where(~decisions.c.undone).group_by(decisions.c.verb)
    return {row[0]: int(row[1]) for row in conn.execute(query)}
