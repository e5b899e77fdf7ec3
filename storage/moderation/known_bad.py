"""Lists of media that may not be shown, which the operator loads: digests of files, and what pictures look like.

Nobody on the staff's side can read one: whoever could, might look for a picture of their own, and so for a camera.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx
from storage.schema import known_bad


@dataclass(frozen=True)
class Listed:
    """A list: which version of it, the guideline that it stands for, and what is on it, packed and in order."""

    name: str
    version: int
    reason: str
    loaded_at: int
    files: bytes  # 32 bytes each
    views: bytes  # 8 bytes each


def load(tx: Tx, name: str, *, reason: str, files: Collection[bytes], views: Collection[bytes]) -> int:
    """Puts a list in the place of the one of that name; answers its version, from 1 on."""
    before = tx.connection.execute(
        select(known_bad.c.version).where(known_bad.c.name == name).with_for_update()
    ).scalar_one_or_none()
    version = 1 + (before or 0)
    row = {"version": version, "reason": reason, "loaded_at": tx.now()}
    row |= {"files": b"".join(sorted(set(files))), "views": b"".join(sorted(set(views)))}
    if before is None:
        tx.execute(insert(known_bad).values(name=name, **row))
    else:
        tx.execute(update(known_bad).where(known_bad.c.name == name).values(**row))
    said = {"version": version, "reason": reason, "files": len(set(files)), "views": len(set(views))}
    tx.audit("known_bad.load", name, said)
    return version


def drop(tx: Tx, name: str) -> bool:
    """Forgets a list; False where there is none of that name. A later one begins at version 1."""
    dropped = tx.execute(delete(known_bad).where(known_bad.c.name == name)).rowcount == 1
    if dropped:
        tx.audit("known_bad.drop", name)
    return dropped


def lists(conn: Connection) -> list[Listed]:
    """All lists, by name."""
    rows = conn.execute(select(known_bad).order_by(known_bad.c.name))
    return [Listed(row.name, row.version, row.reason, row.loaded_at, row.files, row.views) for row in rows]
