"""Lists of posts: those of given divisions, newest first, as fast among ten million as among ten thousand.

Each division, or each block where blocks are asked for, has its own way along an index, newest first, and gives no
more than a page; a page is the newest of all these. Words are looked for in the newest part of the record first, where
what is frequent fills a page at once; what is not frequent enough for that is rare enough to be collected by the index
of words.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import product

from sqlalchemy import ColumnElement, Connection, desc, select, union_all

from storage import feed_log
from storage.kit.clock import HOUR
from storage.kit.ids import BlockId, DivisionId, PostId
from storage.posts import words as post_words
from storage.posts.posts import CATEGORIES, Post, PostState, some
from storage.posts.words import Place
from storage.schema import blocks, posts

NEWEST_PART = 10_000  # numbers of the feed log, of which a post has two or three: read in some 10 ms
COLLECTING_ONE = 12  # as many log numbers are read through in the time that collecting one post by the index takes
WAYS_AT_ONCE = 400  # SQLite takes 500 selects in one statement
# A post's place in the list is given when it is on the record, its time a little before: never by more than this.
LATE_MS = 3 * HOUR

Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Wanted:
    """Which posts of one's divisions a list shows; `None` is "any". `words`: see `post_words`; `kind`: see `KINDS`."""

    categories: Collection[str] | None = None
    since: int | None = None
    words: str | None = None
    states: Collection[PostState] = (PostState.LIVE,)
    kind: str | None = None
    blocks: Collection[BlockId] | None = None


def page(
    conn: Connection, in_divisions: Collection[DivisionId], wanted: Wanted, *, before: int | None, limit: int
) -> list[Post]:
    """Posts of the given divisions, newest first, older than order key `before`."""
    place = Place(0 if wanted.since is None else place_at(conn, wanted.since), before)
    if (wanted.words or "").strip():
        ids = _with_words(conn, in_divisions, wanted, place, limit)
    else:
        narrow = [*_narrow(wanted), *place.of(posts.c.order_key)]
        ids = _newest(conn, _ways(conn, in_divisions, wanted), narrow, limit)
    found = some(conn, in_divisions, ids)
    return [found[post_id] for post_id in ids]


def newest(conn: Connection, in_divisions: Collection[DivisionId], *, above: int, limit: int) -> list[PostId]:
    """Live posts of the given divisions, newest first, above an order key."""
    return _newest(conn, _ways(conn, in_divisions, Wanted()), [posts.c.order_key > above], limit)


def among(
    conn: Connection, in_divisions: Collection[DivisionId], wanted: Wanted, ids: Collection[PostId]
) -> list[PostId]:
    """Those of some posts that the list would show, in no order."""
    narrow = [posts.c.id.in_(ids), *_each(in_divisions, wanted)]
    if (wanted.words or "").strip():
        narrow.append(post_words.has_each(wanted.words or ""))
    return [PostId(row.id) for row in conn.execute(select(posts.c.id).where(*narrow))]


def _ways(conn: Connection, in_divisions: Collection[DivisionId], wanted: Wanted) -> list[Conditions]:
    """One for each place, state and kind of post: each leads along one index in the order of the list."""
    if wanted.blocks is not None:
        # One block has few enough posts that whatever else is asked may be read from them.
        mine = select(blocks.c.id).where(blocks.c.id.in_(wanted.blocks), blocks.c.division_id.in_(in_divisions))
        places = product(conn.execute(mine).scalars(), set(wanted.states))
        return [(posts.c.block_id == block, posts.c.state == state, *_sorts(wanted)) for block, state in places]
    ways: list[Conditions] = [
        (posts.c.division_id == division, posts.c.state == state)
        for division, state in product(set(in_divisions), set(wanted.states))
    ]
    every = wanted.categories is None or set(wanted.categories) >= set(CATEGORIES)
    if every and wanted.kind is None:
        return ways
    categories = CATEGORIES if every else set(wanted.categories or ())
    kind = [] if wanted.kind is None else [posts.c.kind == wanted.kind]
    return [(*way, posts.c.category == category, *kind) for way in ways for category in categories]


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
        return _newest(conn, _ways(conn, in_divisions, wanted), narrow, limit)

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
    narrow = _each(in_divisions, wanted)
    query = post_words.collected(conn.dialect.name, wanted.words or "", narrow, place).limit(limit)
    return [PostId(row.id) for row in conn.execute(query)]


def _each(in_divisions: Collection[DivisionId], wanted: Wanted) -> list[ColumnElement[bool]]:
    """All that is wanted of a post but its words and its place in the list."""
    narrow = [*_narrow(wanted), *_sorts(wanted)]
    if wanted.blocks is not None:
        narrow.append(posts.c.block_id.in_(wanted.blocks))
    return [*narrow, posts.c.division_id.in_(in_divisions), posts.c.state.in_(wanted.states)]


def _sorts(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Its category and its kind."""
    sorts: list[ColumnElement[bool]] = []
    if wanted.categories is not None:
        sorts.append(posts.c.category.in_(wanted.categories))
    if wanted.kind is not None:
        sorts.append(posts.c.kind == wanted.kind)
    return sorts


def _narrow(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [] if wanted.since is None else [posts.c.published_at >= wanted.since]


def place_at(conn: Connection, since: int) -> int:
    """An order key below that of every post since then (ms): without it a quiet division is read to its first post.

    Of posts that were published more than LATE_MS before it, none has a higher one.
    """
    older = (posts.c.state == PostState.LIVE, posts.c.published_at < since - LATE_MS)
    newest = select(posts.c.order_key).where(*older).order_by(posts.c.published_at.desc()).limit(1)
    return conn.execute(newest).scalar() or 0
