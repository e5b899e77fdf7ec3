"""Rows of one-use tickets: a digest, an end, and what its holder may see."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from storage.db import Tx
from storage.schema import tickets


def add(tx: Tx, digest: str, *, ends_at: int, grant: str) -> None:
    """Keeps a ticket until `ends_at` (milliseconds since 1970, the database's clock)."""
    tx.execute(insert(tickets).values(digest=digest, ends_at=ends_at, grant=grant))


def is_there(conn: Connection, digest: str) -> bool:
    """Whether the ticket is kept, ended or not."""
    return conn.execute(select(tickets.c.digest).where(tickets.c.digest == digest)).one_or_none() is not None


def take(tx: Tx, digest: str) -> str | None:
    """Takes the ticket away and answers its grant; None where there is none, or no more. Two takers: one gets it."""
    valid = (tickets.c.digest == digest, tickets.c.ends_at > tx.now())
    return tx.execute(delete(tickets).where(*valid).returning(tickets.c.grant)).scalar_one_or_none()


def forget_ended(tx: Tx) -> int:
    """Deletes the tickets nobody can use any more; answers how many."""
    return tx.execute(delete(tickets).where(tickets.c.ends_at <= tx.now())).rowcount
