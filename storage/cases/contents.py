"""What a package for court is made of: the audit's lines of its case, and its posts' files, while the posts stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.kit.ids import CaseId, PostId
from storage.moderation.takedowns import BLURRED, CUT
from storage.posts import posts
from storage.posts.posts import PostState, Rendition
from storage.schema import audit_entries, renditions, segments

STANDS = (PostState.LIVE, PostState.KEPT)
SAID_OTHERWISE = ("post.correct", CUT, BLURRED)  # how the audit calls what makes a post another than it was


@dataclass(frozen=True)
class Span:
    """Bytes `start` up to, not including, `end` of the object under `key`."""

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    """A line of the audit as a package tells it: without its number, which would say how much the whole city does."""

    at: int
    by: str
    action: str
    subject: str
    hash: str


def custody(conn: Connection, case_id: CaseId, post_ids: Collection[PostId]) -> list[Line]:
    """The audit's lines of the case, and of who of the staff viewed its posts; oldest first."""
    lines = audit_entries.c
    columns = (lines.at, lines.by, lines.action, lines.subject, lines.hash)
    viewed = (lines.subject.in_(post_ids), lines.action == "post.view")
    found = conn.execute(select(lines.seq, *columns).where(lines.subject == case_id)).all()
    found = [*found, *conn.execute(select(lines.seq, *columns).where(*viewed)).all()]
    return [Line(row.at, row.by, row.action, row.subject, row.hash) for row in sorted(found, key=lambda row: row.seq)]


def renditions_of(conn: Connection, post_id: PostId) -> list[Rendition]:
    """The whole files of a post's media, the smallest first."""
    columns = [renditions.c[name] for name in ("file", "key", "width", "height", "bytes")]
    mine = (renditions.c.post_id == post_id, renditions.c.whole)
    rows = conn.execute(select(*columns).where(*mine).order_by(renditions.c.height, renditions.c.file.desc()))
    return [Rendition(row.file, row.key, row.width, row.height, row.bytes) for row in rows]


def spans_of(conn: Connection, post_id: PostId, file: str) -> list[Span]:
    """Where the bytes of a file are that has its pieces in objects of their own, in order."""
    columns = [segments.c[name] for name in ("key", "start", "bytes")]
    query = select(*columns).where(segments.c.post_id == post_id, segments.c.file == file)
    return [Span(row.key, row.start, row.start + row.bytes) for row in conn.execute(query.order_by(segments.c.number))]


def standing(conn: Connection, post_ids: Collection[PostId]) -> set[PostId]:
    """Those of the posts that were not taken back."""
    return {PostId(post_id) for post_id, state in posts.states(conn, post_ids).items() if state in STANDS}


def changes(conn: Connection, post_ids: Collection[PostId]) -> dict[PostId, int]:
    """How often each that was corrected or had something taken out was so; to be asked before its words are read."""
    lines = audit_entries.c
    query = select(lines.subject, func.count()).where(lines.subject.in_(post_ids), lines.action.in_(SAID_OTHERWISE))
    return {PostId(row[0]): int(row[1]) for row in conn.execute(query.group_by(lines.subject))}
