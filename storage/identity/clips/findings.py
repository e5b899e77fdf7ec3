"""Why a clip that was finished was not shown: what the proof could not vouch for, for the operator to see.

A finding is two words of ours, where and what; nothing of the file, and nothing that anybody typed.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection, select, update

from storage.db import Tx
from storage.identity.schema import clips
from storage.identity.vault import ClipId

MOST = 10  # the first ones say what is wrong; the rest follow from them


def note(tx: Tx, clip_id: ClipId, findings: list[str]) -> None:
    """Keeps the findings of a clip's last attempt."""
    tx.execute(update(clips).where(clips.c.id == clip_id).values(findings=json.dumps(findings[:MOST])))


def of(conn: Connection, clip_id: ClipId) -> list[str]:
    """What was found, in order; nothing where no proof failed."""
    told = conn.execute(select(clips.c.findings).where(clips.c.id == clip_id)).scalar_one_or_none()
    return [str(each) for each in json.loads(told or "[]")]
