"""Authorship: the row that ties a resident to a clip, and the keys under which a request happens once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from storage.db import Tx
from storage.identity import clips
from storage.identity.clips import Clip
from storage.identity.schema import authorship, idempotency, residents
from storage.identity.schema import clips as clip_rows
from storage.identity.vault import ClipId, Receipt, ResidentId, Vault
from storage.kit import ids
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import BlockId, PostId

RECEIPT_BYTES = 20  # 160 bits, 32 characters


@dataclass(frozen=True)
class Mine:
    """One of a resident's own clips; `handle` is how their list names it."""

    handle: str
    clip: Clip


def receipt_for(vault: Vault, resident_id: ResidentId, key: str) -> Receipt:
    """The receipt this resident gets for this idempotency key.

    It is made from the key, not drawn, so that a repeated request is answered with the same one although only its
    digest is stored.
    """
    return Receipt(ids.base32(vault.keyed("receipt", resident_id, key)[:RECEIPT_BYTES]))


def wait_turn(tx: Tx, resident_id: ResidentId) -> None:
    """Puts a resident's requests in line: of a double click, the second one finds what the first one made."""
    mine = select(residents.c.id).where(residents.c.id == resident_id)
    tx.connection.execute(mine.with_for_update(key_share=True))  # who only refers to the row need not wait


def accepted_before(conn: Connection, resident_id: ResidentId, key: str, request: str) -> ClipId | None:
    """The clip this request made when it came before; raises Conflict if the key came with another request."""
    here = (idempotency.c.resident_id == resident_id) & (idempotency.c.key == key)
    row = conn.execute(select(idempotency).where(here)).one_or_none()
    if row is None:
        return None
    if row.request_digest != ids.digest(request):
        raise Conflict("This key was used for another post.", code="idempotency_key_reused")
    return ClipId(row.clip_id)


def record(tx: Tx, resident_id: ResidentId, clip_id: ClipId, *, key: str, request: str) -> None:
    """Ties the clip to its author and to the request that made it, in the transaction that accepts it."""
    tx.execute(insert(authorship).values(clip_id=clip_id, resident_id=resident_id, handle=ids.new_id()))
    row = {"resident_id": resident_id, "key": key, "request_digest": ids.digest(request), "clip_id": clip_id}
    tx.execute(insert(idempotency).values(**row))


def of_resident(conn: Connection, resident_id: ResidentId, *, skip: int = 0, limit: int = 100) -> list[Mine]:
    """The resident's own clips, newest first, without the first `skip`."""
    query = (
        select(authorship.c.handle, authorship.c.clip_id)
        .join(clip_rows, clip_rows.c.id == authorship.c.clip_id)
        .where(authorship.c.resident_id == resident_id)
        .order_by(clip_rows.c.accepted_at.desc(), clip_rows.c.id)
        .offset(skip)
        .limit(limit)
    )
    found = [(row.handle, clips.one(conn, ClipId(row.clip_id))) for row in conn.execute(query).all()]
    return [Mine(handle, clip) for handle, clip in found if clip is not None]


def by_handle(conn: Connection, resident_id: ResidentId, handle: str) -> Clip:
    """One of the resident's own clips by its handle; raises NotThere."""
    mine = (authorship.c.handle == handle) & (authorship.c.resident_id == resident_id)
    found = conn.execute(select(authorship.c.clip_id).where(mine)).scalar_one_or_none()
    clip = None if found is None else clips.one(conn, ClipId(found))
    if clip is None:
        raise NotThere
    return clip


def own_block(conn: Connection, resident_id: ResidentId, post_id: PostId) -> BlockId | None:
    """The block of a post that is this resident's own; None for anyone else's."""
    query = select(clip_rows.c.block_id).join(authorship, authorship.c.clip_id == clip_rows.c.id)
    mine = query.where(clip_rows.c.post_id == post_id, authorship.c.resident_id == resident_id)
    found = conn.execute(mine).scalar_one_or_none()
    return None if found is None else BlockId(found)
