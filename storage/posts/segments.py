"""The pieces that a post's renditions are played in: the one module that writes them.

Piece 0 of a file is its init, the others are what a playlist names, in order. The first rung's pieces are objects of
their own, put while it is still being encoded; those of a larger rung are ranges of its one object.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Row, delete, func, insert, select

from storage.db import Tx
from storage.kit.ids import PostId
from storage.schema import renditions, segments


@dataclass(frozen=True)
class Piece:
    """Bytes `start` up to `start + bytes` of the object under `key`, played for so many milliseconds."""

    number: int
    key: str
    start: int
    bytes: int
    milliseconds: int


@dataclass(frozen=True)
class Arrived:
    """How far a file has come: so many pieces after its init; `whole` where these are all."""

    pieces: int
    whole: bool


def of(conn: Connection, post_id: PostId) -> dict[str, tuple[Piece, ...]]:
    """All pieces of a post's renditions, by file and in order."""
    found: dict[str, list[Piece]] = {}
    order = (segments.c.file, segments.c.number)
    for row in conn.execute(select(segments).where(segments.c.post_id == post_id).order_by(*order)):
        found.setdefault(row.file, []).append(_piece(row))
    return {file: tuple(pieces) for file, pieces in found.items()}


def of_file(conn: Connection, post_id: PostId, file: str) -> tuple[Piece, ...]:
    """The pieces of one file, in order."""
    query = select(segments).where(segments.c.post_id == post_id, segments.c.file == file)
    return tuple(map(_piece, conn.execute(query.order_by(segments.c.number))))


def one(conn: Connection, post_id: PostId, file: str, number: int) -> Piece | None:
    """One piece, if the record has it."""
    mine = (segments.c.post_id == post_id, segments.c.file == file, segments.c.number == number)
    row = conn.execute(select(segments).where(*mine)).one_or_none()
    return None if row is None else _piece(row)


def count(conn: Connection, post_id: PostId, file: str) -> int:
    """How many pieces of a file a playlist names: its init is none of them."""
    query = select(func.max(segments.c.number)).where(segments.c.post_id == post_id, segments.c.file == file)
    return conn.execute(query).scalar() or 0


def arrived(conn: Connection, post_ids: Sequence[PostId]) -> dict[PostId, dict[str, Arrived]]:
    """How far each file that is played in pieces has come, of those of these posts that have one."""
    same = (segments.c.post_id == renditions.c.post_id, segments.c.file == renditions.c.file)
    last = select(func.max(segments.c.number)).where(*same).scalar_subquery().label("last")
    query = select(renditions.c.post_id, renditions.c.file, renditions.c.whole, last)
    found: dict[PostId, dict[str, Arrived]] = {}
    for row in conn.execute(query.where(renditions.c.post_id.in_(post_ids))):
        if row.last is not None:
            found.setdefault(row.post_id, {})[row.file] = Arrived(row.last, row.whole)
    return found


def append(tx: Tx, post_id: PostId, file: str, pieces: Sequence[Piece], *, generation: int) -> None:
    """Adds the next pieces of a file; those that are there already are passed over, so it may be said twice.

    The caller holds the post's row and asked `post_changes.may_add_media`. A hole in the numbers is a fault of ours.
    """
    mine = (segments.c.post_id == post_id, segments.c.file == file)
    last = tx.connection.execute(select(func.max(segments.c.number)).where(*mine)).scalar()
    following = 0 if last is None else last + 1
    fresh = [piece for piece in pieces if piece.number >= following]
    assert [piece.number for piece in fresh] == list(range(following, following + len(fresh))), "a piece is missing"
    if fresh:
        theirs = {"post_id": post_id, "file": file, "generation": generation}
        tx.execute(insert(segments), [{**theirs, **asdict(piece)} for piece in fresh])


def erase(tx: Tx, post_id: PostId, file: str | None = None) -> None:
    """Forgets the pieces of one file, or of all that the post has."""
    which = () if file is None else (segments.c.file == file,)
    tx.execute(delete(segments).where(segments.c.post_id == post_id, *which))


def _piece(row: Row[tuple[object, ...]]) -> Piece:
    return Piece(row.number, row.key, row.start, row.bytes, row.milliseconds)
