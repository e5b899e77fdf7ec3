"""Authorship: the row that ties a resident to a clip, and the keys under which a request happens once.

Both end together, a fixed time after the clip was accepted, whatever became of it: nothing that staff do, and no fault
of ours, makes the time longer. From then on the receipt alone opens a clip.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx
from storage.identity.clips import clips
from storage.identity.clips.clips import Clip
from storage.identity.clips.states import GONE, ClipState
from storage.identity.schema import authorship, clips as clip_rows, idempotency, residents
from storage.identity.vault import ClipId, Receipt, ResidentId, Vault
from storage.kit import ids
from storage.kit.errors import Conflict, NotLoggedIn, NotThere
from storage.kit.ids import BlockId, PostId

RECEIPT_BYTES = 20  # 160 bits, 32 characters
AT_ONCE = 200  # clips in one transaction: a few milliseconds


@dataclass(frozen=True)
class Mine:
    """One of a resident's own clips; `handle` is how their list names it."""

    handle: str
    clip: Clip


def receipt_for(vault: Vault, resident_id: ResidentId, key: str, salt: str) -> Receipt:
    """The receipt this resident gets for this idempotency key.

    It is made, not drawn, so that a repeated request is answered with the same one although only its digest is stored.
    The salt goes with authorship: afterwards nobody can try residents and likely keys until a digest fits.
    """
    said = [resident_id, key, salt] if salt else [resident_id, key]  # accepted before there were salts
    return Receipt(ids.base32(vault.keyed("receipt", *said)[:RECEIPT_BYTES]))


def receipt_again(conn: Connection, vault: Vault, resident_id: ResidentId, key: str) -> Receipt:
    """The receipt of a request that was accepted under this key."""
    here = (idempotency.c.resident_id == resident_id) & (idempotency.c.key == key)
    return receipt_for(vault, resident_id, key, conn.execute(select(idempotency.c.salt).where(here)).scalar_one())


def receipts(conn: Connection, vault: Vault, resident_id: ResidentId) -> dict[ClipId, Receipt]:
    """The receipts of all clips that are still known to be this resident's, made again."""
    query = select(idempotency).where(idempotency.c.resident_id == resident_id)
    return {ClipId(row.clip_id): receipt_for(vault, resident_id, row.key, row.salt) for row in conn.execute(query)}


def wait_turn(tx: Tx, resident_id: ResidentId) -> None:
    """Puts a resident's requests in line: of a double click, the second one finds what the first one made.

    Raises NotLoggedIn for who left a moment ago.
    """
    mine = select(residents.c.id).where(residents.c.id == resident_id)
    # Who only refers to the row need not wait.
    if tx.connection.execute(mine.with_for_update(key_share=True)).first() is None:
        raise NotLoggedIn("Log in to see this.")


def accepted_before(conn: Connection, resident_id: ResidentId, key: str, request: str) -> ClipId | None:
    """The clip this request made when it came before; raises Conflict if the key came with another request."""
    here = (idempotency.c.resident_id == resident_id) & (idempotency.c.key == key)
    row = conn.execute(select(idempotency).where(here)).one_or_none()
    if row is None:
        return None
    if row.request_digest != ids.digest(request):
        raise Conflict("This key was used for another post.", code="idempotency_key_reused")
    return ClipId(row.clip_id)


def record(
    tx: Tx,
    resident_id: ResidentId,
    clip_id: ClipId,
    *,
    key: str,
    request: str,
    salt: str,
    view_sealed: bytes | None = None,
) -> None:
    """Ties the clip to its author and to the request that made it, in the transaction that accepts it."""
    mine = {"clip_id": clip_id, "resident_id": resident_id, "handle": ids.new_id(), "view_sealed": view_sealed}
    tx.execute(insert(authorship).values(**mine))
    row = {"resident_id": resident_id, "key": key, "request_digest": ids.digest(request), "clip_id": clip_id}
    tx.execute(insert(idempotency).values(**row, salt=salt))


