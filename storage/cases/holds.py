"""Which posts a case holds: what is linked to it, and clips that were shared for it alone.

A case holds them while it is open and for as long after it was closed as a post lives: time to reopen it, and no more.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Subquery, and_, delete, insert, or_, select, union

from storage.cases.entries import Kind
from storage.cases.rules import CaseState
from storage.db import Tx, database_now
from storage.kit.ids import CaseId, PostId
from storage.posts.posts import POSTS_LIVE_MS
from storage.schema import case_entries, case_holds, case_links, cases, posts

CLOSED_HOLDS_MS = POSTS_LIVE_MS


def add(tx: Tx, case_id: CaseId, post_id: PostId) -> None:
    """Says that a post is there for this case alone."""
    tx.execute(insert(case_holds).values(post_id=post_id, case_id=case_id))


def erase(tx: Tx, post_id: PostId) -> None:
    """Forgets for which case a post was there."""
    tx.execute(delete(case_holds).where(case_holds.c.post_id == post_id))


def of_case(conn: Connection, case_id: CaseId) -> set[PostId]:
    """All that the case holds, in whatever state; the caller knows that whoever asks may see the case.

    What was shared for it stands here from its answer's moment on: before, nobody of the staff learns that it is there.
    """
    linked = select(case_links.c.post_id).where(case_links.c.case_id == case_id)
    shared = select(case_holds.c.post_id).join(posts, posts.c.id == case_holds.c.post_id)
    shared = shared.where(case_holds.c.case_id == case_id, posts.c.published_at <= database_now(conn))
    return {PostId(found) for found in conn.execute(union(linked, shared)).scalars() if found}


def by_case(now: int) -> ColumnElement[bool]:
    """Whether a case holds a post, in a question that asks for `cases` and `posts`: what `of_case` does, at `now`."""
    # By one column: who may read only these two of a table may not ask for all that stands there.
    linked, shared = (
        select(table.c.post_id).where(table.c.case_id == cases.c.id, table.c.post_id == posts.c.id).exists()
        for table in (case_links, case_holds)
    )
    return or_(linked, and_(shared, posts.c.published_at <= now))


def held(conn: Connection, asked: Collection[PostId]) -> set[PostId]:
    """Those of the posts that some case holds at this moment."""
    by = _by_case(asked)
    ended = (case_entries.c.kind == Kind.CLOSE, case_entries.c.at > database_now(conn) - CLOSED_HOLDS_MS)
    lately = select(case_entries.c.case_id).where(case_entries.c.case_id == cases.c.id, *ended).exists()
    holds = or_(cases.c.state == CaseState.OPEN, and_(cases.c.state == CaseState.CLOSED, lately))
    query = select(by.c.post_id).join(cases, cases.c.id == by.c.case_id).where(holds)
    return {PostId(found) for found in conn.execute(query).scalars()}


def _by_case(asked: Collection[PostId]) -> Subquery:
    each = (
        select(table.c.post_id, table.c.case_id).where(table.c.post_id.in_(asked)) for table in (case_links, case_holds)
    )
    return union(*each).subquery()
