"""How often a thing may be tried: counted per keyed name, in windows of time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from storage.db import OPERATOR, RESIDENT, Tx
from storage.identity.schema import tries
from storage.identity.vault import Vault
from storage.kit.errors import TooOften
from storage.upserts import ensure

WHO_BYTES = 16


@dataclass(frozen=True)
class Limit:
    """At most `count` tries in `window` milliseconds."""

    name: str
    count: int
    window: int


def count(vault: Vault, limit: Limit, who: str) -> None:
    """Counts one try of `who` (kept only as a keyed hash); raises TooOften beyond the limit.

    It commits by itself: a try that ends in an error has been tried all the same.
    """
    waits = _counted(vault, limit, who)
    if waits > 0:
        raise TooOften("That was tried too often. Wait a little and try again.", retry_after=waits)


def is_within(vault: Vault, limit: Limit, who: str) -> bool:
    """Counts as `count`, for whom it must not be told: who asks may be somebody else than `who`."""
    return _counted(vault, limit, who) == 0


def forget(vault: Vault, *, older_than: int) -> None:
    """Drops what was counted in windows that began more than `older_than` milliseconds ago."""
    with vault.write(by=OPERATOR) as tx:
        tx.execute(delete(tries).where(tries.c.window_start < tx.now() - older_than))


def counted_of(conn: Connection, vault: Vault, who: str) -> list[tuple[int, int]]:
    """Since when, and how often, things were counted of `who`; which they were the table does not say."""
    mine = tries.c.what.startswith(_of(vault, who), autoescape=True)
    found = conn.execute(select(tries.c.window_start, tries.c.tried).where(mine).order_by(tries.c.window_start))
    return [(row.window_start, row.tried) for row in found]


def forget_of(tx: Tx, vault: Vault, who: str) -> None:
    """Forgets whatever was counted of `who`."""
    tx.execute(delete(tries).where(tries.c.what.startswith(_of(vault, who), autoescape=True)))


def _of(vault: Vault, who: str) -> str:
    """What all that is counted of `who` begins with: without it, nobody could find the rows of who leaves."""
    return vault.keyed("limits of", who)[:WHO_BYTES].hex()


def _counted(vault: Vault, limit: Limit, who: str) -> int:
    what = _of(vault, who) + vault.keyed("limits", limit.name, who).hex()
    with vault.write(by=RESIDENT) as tx:
        return _count(tx, what, limit)


def _count(tx: Tx, what: str, limit: Limit) -> int:
    now = tx.now()
    tx.execute(ensure(tries).values(what=what, window_start=now, tried=0))
    row = tx.connection.execute(select(tries).where(tries.c.what == what)).one()
    if now - row.window_start >= limit.window:
        tx.execute(update(tries).where(tries.c.what == what).values(window_start=now, tried=1))
        return 0
    if row.tried >= limit.count:
        return int((row.window_start + limit.window - now) // 1000) + 1
    tx.execute(update(tries).where(tries.c.what == what).values(tried=row.tried + 1))
    return 0
