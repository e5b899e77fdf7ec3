"""How much happened in a division in a month, for everybody: counted once when the month is over, and kept rounded.

Each count is rounded by itself, up or down by chance, and one below LEAST is not told. No sum is ever taken of what was
counted, so a division, a month or a kind taken from another gives sums of rounded numbers and nothing finer. A month
is counted once: who asks again gets the same draw, and nobody can average it out.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from sqlalchemy import ColumnElement, Connection, Table, func, select

from storage.db import Tx, database_now
from storage.kit import clock
from storage.kit.clock import DAY
from storage.moderation.decisions import AGREE
from storage.moderation.flags import CORRECTION
from storage.moderation.second_looks import answered
from storage.moderation.waiting import may_take
from storage.posts.posts import PostState
from storage.public.count_kinds import ABOUT_POSTS, ANSWERS, Kind
from storage.schema import (
    appeals,
    audit_entries,
    blocks,
    camera_pins,
    cases,
    decisions,
    divisions,
    flags,
    footage_answers,
    footage_requests,
    posts,
    public_counts,
)
from storage.tables.footage import request_decisions
from storage.upserts import insert_new

LEAST = 12  # a smaller count may be about one household: it is not told (the k of the blocks)
ROUND = 5
SETTLED_MS = DAY  # after a month's end: rounded times have come in, and what is undone within the minute is undone
MOST_MONTHS = 24  # that are counted or told, the newest
GONE = ""  # the division of a post that was taken back or ended: its row says no more where it was


@dataclass(frozen=True)
class Count:
    """One rounded count; `told` is 0 for few or none, else a multiple of ROUND."""

    month: str
    division: str
    kind: Kind
    told: int


def told(count: int, draw: int) -> int:
    """The count as it may be told: 0, or the multiple of ROUND below or above it; `draw` is 0 to ROUND - 1. Pure.

    The nearer multiple is the likelier, so that a sum of many is right; and no number says how many it was made of.
    """
    over = count % ROUND
    rounded = count - over + (ROUND if draw < over else 0)
    return rounded if min(count, rounded) >= LEAST else 0


def due(conn: Connection) -> list[str]:
    """The months that are over and were not counted, oldest first."""
    first = conn.execute(select(audit_entries.c.at).order_by(audit_entries.c.seq).limit(1)).scalar()
    if first is None:
        return []
    over = _month(database_now(conn) - SETTLED_MS)
    months = [month for month in _months(_month(first), over) if month < over][-MOST_MONTHS:]
    counted = set(conn.execute(select(public_counts.c.month).distinct()).scalars())
    return [month for month in months if month not in counted]


def publish(tx: Tx, month: str) -> None:
    """Counts a month that `due` named, and keeps what may be told of it. Of two at once one does."""
    found = count(tx.connection, month)
    where = tx.connection.execute(select(divisions.c.id)).scalars().all()
    cells = [(division, kind) for division in where for kind in Kind] + [(GONE, kind) for kind in ABOUT_POSTS]
    rows = [
        {
            "month": month,
            "division_id": division,
            "kind": kind,
            "told": told(found[division, kind], secrets.randbelow(ROUND)),
        }
        for division, kind in cells
    ]
    if rows and tx.execute(insert_new(public_counts).values(rows)).rowcount:
        tx.audit("counts.publish", month)


def published(conn: Connection) -> list[Count]:
    """What is told of the newest months, the newest first."""
    newest = select(public_counts.c.month).distinct().order_by(public_counts.c.month.desc()).limit(MOST_MONTHS)
    months = conn.execute(newest).scalars().all()
    query = select(public_counts).where(public_counts.c.month.in_(months)).order_by(public_counts.c.month.desc())
    return [Count(row.month, row.division_id, Kind(row.kind), row.told) for row in conn.execute(query)]


def places(conn: Connection) -> list[tuple[str, str]]:
    """All divisions, by name: id and name."""
    rows = conn.execute(select(divisions).order_by(divisions.c.name))
    return [(row.id, row.name) for row in rows]


def count(conn: Connection, month: str) -> Counter[tuple[str, Kind]]:
    """The exact counts of a month, by division: for the rounding alone, and never kept."""
    begin, end = _begin(month), _begin(_after(month))
    lines, made = audit_entries.c, decisions.c
    in_month, decided = (lines.at >= begin, lines.at < end), (made.at >= begin, made.at < end, ~made.undone)
    in_time, looks = may_take(made.from_state == PostState.LIVE), list(answered(conn, begin, end))
    by_staff = lines.by.startswith("staff:", autoescape=True)
    each: dict[Kind, Iterator[tuple[str, int]]] = {
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
) -> Iterator[tuple[str, int]]:
    """Lines of the audit by the division of the post or case that they are about."""
    division = func.coalesce(of.c.division_id, GONE)
    query = select(division, func.count() if each is None else each).join(of, of.c.id == audit_entries.c.subject)
    query = query.where(audit_entries.c.action == action, *where).group_by(division)
    return ((str(row[0]), int(row[1])) for row in conn.execute(query))


def _decided(conn: Connection, *where: ColumnElement[bool]) -> Iterator[tuple[str, int]]:
    division = func.coalesce(posts.c.division_id, GONE)
    query = select(division, func.count()).join(posts, posts.c.id == decisions.c.post_id)
    return ((str(row[0]), int(row[1])) for row in conn.execute(query.where(*where).group_by(division)))


def _flags(conn: Connection, *where: ColumnElement[bool]) -> Iterator[tuple[str, int]]:
    division = func.coalesce(posts.c.division_id, GONE)
    query = select(division, func.count()).select_from(flags).join(decisions, decisions.c.id == flags.c.decision_id)
    query = query.join(posts, posts.c.id == decisions.c.post_id).where(flags.c.reason != CORRECTION, *where)
    query = query.group_by(division)
    return ((str(row[0]), int(row[1])) for row in conn.execute(query))


def _each(divisions: Iterable[str]) -> Iterator[tuple[str, int]]:
    return iter(Counter(divisions).items())


def _searches(conn: Connection, *where: ColumnElement[bool]) -> Iterator[tuple[str, int]]:
    lines = audit_entries.c
    query = select(lines.subject, func.count()).where(lines.action == "post.search", *where).group_by(lines.subject)
    return ((str(row[0]), int(row[1])) for row in conn.execute(query))


def _pinned(conn: Connection) -> Iterator[tuple[str, int]]:
    query = select(blocks.c.division_id, func.count(camera_pins.c.block_id.distinct()))
    query = query.join(blocks, blocks.c.id == camera_pins.c.block_id).group_by(blocks.c.division_id)
    return ((str(row[0]), int(row[1])) for row in conn.execute(query))


def _asked(conn: Connection, *where: ColumnElement[bool]) -> Iterator[tuple[str, int]]:
    division = footage_requests.c.division_id
    rows = conn.execute(select(division, func.count()).where(*where).group_by(division))
    return ((str(row[0]), int(row[1])) for row in rows)


def _taken_back(conn: Connection, begin: int, end: int) -> Iterator[tuple[str, int]]:
    division, made = footage_requests.c.division_id, request_decisions.c
    query = select(division, func.count()).join(request_decisions, made.request_id == footage_requests.c.id)
    query = query.where(made.verb == "take_back", made.at >= begin, made.at < end).group_by(division)
    return ((str(row[0]), int(row[1])) for row in conn.execute(query))


def _answered(conn: Connection, said: str, begin: int, end: int) -> Iterator[tuple[str, int]]:
    division, shown = footage_requests.c.division_id, footage_answers.c.shown_at
    query = select(division, func.count()).join(footage_answers, footage_answers.c.request_id == footage_requests.c.id)
    query = query.where(footage_answers.c.kind == said, shown >= begin, shown < end).group_by(division)
    return ((str(row[0]), int(row[1])) for row in conn.execute(query))


def _month(at: int) -> str:
    return clock.as_text(at)[:7]


def _months(first: str, last: str) -> Iterator[str]:
    month = first
    while month <= last:
        yield month
        month = _after(month)


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def _begin(month: str) -> int:
    return clock.from_datetime(datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC))
