"""Posts and their renditions: what stands on the record about a clip, and the states it may go through.

There is no query here without divisions: who asks says where they may look, and sees nothing beyond it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection, Row, Select, and_, delete, insert, or_, select, update

from storage.db import Tx
from storage.kit.errors import Conflict
from storage.kit.ids import BlockId, DivisionId, PostId
from storage.schema import blocks, divisions, posts, renditions

CATEGORIES = ("crime", "suspicious", "safety", "animal", "lost_found", "kindness", "other")


class PostState(StrEnum):
    """Where a post stands."""

    HELD = "held"
    LIVE = "live"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    EXPIRED = "expired"


class MediaState(StrEnum):
    """Whether all renditions are there."""

    ARRIVING = "arriving"
    READY = "ready"


class Verb(StrEnum):
    """What can be done to a post that stands."""

    HOLD = "hold"
    HIDE = "hide"
    RESTORE = "restore"
    REMOVE = "remove"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


_OPEN = (PostState.LIVE, PostState.HELD, PostState.HIDDEN)
TRANSITIONS: dict[tuple[PostState, Verb], PostState] = {
    (PostState.LIVE, Verb.HOLD): PostState.HELD,
    **{(state, Verb.HIDE): PostState.HIDDEN for state in (PostState.LIVE, PostState.HELD)},
    **{(state, Verb.RESTORE): PostState.LIVE for state in (PostState.HELD, PostState.HIDDEN, PostState.REMOVED)},
    **{(state, Verb.REMOVE): PostState.REMOVED for state in _OPEN},
    **{(state, Verb.EXPIRE): PostState.EXPIRED for state in (*_OPEN, PostState.REMOVED)},
    # The author's word is last, whatever a moderator did before; and saying it twice is saying it once.
    **{(state, Verb.WITHDRAW): PostState.WITHDRAWN for state in (*_OPEN, PostState.REMOVED, PostState.EXPIRED)},
}


@dataclass(frozen=True)
class BlockSeen:
    """A block as a post tells it."""

    id: BlockId
    label: str
    homes: int


@dataclass(frozen=True)
class Rendition:
    """One encoded form of a post's media: `file` is what clients ask for, `key` where its bytes are."""

    file: str
    key: str
    width: int
    height: int
    bytes: int


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
class NewPost:
    """What the airlock hands over: scrubbed words, a block, times already rounded."""

    id: PostId
    kind: str
    category: str
    title: str
    text: str
    happened_at: int
    published_at: int
    block: BlockId
    seconds: int


@dataclass(frozen=True)
class Wanted:
    """Which posts of one's divisions a list shows; `None` is "any"."""

    categories: Collection[str] | None = None
    since: int | None = None
    words: str | None = None
    states: Collection[PostState] = (PostState.LIVE,)


def after(state: PostState, verb: Verb) -> PostState:
    """The state that `verb` leads to from `state`; raises Conflict where it leads nowhere."""
    try:
        return TRANSITIONS[state, verb]
    except KeyError:
        raise Conflict(f"A post that is {state} cannot be changed in this way.") from None


def page(
    conn: Connection, in_divisions: Collection[DivisionId], wanted: Wanted, *, before: int | None, limit: int
) -> list[Post]:
    """Posts of the given divisions, newest first, older than order key `before`."""
    query = _in(in_divisions).where(posts.c.state.in_(wanted.states)).order_by(posts.c.order_key.desc()).limit(limit)
    if before is not None:
        query = query.where(posts.c.order_key < before)
    if wanted.categories is not None:
        query = query.where(posts.c.category.in_(wanted.categories))
    if wanted.since is not None:
        query = query.where(posts.c.published_at >= wanted.since)
    for word in (wanted.words or "").split():
        query = query.where(
            or_(posts.c.title.icontains(word, autoescape=True), posts.c.text.icontains(word, autoescape=True))
        )
    return _posts(conn, query)


def some(conn: Connection, in_divisions: Collection[DivisionId], ids: Iterable[PostId]) -> dict[PostId, Post]:
    """Those of `ids` that stand in the given divisions, in whatever state; tombstones stand nowhere."""
    return {post.id: post for post in _posts(conn, _in(in_divisions).where(posts.c.id.in_(list(ids))))}


def one(conn: Connection, in_divisions: Collection[DivisionId], post_id: PostId) -> Post | None:
    """The post, if it stands in one of the given divisions."""
    return some(conn, in_divisions, [post_id]).get(post_id)


def locked(tx: Tx, post_id: PostId) -> Post | None:
    """The post wherever it is, its row locked for change; None where there is none or only a tombstone."""
    tx.connection.execute(select(posts.c.id).where(posts.c.id == post_id).with_for_update())
    found = _posts(tx.connection, _everywhere().where(posts.c.id == post_id))
    return found[0] if found else None


def state_of(conn: Connection, post_id: PostId) -> PostState | None:
    """The state a post id stands in, tombstones included; None where the record never heard of it."""
    found = conn.execute(select(posts.c.state).where(posts.c.id == post_id)).scalar_one_or_none()
    return None if found is None else PostState(found)


