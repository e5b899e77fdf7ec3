"""What was done and by whom, in a chain nobody can edit unseen, over payloads that can be erased.

Each line's hash covers the line before it and a salted digest of the payload, not the payload: erasing a payload
(and its salt, so that guessing it proves nothing) leaves the chain whole.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from storage.schema import audit_entries, audit_head, audit_payloads

FIRST = "0" * 64
AT_ONCE = 1000  # lines in memory while the chain is walked


@dataclass(frozen=True)
class AuditEntry:
    """One line; `payload` is None where there was none or it was erased."""

    seq: int
    at: int
    by: str
    action: str
    subject: str
    payload: dict[str, object] | None


@dataclass(frozen=True)
class Sought:
    """Which lines are meant, each exactly; None is any."""

    by: str | None = None
    action: str | None = None
    subject: str | None = None


ANY = Sought()


def append(
    connection: Connection,
    *,
    at: int,
    by: str,
    action: str,
    subject: str,
    payload: Mapping[str, object] | None,
) -> int:
    """Adds a line and answers its number. The head row's lock puts writers in line, so numbers have no holes."""
    connection.execute(update(audit_head).values(seq=audit_head.c.seq + 1))
    head = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
    salt, words = secrets.token_hex(16), _words(payload)
    line = {"seq": head.seq, "at": at, "by": by, "action": action, "subject": subject}
    line["digest"] = _digest(salt, words)
    hash_ = _chain(head.hash, line)
    connection.execute(insert(audit_entries).values(**line, hash=hash_))
    if words is not None:
        connection.execute(insert(audit_payloads).values(seq=head.seq, salt=salt, words=words))
    connection.execute(update(audit_head).values(hash=hash_))
    return int(head.seq)


def page(connection: Connection, *, before: int | None, limit: int, sought: Sought = ANY) -> list[AuditEntry]:
    """The newest lines older than number `before` of those sought, newest first."""
    entries = audit_entries.c
    query = (
        select(audit_entries, audit_payloads.c.words)
        .outerjoin(audit_payloads, audit_payloads.c.seq == entries.seq)
        .order_by(entries.seq.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(entries.seq < before)
    for column, value in ((entries.by, sought.by), (entries.action, sought.action), (entries.subject, sought.subject)):
        if value is not None:
            query = query.where(column == value)
    return [
        AuditEntry(row.seq, row.at, row.by, row.action, row.subject, json.loads(row.words) if row.words else None)
        for row in connection.execute(query)
    ]


def head(connection: Connection) -> int:
    """The number of the newest line."""
    return int(connection.execute(select(audit_head.c.seq)).scalar_one())


def newest_hash(connection: Connection) -> str:
    """The hash of the newest line; FIRST while there is none."""
    return str(connection.execute(select(audit_head.c.hash)).scalar_one())


def holds(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Those of the hashes that a line has, or the chain began with. Means something of a chain that stands."""
    there = select(audit_entries.c.hash).where(audit_entries.c.hash.in_(hashes))
    return {*connection.execute(there).scalars(), *({FIRST} & set(hashes))}


def with_hashes(connection: Connection, hashes: Sequence[str]) -> dict[str, tuple[int, str, str, str]]:
    """Of those of the hashes that a line has: when, by whom, what, to what. Means something of a chain that stands."""
    found: dict[str, tuple[int, str, str, str]] = {}
    for start in range(0, len(hashes), AT_ONCE):
        lines = select(audit_entries).where(audit_entries.c.hash.in_(hashes[start : start + AT_ONCE]))
        found |= {row.hash: (row.at, row.by, row.action, row.subject) for row in connection.execute(lines)}
    return found


def verify(connection: Connection) -> tuple[int, int | None]:
    """Walks the chain: how many lines stand, and the number of the first that does not (None: all do)."""
    query = (
        select(audit_entries, audit_payloads.c.salt, audit_payloads.c.words)
        .outerjoin(audit_payloads, audit_payloads.c.seq == audit_entries.c.seq)
        .order_by(audit_entries.c.seq)
    )
    before, count = FIRST, 0
    # One statement, so that lines and payloads are of one moment; in pieces, for a city's audit is millions of lines.
    with connection.execute(query, execution_options={"yield_per": AT_ONCE}) as rows:
        for row in rows:
            line = {name: row._mapping[name] for name in ("seq", "at", "by", "action", "subject", "digest")}
            told = row.salt is None or _digest(row.salt, row.words) == row.digest
            if row.seq != count + 1 or _chain(before, line) != row.hash or not told:
                return count, count + 1
            before, count = row.hash, count + 1
    head = connection.execute(select(audit_head)).one()
    return (count, None) if (head.seq, head.hash) == (count, before) else (count, count + 1)


def _words(payload: Mapping[str, object] | None) -> str | None:
    return None if payload is None else json.dumps(payload, sort_keys=True, separators=(",", ":"))


def _digest(salt: str, words: str | None) -> str:
    return hashlib.sha256(f"{salt}\n{words or ''}".encode()).hexdigest()


def _chain(before: str, line: Mapping[str, object]) -> str:
    return hashlib.sha256((before + json.dumps(line, sort_keys=True)).encode()).hexdigest()
