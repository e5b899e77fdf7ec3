"""Changing posts: the one module that writes them and their renditions. Who may, and who is told, is feed/posting's."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, and_, delete, insert, select, update

from storage.db import Tx
from storage.kit.ids import PostId
from storage.post_words import words_of
from storage.posts import MediaState, NewPost, PostState, Rendition, media_keys
from storage.schema import blocks, posts, renditions


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
            words=words_of(new.title, new.text),
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
    """Moves a post; the caller asked `posts.after` whether it may."""
    tx.execute(update(posts).where(posts.c.id == post_id).values(state=state))


def entomb(tx: Tx, post_id: PostId, state: PostState) -> list[str]:
    """Leaves an empty row in `state` under the post's key, so that no later publish can win.

    Answers the media keys that are nobody's now: the caller deletes their bytes after the commit.
    """
    keys = media_keys(tx.connection, post_id)
    tx.execute(delete(renditions).where(renditions.c.post_id == post_id))
    # The same row whether there was a post or not: a tombstone tells nothing of what lies under it.
    words = dict.fromkeys(("kind", "category", "title", "text", "words"), "")
    numbers = dict.fromkeys(("happened_at", "published_at", "seconds", "order_key", "media_generation"), 0)
    nothing = {**words, **numbers, "block_id": None, "division_id": None, "media_state": MediaState.READY}
    changed = tx.execute(update(posts).where(posts.c.id == post_id).values(state=state, **nothing))
    if not changed.rowcount:
        tx.execute(insert(posts).values(id=post_id, state=state, **nothing))
    return keys
