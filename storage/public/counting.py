"""How much happened in each division in a month, exactly: for the rounding alone (counts.py), and never kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from sqlalchemy import ColumnElement, Connection, Executable, Table, func, select

from storage.moderation.decisions import AGREE
from storage.moderation.flags import CORRECTION
from storage.moderation.second_looks import answered
from storage.moderation.waiting import may_take
from storage.posts.posts import PostState
from storage.public import months
from storage.public.count_kinds import ANSWERS, Kind
from storage.schema import (
    appeals,
    audit_entries,
    blocks,
    camera_pins,
    cases,
    decisions,
    flags,
    footage_answers,
    footage_requests,
    posts,
)
from storage.tables.footage import request_decisions

GONE = ""  # the division of a post that was taken back or ended: its row says no more where it was

Found = Iterator[tuple[str, int]]  # divisions, and how often


def exact(conn: Connection, month: str) -> Counter[tuple[str, Kind]]:
    """The exact counts of a month, by division: for the rounding alone, and never kept."""
    begin, end = months.begin(month), months.begin(months.after(month))
    lines, made = audit_entries.c, decisions.c
    in_month, decided = (lines.at >= begin, lines.at < end), (made.at >= begin, made.at < end, ~made.undone)
    in_time, looks = may_take(made.from_state == PostState.LIVE), list(answered(conn, begin, end))
    by_staff = lines.by.startswith("staff:", autoescape=True)
    each: dict[Kind, Found] = {
        # A worker that takes over publishes again: a post is one post.
        Kind.POSTS: _lines(conn, posts, "post.publish", *in_month, each=func.count(lines.subject.distinct())),
        Kind.CORRECTIONS: _lines(conn, posts, "post.correct", *in_month),
        Kind.VIEWINGS: _lines(conn, posts, "post.view", *in_month),
        Kind.FLAGS_BY_NEIGHBOURS: _lines(conn, posts, "flag.add", *in_month, lines.by == "resident"),
        Kind.FLAGS_BY_POLICE: chain(
            _lines(conn, posts, "flag.add", *in_month, by_staff),
            _lines(conn, posts, "comment_flag.add", *in_month, by_staff),
            _lines(conn, footage_requests, "request_flag.add", *in_month, by_staff),
        ),
        Kind.REMOVALS: _decided(conn, *decided, made.verb == "remove"),
        Kind.OTHER_DECISIONS: _decided(conn, *decided, made.verb.not_in(("remove", AGREE))),
        Kind.SUSPENSIONS: _decided(conn, *decided, made.verb == AGREE),
        Kind.HELD_BY_CHECK: _lines(
            conn, posts, "flag.add", *in_month, lines.by == "airlock", each=func.count(lines.subject.distinct())
        ),
        Kind.FLAGS_DECIDED: _flags(conn, *decided),
        Kind.FLAGS_DECIDED_IN_TIME: _flags(conn, *decided, made.at - flags.c.flagged_at <= in_time),
        Kind.SECOND_LOOKS: _each(one.division for one in looks),
        Kind.SECOND_LOOKS_AGREED: _each(one.division for one in looks if one.agreed),
        Kind.SEARCHES: _searches(conn, *in_month),
        Kind.APPEALS: _lines(conn, posts, "appeal.add", *in_month),
        Kind.APPEALS_UPHELD: _decided(
            conn,
            *decided,
            made.id.in_(select(appeals.c.decision_id).where(appeals.c.state == "granted")),
        ),
        Kind.CASES: _lines(conn, cases, "case.consent", *in_month),
        Kind.CAMERA_LOOKS: _lines(conn, cases, "case.cameras", *in_month),
        Kind.BLOCKS_WITH_A_PIN: _pinned(conn),
        Kind.FOOTAGE_REQUESTS: _asked(conn, footage_requests.c.sent_at >= begin, footage_requests.c.sent_at < end),
        Kind.REQUESTS_TAKEN_BACK: _taken_back(conn, begin, end),
        **{kind: _answered(conn, said, begin, end) for kind, said in ANSWERS.items()},
    }
    counted = Counter[tuple[str, Kind]]()
    for kind, found in each.items():
        for division, number in found:
            counted[division, kind] += number
    return counted


def _lines(
    conn: Connection,
    of: Table,
    action: str,
    *where: ColumnElement[bool],
    each: ColumnElement[int] | None = None,
) -> Found:
    """Lines of the audit by the division of the post or case that they are about."""
    division = func.coalesce(of.c.division_id, GONE)
    query = select(division, func.count() if each is None else each).join(of, of.c.id == audit_entries.c.subject)
    query = query.where(audit_entries.c.action == action, *where).group_by(division)
    return _read(conn, query)


def _decided(conn: Connection, *where: ColumnElement[bool]) -> Found:
    division = func.coalesce(posts.c.division_id, GONE)
    query = select(division, func.count()).join(posts, posts.c.id == decisions.c.post_id)
    return _read(conn, query.where(*where).group_by(division))


def _flags(conn: Connection, *where: ColumnElement[bool]) -> Found:
    division = func.coalesce(posts.c.division_id, GONE)
    query = select(division, func.count()).select_from(flags).join(decisions, decisions.c.id == flags.c.decision_id)
    query = query.join(posts, posts.c.id == decisions.c.post_id).where(flags.c.reason != CORRECTION, *where)
    query = query.group_by(division)
    return _read(conn, query)


def _each(divisions: Iterable[str]) -> Found:
    return iter(Counter(divisions).items())


def _searches(conn: Connection, *where: ColumnElement[bool]) -> Found:
    lines = audit_entries.c
    query = select(lines.subject, func.count()).where(lines.action == "post.search", *where).group_by(lines.subject)
    return _read(conn, query)


def _pinned(conn: Connection) -> Found:
    query = select(blocks.c.division_id, func.count(camera_pins.c.block_id.distinct()))
    query = query.join(blocks, blocks.c.id == camera_pins.c.block_id).group_by(blocks.c.division_id)
    return _read(conn, query)


def _asked(conn: Connection, *where: ColumnElement[bool]) -> Found:
    division = footage_requests.c.division_id
    return _read(conn, select(division, func.count()).where(*where).group_by(division))


def _taken_back(conn: Connection, begin: int, end: int) -> Found:
    division, made = footage_requests.c.division_id, request_decisions.c
    query = select(division, func.count()).join(request_decisions, made.request_id == footage_requests.c.id)
    query = query.where(made.verb == "take_back", made.at >= begin, made.at < end).group_by(division)
    return _read(conn, query)


def _answered(conn: Connection, said: str, begin: int, end: int) -> Found:
    division, shown = footage_requests.c.division_id, footage_answers.c.shown_at
    query = select(division, func.count()).join(footage_answers, footage_answers.c.request_id == footage_requests.c.id)
    query = query.where(footage_answers.c.kind == said, shown >= begin, shown < end).group_by(division)
    return _read(conn, query)


def _read(conn: Connection, query: Executable) -> Found:
    return ((str(row[0]), int(row[1])) for row in conn.execute(query))
