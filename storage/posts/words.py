"""The words a post is found by, alike on both engines.

A word is a run of letters and digits, without accents and whatever its case. A post is found when each word asked for
begins a word of its title or text. The record keeps a post's words beside it. PostgreSQL's index is over that column,
SQLite's is a table of its own that triggers keep (migration 0002): words leave both in the transaction that empties
the post, and `forget_all`, said after it, leaves none in SQLite's file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    cast,
    false,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from storage.db import Actor, Database, Tx
from storage.kit.ids import PostId
from storage.schema import POST_VECTOR, posts

LONGEST = 40  # characters of a word that count
INDEXED = range(2, 7)  # letters of a beginning that SQLite's index finds at once (migration 0002)
MERGED_AT_ONCE = 500  # pages of 4 kB: other writers wait for some 20 ms
WORD = re.compile(r"[^\W_]+")

# SQLite's index. A row has its post's order key for a number, so that it answers newest first without sorting.
_index = Table(
    "post_index", MetaData(), *(Column(name, Text) for name in ("post_index", "rank")), Column("rowid", Integer)
)


@dataclass(frozen=True)
class Place:
    """A part of a list: order keys above `after`, and below `before` unless that is None."""

    after: int
    before: int | None

    def of(self, key: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """That `key` lies in it."""
        return [key > self.after] if self.before is None else [key > self.after, key < self.before]


def words_of(*texts: str) -> str:
    """The words of the texts, each once, with a blank between."""
    return " ".join(dict.fromkeys(word for text in texts for word in _words(text)))


def has_each(asked: str) -> ColumnElement[bool]:
    """That a post has each word of `asked`, seen by reading it; a question without any word finds nothing."""
    words = _words(asked)
    return and_(*((" " + posts.c.words).like(f"% {word}%") for word in words)) if words else false()


def collected(dialect: str, asked: str, narrow: Sequence[ColumnElement[bool]], place: Place) -> Select[tuple[PostId]]:
    """The posts with each word of `asked` in this part of the list, by the index of words; newest first."""
    words = _words(asked)
    query = select(posts.c.id).where(*narrow)
    if not words:
        return query.where(false())
    if dialect != "sqlite":
        every = cast(" & ".join(f"'{word}':*" for word in words), TSQUERY)
        query = query.where(POST_VECTOR.bool_op("@@")(every), *place.of(posts.c.order_key))
        # By a sum, or PostgreSQL, which takes a beginning for frequent, would rather read all posts newest first.
        return query.order_by((posts.c.order_key + 0).desc())
    # The sum keeps SQLite from asking its index anew for each post.
    query = query.join(_index, posts.c.order_key == _index.c.rowid + 0).where(*place.of(_index.c.rowid))
    # Asked for no more of each word than that; the post itself tells whether it goes on so.
    asked_for = [word[: INDEXED[-1]] for word in words if len(word) >= INDEXED[0]] or words
    begun = _index.c.post_index.bool_op("match")(" ".join(f'"{word}"*' for word in asked_for))
    return query.where(begun, has_each(asked)).order_by(_index.c.rowid.desc())


def forget_all(record: Database, *, by: Actor, most: int | None = None) -> bool:
    """Leaves no byte of words that left the index, nor in SQLite's write-ahead log; False after `most` steps.

    SQLite's own way to delete at once (`secure-delete`) needs 3.42, and Debian 12 has 3.40.
    """
    if record.engine.dialect.name != "sqlite":
        return True
    for _ in count() if most is None else range(most):
        with record.write(by=by) as tx:
            forgotten = forget(tx)
        if forgotten:
            record.clear_log()
            return True
    return False


def forget(tx: Tx) -> bool:
    """Takes one step on the way to an index without a byte of words that left it; True when there are none.

    SQLite's index only notes that a word left, until its parts are merged. PostgreSQL's vacuum needs no telling.
    """
    if tx.connection.dialect.name != "sqlite":
        return True
    before = tx.connection.execute(select(func.total_changes())).scalar_one()
    tx.connection.execute(_index.insert().values(post_index="merge", rank=-MERGED_AT_ONCE))
    # The request itself counts as one change.
    return bool(tx.connection.execute(select(func.total_changes())).scalar_one() - before <= 1)


def _words(text: str) -> list[str]:
    text = text.casefold()
    if not text.isascii():
        # Twice: what a compatible form stands for may have case and accents of its own.
        text = _bare(_bare(text))
    return [word[:LONGEST] for word in WORD.findall(text)]


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