def over(conn: Connection, *, accepted_before: int) -> list[tuple[ClipId, str]]:
    """Clips of that moment (ms) or before that are still somebody's, with their uploads; the `AT_ONCE` oldest."""
    query = select(authorship.c.clip_id, clip_rows.c.upload_id).join(clip_rows, clip_rows.c.id == authorship.c.clip_id)
    query = query.where(clip_rows.c.accepted_at <= accepted_before).order_by(clip_rows.c.accepted_at)
    return [(ClipId(row.clip_id), row.upload_id) for row in conn.execute(query.limit(AT_ONCE))]


def forget_views(tx: Tx) -> None:
    """Forgets what all clips look like: under another key of the vault none would open."""
    tx.execute(update(authorship).values(view_sealed=None))


def end(tx: Tx, clip_ids: Sequence[ClipId]) -> None:
    """Cuts what ties these clips to residents; `originals.disown` does so for their uploads. Twice is once."""
    tx.execute(delete(idempotency).where(idempotency.c.clip_id.in_(clip_ids)))
    tx.execute(delete(authorship).where(authorship.c.clip_id.in_(clip_ids)))


def standing(conn: Connection, resident_id: ResidentId) -> dict[str, ClipId]:
    """By handle, all of a resident's clips that were not taken back."""
    query = select(authorship.c.handle, authorship.c.clip_id).join(clip_rows, clip_rows.c.id == authorship.c.clip_id)
    mine = query.where(authorship.c.resident_id == resident_id, clip_rows.c.state.not_in(GONE))
    return {row.handle: ClipId(row.clip_id) for row in conn.execute(mine)}


def end_of(tx: Tx, resident_id: ResidentId) -> None:
    """Cuts all that ties clips to this resident; `originals.disown_of` does so for their uploads."""
    tx.execute(delete(idempotency).where(idempotency.c.resident_id == resident_id))
    tx.execute(delete(authorship).where(authorship.c.resident_id == resident_id))


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


def has_posts(conn: Connection, resident_id: ResidentId) -> bool:
    """Whether anything that this resident sent is still known to be theirs, but for what was refused.

    What was taken back counts: staff saw it, and would see it end in the minutes in which its author says who they are.
    """
    query = select(authorship.c.clip_id).join(clip_rows, clip_rows.c.id == authorship.c.clip_id)
    # What was shared for a case is in no list and has no author to be guessed: whoever lists a camera may share too.
    post = clip_rows.c.kept_for.is_(None) & (clip_rows.c.state != ClipState.REJECTED)
    stands = query.where(authorship.c.resident_id == resident_id, post)
    return conn.execute(stands.limit(1)).first() is not None


def by_handle(conn: Connection, resident_id: ResidentId, handle: str) -> Clip:
    """One of the resident's own clips by its handle; raises NotThere."""
    mine = (authorship.c.handle == handle) & (authorship.c.resident_id == resident_id)
    found = conn.execute(select(authorship.c.clip_id).where(mine)).scalar_one_or_none()
    clip = None if found is None else clips.one(conn, ClipId(found))
    if clip is None:
        raise NotThere
    return clip


def some(conn: Connection, resident_id: ResidentId, clip_ids: Collection[ClipId]) -> list[Mine]:
    """Those of these clips that are the resident's own, newest first."""
    query = select(authorship.c.handle, authorship.c.clip_id)
    rows = conn.execute(query.where(authorship.c.resident_id == resident_id, authorship.c.clip_id.in_(clip_ids))).all()
    found = [Mine(row.handle, clip) for row in rows if (clip := clips.one(conn, ClipId(row.clip_id))) is not None]
    return sorted(found, key=lambda one: (-one.clip.accepted_at, one.handle))


def handle_of(conn: Connection, resident_id: ResidentId, clip_id: ClipId) -> str | None:
    """How the owner's own list names a clip of theirs; None for anyone else's."""
    mine = (authorship.c.clip_id == clip_id) & (authorship.c.resident_id == resident_id)
    return conn.execute(select(authorship.c.handle).where(mine)).scalar_one_or_none()


def own_block(conn: Connection, resident_id: ResidentId, post_id: PostId) -> BlockId | None:
    """The block of a post that is this resident's own; None for anyone else's."""
    query = select(clip_rows.c.block_id).join(authorship, authorship.c.clip_id == clip_rows.c.id)
    mine = query.where(clip_rows.c.post_id == post_id, authorship.c.resident_id == resident_id)
    found = conn.execute(mine).scalar_one_or_none()
    return None if found is None else BlockId(found)
