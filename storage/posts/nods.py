"""Nods under a post: a neighbour has seen it too, or says thank you. Counted, never told whose.

A nod has no time, and its mark stands for one neighbour under one post and for nobody anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, case, delete, func, select

from storage.db import Tx
from storage.kit.ids import PostId
from storage.schema import nods
from storage.upserts import insert_new


class Nod(StrEnum):
    """What is said by it."""

    SEEN_TOO = "seen_too"
    THANKS = "thanks"


@dataclass(frozen=True)
class Count:
    """How many nodded in one way, and whether one of them is who asks."""

    kind: Nod
    count: int
    mine: bool


def give(tx: Tx, post_id: PostId, kind: Nod, *, mark: str) -> None:
    """Nods, once: again changes nothing. The caller holds the post."""
    if tx.execute(insert_new(nods).values(post_id=post_id, kind=kind, mark=mark)).rowcount:
        tx.audit("nod.give", post_id, {"kind": kind})


def take_back(tx: Tx, post_id: PostId, kind: Nod, *, mark: str) -> None:
    """Takes a nod back; nothing happens where there is none."""
    mine = (nods.c.post_id == post_id, nods.c.kind == kind, nods.c.mark == mark)
    if tx.execute(delete(nods).where(*mine)).rowcount:
        tx.audit("nod.take_back", post_id, {"kind": kind})


@dataclass(frozen=True)
class Marked:
    """Under which post a nod stands, and the mark that says whose it is to nobody but who made it."""

    post: PostId
    mark: str


def marks(conn: Connection) -> Iterator[Marked]:
    """The marks of all nods, post by post."""
    query = select(nods.c.post_id, nods.c.mark).distinct().order_by(nods.c.post_id)
    for row in conn.execute(query.execution_options(yield_per=1000)):
        yield Marked(PostId(row.post_id), row.mark)


def take_all_back(tx: Tx, mark: str) -> None:
    """Takes back all that stands under one mark, which is of one post. Twice is once."""
    for post_id, kind in tx.connection.execute(select(nods.c.post_id, nods.c.kind).where(nods.c.mark == mark)).all():
        take_back(tx, PostId(post_id), Nod(kind), mark=mark)


def counts(conn: Connection, post_id: PostId, *, mark: str) -> list[Count]:
    """How many nodded, in each way there is."""
    mine = func.sum(case((nods.c.mark == mark, 1), else_=0))
    query = select(nods.c.kind, func.count(), mine).where(nods.c.post_id == post_id).group_by(nods.c.kind)
    found = {row[0]: (int(row[1]), bool(row[2])) for row in conn.execute(query)}
    return [Count(kind, *found.get(kind, (0, False))) for kind in Nod]


def erase(tx: Tx, post_id: PostId) -> None:
    """Deletes a post's nods: the post is gone for good."""
    tx.execute(delete(nods).where(nods.c.post_id == post_id))