def add(tx: Tx, new: NewPost, *, generation: int, order_key: int) -> None:
    """Puts a new post on the record, live, its media arriving in `generation`."""
    division = select(blocks.c.division_id).where(blocks.c.id == new.block).scalar_subquery()
    tx.execute(
        insert(posts).values(
            id=new.id,
            state=PostState.LIVE,
            kind=new.kind,
            category=new.category,
            title=new.title,
            text=new.text,
            happened_at=new.happened_at,
            published_at=new.published_at,
            block_id=new.block,
            division_id=division,
            media_state=MediaState.ARRIVING,
            media_generation=generation,
            seconds=new.seconds,
            order_key=order_key,
        )
    )


def take_generation(tx: Tx, post_id: PostId, generation: int) -> bool:
    """Makes `generation` the one that may add media, if it is newer and media still arrive; False: fenced out.

    What older generations put there is named no more; the airlock deletes its bytes when the clip has come to its end.
    """
    changed = tx.execute(
        update(posts)
        .where(posts.c.id == post_id, posts.c.media_state == MediaState.ARRIVING)
        .where(posts.c.media_generation < generation)
        .values(media_generation=generation)
    )
    if changed.rowcount:
        tx.execute(delete(renditions).where(renditions.c.post_id == post_id))
    return changed.rowcount == 1


def may_add_media(conn: Connection, post_id: PostId, generation: int) -> bool:
    """Whether `generation` is still the post's and media still arrive."""
    query = select(posts.c.id).where(posts.c.id == post_id, posts.c.media_generation == generation)
    return conn.execute(query.where(posts.c.media_state == MediaState.ARRIVING)).first() is not None


def add_rendition(tx: Tx, post_id: PostId, rendition: Rendition, *, generation: int) -> None:
    """Adds or replaces a rendition; the caller holds the log's lock and asked `may_add_media`."""
    tx.execute(delete(renditions).where(renditions.c.post_id == post_id, renditions.c.file == rendition.file))
    tx.execute(insert(renditions).values(post_id=post_id, generation=generation, **asdict(rendition)))


def set_ready(tx: Tx, post_id: PostId, *, generation: int) -> None:
    """Says that all media are there; nothing happens to a post that another generation holds."""
    mine = and_(posts.c.id == post_id, posts.c.media_generation == generation)
    tx.execute(update(posts).where(mine).values(media_state=MediaState.READY))


def set_state(tx: Tx, post_id: PostId, state: PostState) -> None:
    """Moves a post; the caller asked `after` whether it may."""
    tx.execute(update(posts).where(posts.c.id == post_id).values(state=state))


def entomb(tx: Tx, post_id: PostId, state: PostState) -> list[str]:
    """Leaves an empty row in `state` under the post's key, so that no later publish can win.

    Answers the media keys that are nobody's now: the caller deletes their bytes after the commit.
    """
    keys = media_keys(tx.connection, post_id)
    tx.execute(delete(renditions).where(renditions.c.post_id == post_id))
    # The same row whether there was a post or not: a tombstone tells nothing of what lies under it.
    words = dict.fromkeys(("kind", "category", "title", "text"), "")
    numbers = dict.fromkeys(("happened_at", "published_at", "seconds", "order_key", "media_generation"), 0)
    nothing = {**words, **numbers, "block_id": None, "division_id": None, "media_state": MediaState.READY}
    changed = tx.execute(update(posts).where(posts.c.id == post_id).values(state=state, **nothing))
    if not changed.rowcount:
        tx.execute(insert(posts).values(id=post_id, state=state, **nothing))
    return keys


def media_keys(conn: Connection, post_id: PostId) -> list[str]:
    """Where the bytes of all of a post's renditions are."""
    return list(conn.execute(select(renditions.c.key).where(renditions.c.post_id == post_id)).scalars())


def kept_keys(conn: Connection, keys: Collection[str]) -> set[str]:
    """Those of `keys` that are some post's; bytes under any other are nobody's."""
    return set(conn.execute(select(renditions.c.key).where(renditions.c.key.in_(keys))).scalars())


def past(conn: Connection, published_before: int, *, limit: int) -> list[PostId]:
    """Posts whose time is over, for the chores: ids only, oldest first."""
    states = [state for (state, verb) in TRANSITIONS if verb is Verb.EXPIRE]
    query = select(posts.c.id).where(posts.c.state.in_(states), posts.c.published_at < published_before)
    return [PostId(found) for found in conn.execute(query.order_by(posts.c.published_at).limit(limit)).scalars()]


def _everywhere() -> Select[tuple[object, ...]]:
    return (
        select(posts, blocks.c.label, blocks.c.homes, divisions.c.name.label("division_name"))
        .join(blocks, blocks.c.id == posts.c.block_id)
        .join(divisions, divisions.c.id == posts.c.division_id)
    )


def _in(in_divisions: Collection[DivisionId]) -> Select[tuple[object, ...]]:
    return _everywhere().where(posts.c.division_id.in_(in_divisions))


def _posts(conn: Connection, query: Select[tuple[object, ...]]) -> list[Post]:
    found = {row.id: _post(row) for row in conn.execute(query)}
    files: dict[str, list[Rendition]] = {}
    if found:
        wanted = select(renditions).where(renditions.c.post_id.in_(found)).order_by(renditions.c.height)
        for row in conn.execute(wanted):
            rendition = Rendition(row.file, row.key, row.width, row.height, row.bytes)
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
