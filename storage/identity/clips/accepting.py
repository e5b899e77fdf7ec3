"""What a resident sends, put on the books as a clip."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import insert, select

from storage.db import Tx
from storage.identity.clips import originals
from storage.identity.clips.clips import Box
from storage.identity.clips.states import ClipState, Stage
from storage.identity.schema import clips, uploads
from storage.identity.vault import ClipId, Receipt, Vault, seal_with
from storage.kit import ids
from storage.kit.ids import BlockId, CaseId


@dataclass(frozen=True)
class Accepted:
    """What a resident sends: raw words, their block, when it happened (milliseconds), what to hide, what to keep."""

    upload_id: str
    block: BlockId
    category: str
    title: str
    text: str
    happened_at: int
    sound: bool
    blur: tuple[str, ...]
    trim: tuple[int, int] | None = None  # milliseconds from and to; all of it where it is None
    boxes: tuple[Box, ...] = ()
    wait: int = 0  # milliseconds until anybody may work on it
    kept_for: CaseId | None = None  # the case it is shared for, which alone will hold it


def accept(tx: Tx, vault: Vault, accepted: Accepted, receipt: Receipt) -> ClipId:
    """Puts a clip on the books: from the commit on it must not be lost. Its post's id is drawn here."""
    clip_id, now = ClipId(ids.new_id()), tx.now()
    words = json.dumps({"title": accepted.title, "text": accepted.text}).encode()
    key = originals.key_of(tx.connection, vault, accepted.upload_id)
    begins = now + accepted.wait if accepted.wait else 0
    tx.execute(
        insert(clips).values(
            id=clip_id,
            post_id=ids.new_id(),
            receipt_digest=ids.digest(receipt),
            upload_id=accepted.upload_id,
            bytes=select(uploads.c.bytes).where(uploads.c.id == accepted.upload_id).scalar_subquery(),
            state=ClipState.RECEIVED,
            stage=Stage.RECEIVED,
            progress=0.0,
            attempts=0,
            tries=0,
            retry_at=begins,
            begun_at=begins,
            block_id=accepted.block,
            category=accepted.category,
            words_sealed=seal_with(key, f"clips:{clip_id}", words),
            happened_at=accepted.happened_at,
            sound=accepted.sound,
            blur=json.dumps(accepted.blur),
            boxes=json.dumps(accepted.boxes),
            trim=json.dumps(accepted.trim) if accepted.trim else None,
            accepted_at=now,
            stage_times="{}",
            media_keys="[]",
            kept_for=accepted.kept_for,
        )
    )
    return clip_id
