"""Flags: what people say is wrong with a post, never which neighbour said it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.db import Tx
from storage.kit import ids
from storage.kit.ids import DivisionId, PostId
from storage.moderation import slips
from storage.moderation.slips import Outcome
from storage.schema import decisions, flags, posts

REASONS = ("privacy", "not_true", "hateful", "harassment", "racial_profiling", "graphic", "child", "other")
AUTHOR, CORRECTION = "author", "correction"  # what an author added is looked at, and is no flag of anybody's


@dataclass(frozen=True)
class Flag:
    """One flag of a neighbour, the police or the check (`origin`); `flagged_at` is rounded, milliseconds since 1970.

    `at_seconds` is the moment of the clip; the check's `text` is a rule. Of `origin` AUTHOR: the post was corrected.
    """

    id: str
    post_id: PostId
    origin: str
    reason: str
    text: str
    at_seconds: int | None
    flagged_at: int

    @property
    def is_correction(self) -> bool:
        """Whether it only says that the author added something."""
        return self.origin == AUTHOR


def add(
    tx: Tx,
    post_id: PostId,
    *,
    origin: str,
    reason: str,
    text: str,
    at_seconds: int | None,
    flagged_at: int,
    slip: str = "",
) -> str:
    """Records a flag (words already scrubbed, time already rounded) and answers its id.

    `slip` is a secret that only who flags holds, to ask what became of it; nothing here says whose it is.
    """
    flag_id = ids.new_id()
    said = {"origin": origin, "reason": reason, "text": text, "at_seconds": at_seconds, "flagged_at": flagged_at}
    slip_digest = ids.digest(slip) if slip else ""
    tx.execute(insert(flags).values(id=flag_id, post_id=post_id, state="open", slip_digest=slip_digest, **said))
    tx.audit("flag.add", post_id, {"flag": flag_id, "origin": origin, "reason": reason})
    return flag_id


def corrected(tx: Tx, post_id: PostId, *, at: int) -> None:
    """Has a corrected post looked at; `at` is rounded. The correction's own line of the audit stands for it."""
    said = {"origin": AUTHOR, "reason": CORRECTION, "text": "", "at_seconds": None, "flagged_at": at}
    tx.execute(insert(flags).values(id=ids.new_id(), post_id=post_id, state="open", slip_digest="", **said))


def open_posts(
    conn: Connection, in_divisions: Collection[DivisionId], *, after: tuple[int, str] | None, limit: int
) -> list[tuple[PostId, int]]:
    """Posts with open flags of anybody but their author, and the time of the first, oldest first."""
    first = func.min(flags.c.flagged_at)
    query = (
        select(flags.c.post_id, first)
        .join(posts, posts.c.id == flags.c.post_id)
        .where(flags.c.state == "open", flags.c.origin != AUTHOR, posts.c.division_id.in_(in_divisions))
        .group_by(flags.c.post_id)
        .order_by(first, flags.c.post_id)
        .limit(limit)
    )
    if after is not None:
        at, post_id = after
        query = query.having((first > at) | ((first == at) & (flags.c.post_id > post_id)))
    return [(PostId(row[0]), int(row[1])) for row in conn.execute(query)]


def of_posts(conn: Connection, post_ids: Collection[PostId]) -> dict[PostId, list[Flag]]:
    """The open flags of the given posts, corrections too, oldest first; in no order of coming within a quarter hour."""
    query = select(flags).where(flags.c.post_id.in_(post_ids), flags.c.state == "open")
    query = query.order_by(flags.c.flagged_at, flags.c.id)
    found: dict[PostId, list[Flag]] = {}
    for row in conn.execute(query):
        flag = Flag(row.id, row.post_id, row.origin, row.reason, row.text, row.at_seconds, row.flagged_at)
        found.setdefault(flag.post_id, []).append(flag)
    return found


def outcome(conn: Connection, slip: str) -> Outcome | None:
    """What became of the flag whose slip this is; None where there is none, or its post is gone for good."""
    return slips.outcome(conn, flags, decisions, slip)


def settle(tx: Tx, post_id: PostId, *, by: str = "") -> None:
    """Takes all of a post's open flags out of the queue, once it was decided; `by` is the decision."""
    open_ = (flags.c.post_id == post_id, flags.c.state == "open")
    tx.execute(update(flags).where(*open_).values(state="decided", decision_id=by))


def reopen(tx: Tx, decision_id: str) -> None:
    """Puts the flags that a decision settled back into the queue: it was undone."""
    settled = flags.c.decision_id == decision_id
    tx.execute(update(flags).where(settled).values(state="open", decision_id=""))


def erase(tx: Tx, post_id: PostId) -> None:
    """Deletes a post's flags with their words: the post is gone for good."""
    tx.execute(delete(flags).where(flags.c.post_id == post_id))
