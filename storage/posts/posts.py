"""Posts and their renditions: what stands on the record about a clip, and asking for it.

`lists.py` asks for lists of them, `changes.py` changes them.

There is no query here without divisions: who asks says where they may look, and sees nothing beyond it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Row, Select, select, union

from storage.db import Tx
from storage.kit.clock import DAY
from storage.kit.ids import BlockId, CaseId, DivisionId, PostId
from storage.moderation.held import Held
from storage.posts.states import (
    TRANSITIONS as TRANSITIONS,
    MediaState as MediaState,
    PostState as PostState,
    Verb as Verb,
    after as after,
)
from storage.schema import blocks, divisions, posts, renditions, segments

KINDS = ("video", "photo")
CATEGORIES = ("crime", "suspicious", "safety", "animal", "lost_found", "kindness", "other")
POSTS_LIVE_MS = 90 * DAY  # the city's promise to residents (docs/architecture.md)


@dataclass(frozen=True)
class BlockSeen:
    """A block as a post tells it."""

    id: BlockId
    label: str
    homes: int


@dataclass(frozen=True)
class Rendition:
    """One encoded form of a post's media: `file` is what clients ask for, `key` where its bytes are.

    `pieces` and `whole`: see storage/schema.py; with a `key` of "" the bytes are where its pieces say.
    """

    file: str
    key: str
    width: int
    height: int
    bytes: int
    pieces: int = 0
    whole: bool = True


@dataclass(frozen=True)
class Post:
    """A post as the record holds it."""

    id: PostId
    state: PostState
    kind: str
    category: str
    title: str
    text: str
    happened_at: int
    published_at: int
    block: BlockSeen
    division: DivisionId
    division_name: str
    media_state: MediaState
    media_generation: int
    seconds: int
    order_key: int
    renditions: tuple[Rendition, ...] = ()


@dataclass(frozen=True)
class Place:
    """What the feed's log says of a post."""

    id: PostId
    division: DivisionId
    category: str


@dataclass(frozen=True)
class NewPost:
    """What the airlock hands over: scrubbed words, a block, times already rounded.

    `held` until a moderator looks; `kept_for` a case alone from the first, and then no moderator is asked.
    """

    id: PostId
    kind: str
    category: str
    title: str
    text: str
    happened_at: int
    published_at: int
    block: BlockId
    seconds: int
    held: tuple[Held, ...] = ()
    kept_for: CaseId | None = None


def some(
    conn: Connection, in_divisions: Collection[DivisionId], ids: Iterable[PostId], *, kept: bool = False
) -> dict[PostId, Post]:
    """Those of `ids` that stand in the given divisions, in whatever state; tombstones stand nowhere.

    A post that is kept to a case stands nowhere either, except for who says `kept`: its author, and who sees the case.
    """
    wanted = list(ids)
    if not wanted:
        return {}
    # With nothing added to it a database might follow the division, to all of its posts, and look for ids among them.
    mine = (posts.c.division_id + "").in_(in_divisions)
    return {post.id: post for post in _posts(conn, _everywhere(kept=kept).where(posts.c.id.in_(wanted), mine))}


def one(conn: Connection, in_divisions: Collection[DivisionId], post_id: PostId, *, kept: bool = False) -> Post | None:
    """The post, if it stands in one of the given divisions; `kept` as in `some`."""
    return some(conn, in_divisions, [post_id], kept=kept).get(post_id)


def locked(tx: Tx, post_id: PostId, *, kept: bool = False) -> Post | None:
    """The post wherever it is, its row locked for change; None where there is none or only a tombstone.

    `kept` as in `some`.
    """
    tx.connection.execute(select(posts.c.id).where(posts.c.id == post_id).with_for_update())
    found = _posts(tx.connection, _everywhere(kept=kept).where(posts.c.id == post_id))
    return found[0] if found else None


def place_of(tx: Tx, post_id: PostId) -> Place | None:
    """Where a post stands, its row locked for change: for those who may not read its words. None as with `locked`."""
    query = select(posts.c.id, posts.c.division_id, posts.c.category).where(posts.c.id == post_id)
    row = tx.connection.execute(query.with_for_update()).one_or_none()
    return None if row is None or row.division_id is None else Place(row.id, row.division_id, row.category)


