"""What the airlock held a clip's post for, by name, for its author alone: nobody on the record side asks here."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Connection, select, update

from storage.db import Tx
from storage.identity.schema import clips
from storage.identity.vault import ClipId


def note(tx: Tx, clip_id: ClipId, codes: Collection[str]) -> None:
    """Says all that it is held for; said before the record is told, so a crash in between hides no reason."""
    tx.execute(update(clips).where(clips.c.id == clip_id).values(held_for=json.dumps(sorted(set(codes)))))


def of(conn: Connection, clip_id: ClipId) -> list[str]:
    """What it is held for; nothing where nothing was found."""
    told = conn.execute(select(clips.c.held_for).where(clips.c.id == clip_id)).scalar_one_or_none()
    return [str(code) for code in json.loads(told or "[]")]
