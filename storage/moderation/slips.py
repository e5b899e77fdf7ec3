"""What became of a flag: whoever holds its slip may ask, and nothing says who that is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Table, select

from storage.kit import ids


@dataclass(frozen=True)
class Outcome:
    """What was decided about a flag, by which guideline of which version; nothing yet while it is open."""

    verb: str | None
    reason: str | None
    guidelines: int | None


def outcome(conn: Connection, flags: Table, decisions: Table, slip: str) -> Outcome | None:
    """Of the flag whose slip this is, by the decisions that settle such flags; None where there is none."""
    digest = ids.digest(slip)
    return outcomes(conn, flags.c.slip_digest, decisions, [digest]).get(digest)


def outcomes(conn: Connection, key: Column[str], decisions: Table, wanted: Collection[str]) -> dict[str, Outcome]:
    """Of those flags whose `key`, a column of their table, is wanted; those that are not there are in no row."""
    query = select(key, decisions.c.verb, decisions.c.reason, decisions.c.guidelines).select_from(key.table)
    query = query.outerjoin(decisions, decisions.c.id == key.table.c.decision_id).where(key.in_(wanted))
    return {row[0]: Outcome(*row[1:]) for row in conn.execute(query)}