def state_of(conn: Connection, post_id: PostId) -> PostState | None:
    """The state a post id stands in, tombstones included; None where the record never heard of it."""
    found = conn.execute(select(posts.c.state).where(posts.c.id == post_id)).scalar_one_or_none()
    return None if found is None else PostState(found)


def states(conn: Connection, ids: Iterable[str]) -> dict[str, PostState]:
    """How those of `ids` stand that the record ever heard of."""
    query = select(posts.c.id, posts.c.state).where(posts.c.id.in_(list(ids)))
    return {row.id: PostState(row.state) for row in conn.execute(query)}


def media_keys(conn: Connection, post_id: PostId) -> list[str]:
    """Where the bytes of all of a post's renditions and of their pieces are."""
    files = select(renditions.c.key).where(renditions.c.post_id == post_id, renditions.c.key != "")
    return list(conn.execute(union(files, select(segments.c.key).where(segments.c.post_id == post_id))).scalars())


def key_of(conn: Connection, post_id: PostId, file: str) -> str | None:
    """Where the bytes of one whole file of a post are; None where there is none of that name."""
    query = select(renditions.c.key).where(renditions.c.post_id == post_id, renditions.c.file == file)
    return conn.execute(query).scalar_one_or_none()


def kept_keys(conn: Connection, keys: Collection[str]) -> set[str]:
    """Those of `keys` that are some post's; bytes under any other are nobody's."""
    named = union(*(select(table.c.key).where(table.c.key.in_(keys)) for table in (renditions, segments)))
    return set(conn.execute(named).scalars())


def past(conn: Connection, published_before: int, *, limit: int) -> list[PostId]:
    """Posts from before that moment (milliseconds since 1970), which are over: ids only, oldest first."""
    states = [state for (state, verb) in TRANSITIONS if verb is Verb.EXPIRE and state is not PostState.KEPT]
    query = select(posts.c.id).where(posts.c.state.in_(states), posts.c.published_at < published_before)
    return [PostId(found) for found in conn.execute(query.order_by(posts.c.published_at).limit(limit)).scalars()]


def kept(conn: Connection, *, after: str, limit: int) -> list[PostId]:
    """Posts that are kept to their cases, for the chores: ids only, those above `after`, in order."""
    query = select(posts.c.id).where(posts.c.state == PostState.KEPT, posts.c.id > after)
    return [PostId(found) for found in conn.execute(query.order_by(posts.c.id).limit(limit)).scalars()]


# The words a post is found by are its title's and text's once more: nobody who is told of it needs them.
_TOLD = [column for column in posts.c if column is not posts.c.words]


def _everywhere(*, kept: bool) -> Select[tuple[object, ...]]:
    query = (
        select(*_TOLD, blocks.c.label, blocks.c.homes, divisions.c.name.label("division_name"))
        .join(blocks, blocks.c.id == posts.c.block_id)
        .join(divisions, divisions.c.id == posts.c.division_id)
    )
    return query if kept else query.where(posts.c.state != PostState.KEPT)


def _posts(conn: Connection, query: Select[tuple[object, ...]]) -> list[Post]:
    found = {row.id: _post(row) for row in conn.execute(query)}
    files: dict[str, list[Rendition]] = {}
    if found:
        wanted = select(renditions).where(renditions.c.post_id.in_(found)).order_by(renditions.c.height)
        for row in conn.execute(wanted):
            rendition = Rendition(row.file, row.key, row.width, row.height, row.bytes, row.pieces, row.whole)
            files.setdefault(row.post_id, []).append(rendition)
    return [replace(post, renditions=tuple(files.get(id_, ()))) for id_, post in found.items()]


def _post(row: Row[tuple[object, ...]]) -> Post:
    return Post(
        id=row.id,
        state=PostState(row.state),
        kind=row.kind,
        category=row.category,
        title=row.title,
        text=row.text,
        happened_at=row.happened_at,
        published_at=row.published_at,
        block=BlockSeen(row.block_id, row.label, row.homes),
        division=row.division_id,
        division_name=row.division_name,
        media_state=MediaState(row.media_state),
        media_generation=row.media_generation,
        seconds=row.seconds,
        order_key=row.order_key,
    )
