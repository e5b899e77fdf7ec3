"""Changing posts: the one module that writes them and their renditions. Who may, and who is told, is feed/posting's.

Whoever adds media holds the post's row from `hold` on. A take-over, a withdrawal and a decision lock it too, so an
append is wholly before or wholly after each of them, also when it tells nobody and takes no lock of the feed's log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import and_, delete, insert, select, update

from storage.db import Tx
from storage.kit.ids import PostId
from storage.posts import segments
from storage.posts.posts import MediaState, NewPost, PostState, Rendition, media_keys
from storage.posts.segments import Piece
from storage.posts.words import words_of
from storage.schema import blocks, posts, renditions


def add(tx: Tx, new: NewPost, *, generation: int, order_key: int) -> None:
    """Puts a new post on the record, live, held or kept to a case, its media arriving in `generation`."""
    state = PostState.KEPT if new.kept_for else PostState.HELD if new.held else PostState.LIVE
    division = select(blocks.c.division_id).where(blocks.c.id == new.block).scalar_subquery()
    tx.execute(
        insert(posts).values(
            id=new.id,
            state=state,
            kind=new.kind,
            category=new.category,
            title=new.title,
            text=new.text,
            words="" if new.kept_for else words_of(new.title, new.text),
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


def hold(tx: Tx, post_id: PostId) -> None:
    """Locks the post's row until the commit, before anything is looked at that decides what is added to it."""
    tx.connection.execute(select(posts.c.id).where(posts.c.id == post_id).with_for_update())


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
        _drop_media(tx, post_id)
    return changed.rowcount == 1


def may_add_media(tx: Tx, post_id: PostId, generation: int) -> bool:
    """Whether `generation` is still the post's and media still arrive; if so, it stays so until the commit."""
    mine = and_(posts.c.id == post_id, posts.c.media_generation == generation)
    query = select(posts.c.id).where(mine, posts.c.media_state == MediaState.ARRIVING)
    return tx.connection.execute(query.with_for_update()).first() is not None


def go_on_in(tx: Tx, post_id: PostId, generation: int) -> None:
    """Hands a post none of whose files is still coming to a newer generation, which adds to what is there.

    Else nothing happens. The caller holds the post.
    """
    older = and_(posts.c.media_generation < generation, posts.c.media_state == MediaState.ARRIVING)
    if not _coming(tx, post_id):
        tx.execute(update(posts).where(posts.c.id == post_id, older).values(media_generation=generation))


def add_rendition(tx: Tx, post_id: PostId, rendition: Rendition, *, generation: int, of: Sequence[Piece] = ()) -> None:
    """Adds or replaces a rendition and its pieces; the caller holds the post and asked `may_add_media`."""
    tx.execute(delete(renditions).where(renditions.c.post_id == post_id, renditions.c.file == rendition.file))
    tx.execute(insert(renditions).values(post_id=post_id, generation=generation, **asdict(rendition)))
    segments.erase(tx, post_id, rendition.file)
    segments.append(tx, post_id, rendition.file, of, generation=generation)


def replace_media(
    tx: Tx, post_id: PostId, files: Sequence[Rendition], pieces: Mapping[str, Sequence[Piece]], *, generation: int
) -> None:
    """Puts other media, whole ones, in the place of all that a post has. The caller holds it and knows that none come.

    What the old ones' keys were, it asks before.
    """
    _drop_media(tx, post_id)
    for file in files:
        add_rendition(tx, post_id, file, generation=generation, of=pieces.get(file.file, ()))
    tx.execute(update(posts).where(posts.c.id == post_id).values(media_generation=generation))


def make_whole(tx: Tx, post_id: PostId, file: str) -> None:
    """Says that the pieces of `file` that are there are all: the rendition's size and the post's length follow."""
    all_ = segments.of_file(tx.connection, post_id, file)
    whole = {"bytes": sum(piece.bytes for piece in all_), "pieces": all_[-1].number, "whole": True}
    tx.execute(update(renditions).where(renditions.c.post_id == post_id, renditions.c.file == file).values(**whole))
    length = sum(piece.milliseconds for piece in all_)
    tx.execute(update(posts).where(posts.c.id == post_id).values(seconds=length))


def set_ready(tx: Tx, post_id: PostId, *, generation: int) -> None:
    """Says that all media are there; nothing happens to a post that another generation holds.

    Of a file that is still coming, what is there is then all: more can be made of nothing.
    """
    mine = and_(posts.c.id == post_id, posts.c.media_generation == generation)
    if tx.execute(update(posts).where(mine).values(media_state=MediaState.READY)).rowcount:
        for file in _coming(tx, post_id):
            make_whole(tx, post_id, file)


def set_words(tx: Tx, post_id: PostId, title: str, text: str) -> None:
    """Gives a post other words, by which it is found from then on; the caller holds it."""
    said = {"title": title, "text": text, "words": words_of(title, text)}
    tx.execute(update(posts).where(posts.c.id == post_id).values(**said))


def set_state(tx: Tx, post_id: PostId, state: PostState) -> None:
    """Moves a post; the caller asked `posts.after` whether it may."""
    tx.execute(update(posts).where(posts.c.id == post_id).values(state=state))


def keep(tx: Tx, post_id: PostId, state: PostState) -> None:
    """Moves a post to where its cases alone find it: nobody finds it by its words any more."""
    tx.execute(update(posts).where(posts.c.id == post_id).values(state=state, words=""))


def entomb(tx: Tx, post_id: PostId, state: PostState) -> list[str]:
    """Leaves an empty row in `state` under the post's key, so that no later publish can win.

    Answers the media keys that are nobody's now: the caller deletes their bytes after the commit.
    """
    keys = media_keys(tx.connection, post_id)
    _drop_media(tx, post_id)
    # The same row whether there was a post or not: a tombstone tells nothing of what lies under it.
    words = dict.fromkeys(("kind", "category", "title", "text", "words"), "")
    numbers = dict.fromkeys(("happened_at", "published_at", "seconds", "order_key", "media_generation"), 0)
    nothing = {**words, **numbers, "block_id": None, "division_id": None, "media_state": MediaState.READY}
    changed = tx.execute(update(posts).where(posts.c.id == post_id).values(state=state, **nothing))
    if not changed.rowcount:
        tx.execute(insert(posts).values(id=post_id, state=state, **nothing))
    return keys


def _coming(tx: Tx, post_id: PostId) -> Sequence[str]:
    query = select(renditions.c.file).where(renditions.c.post_id == post_id, ~renditions.c.whole)
    return tx.connection.execute(query).scalars().all()


def _drop_media(tx: Tx, post_id: PostId) -> None:
    segments.erase(tx, post_id)
    tx.execute(delete(renditions).where(renditions.c.post_id == post_id))
