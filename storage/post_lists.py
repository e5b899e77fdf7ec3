"""Lists of posts: those of given divisions, newest first, as fast among ten million as among ten thousand.

Each division has its own way along an index, newest first, and gives no more than a page; a page is the newest of all
these. Words are looked for in the newest part of the record first, where what is frequent fills a page at once; what
is not frequent enough for that is rare enough to be collected by the index of words.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import product

from sqlalchemy import ColumnElement, Connection, desc, select, union_all

from storage import feed_log, post_words
from storage.kit.clock import HOUR
from storage.kit.ids import DivisionId, PostId
from storage.post_words import Place
from storage.posts import CATEGORIES, Post, PostState, some
from storage.schema import posts

NEWEST_PART = 10_000  # numbers of the feed log, of which a post has two or three: read in some 10 ms
COLLECTING_ONE = 12  # as many log numbers are read through in the time that collecting one post by the index takes
WAYS_AT_ONCE = 400  # SQLite takes 500 selects in one statement
# A post's place in the list is given when it is on the record, its time a little before: never by more than this.
LATE_MS = 3 * HOUR

Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Wanted:
    """Which posts of one's divisions a list shows; `None` is "any". `words`: see `post_words`."""

    categories: Collection[str] | None = None
    since: int | None = None
    words: str | None = None
    states: Collection[PostState] = (PostState.LIVE,)


def page(
    conn: Connection, in_divisions: Collection[DivisionId], wanted: Wanted, *, before: int | None, limit: int
) -> list[Post]:
    """Posts of the given divisions, newest first, older than order key `before`."""
    place = Place(0 if wanted.since is None else _floor(conn, wanted.since), before)
    if (wanted.words or "").strip():
        ids = _with_words(conn, in_divisions, wanted, place, limit)
    else:
        ids = _newest(conn, _ways(in_divisions, wanted), [*_narrow(wanted), *place.of(posts.c.order_key)], limit)
    found = some(conn, in_divisions, ids)
    return [found[post_id] for post_id in ids]


def newest(conn: Connection, in_divisions: Collection[DivisionId], *, above: int, limit: int) -> list[PostId]:
    """Live posts of the given divisions, newest first, above an order key."""
    return _newest(conn, _ways(in_divisions, Wanted()), [posts.c.order_key > above], limit)


def _ways(in_divisions: Collection[DivisionId], wanted: Wanted) -> list[Conditions]:
    """One for each division, state and category: each leads along one index in the order of the list."""
    ways: list[Conditions] = [
        (posts.c.division_id == division, posts.c.state == state)
        for division, state in product(set(in_divisions), set(wanted.states))
    ]
    if wanted.categories is None or set(wanted.categories) >= set(CATEGORIES):
        return ways
    return [(*way, posts.c.category == category) for way in ways for category in set(wanted.categories)]


def _newest(conn: Connection, ways: list[Conditions], narrow: Conditions, limit: int) -> list[PostId]:
    found: list[tuple[int, PostId]] = []
    for start in range(0, len(ways), WAYS_AT_ONCE):
        each = [
            select(posts.c.order_key, posts.c.id).where(*way, *narrow).order_by(posts.c.order_key.desc()).limit(limit)
            for way in ways[start : start + WAYS_AT_ONCE]
        ]
        merged = union_all(*(select(one.subquery()) for one in each)).order_by(desc("order_key")).limit(limit)
        found += [(row.order_key, row.id) for row in conn.execute(merged)]
    return [post_id for _, post_id in nlargest(limit, found)]


def _with_words(
    conn: Connection, in_divisions: Collection[DivisionId], wanted: Wanted, place: Place, limit: int
) -> list[PostId]:
    newest = feed_log.head(conn).seq if place.before is None else place.before

    def read(part: int) -> list[PostId]:
        near = Place(max(newest - part, place.after), place.before).of(posts.c.order_key)
        narrow = [*_narrow(wanted), *near, post_words.has_each(wanted.words or "")]
        return _newest(conn, _ways(in_divisions, wanted), narrow, limit)

    ids = read(NEWEST_PART)
    if len(ids) < limit and newest - NEWEST_PART > place.after:
        filling = NEWEST_PART * 2 * limit // (len(ids) or 1)
        # SQLite's index answers newest first and stops at a page; PostgreSQL's collects all there are, then sorts.
        if conn.dialect.name != "sqlite" and filling < len(ids) * (newest // NEWEST_PART) * COLLECTING_ONE:
            ids = read(filling)
        if len(ids) < limit:
            ids = _collected(conn, in_divisions, wanted, place, limit)
    return ids


def _collected(
    conn: Connection, in_divisions: Collection[DivisionId], wanted: Wanted, place: Place, limit: int
) -> list[PostId]:
    narrow = [*_narrow(wanted), posts.c.division_id.in_(in_divisions), posts.c.state.in_(wanted.states)]
    if wanted.categories is not None:
        narrow.append(posts.c.category.in_(wanted.categories))
    query = post_words.collected(conn.dialect.name, wanted.words or "", narrow, place).limit(limit)
    return [PostId(row.id) for row in conn.execute(query)]


def _narrow(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [] if wanted.since is None else [posts.c.published_at >= wanted.since]


def _floor(conn: Connection, since: int) -> int:
    """An order key below that of every post since then: without it a quiet division is read to its first post."""
    older = (posts.c.state == PostState.LIVE, posts.c.published_at < since - LATE_MS)
    newest = select(posts.c.order_key).where(*older).order_by(posts.c.published_at.desc()).limit(1)
    return conn.execute(newest).scalar() or 0
