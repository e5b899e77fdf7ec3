"""Originals: uploads in parts, each original under a key of its own, so that forgetting the key shreds it everywhere.

A part is written to an object of its own and confirmed when it is whole; one that broke off leaves nothing behind.
Several may send the same part (a phone that lost the line does not know its old connection is still half open): the
newest who started wins, the older one is told to stop.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from storage.db import Tx
from storage.identity.schema import clips, upload_parts, uploads
from storage.identity.vault import ResidentId, Vault, new_key
from storage.kit import clock, ids
from storage.kit.errors import Conflict, NotThere, TooLarge

PART_BYTES = 8 * 1024 * 1024  # a phone on a bad line re-sends 8 MB at most; S3 wants at least 5
AT_ONCE = 500  # keys looked up in one go: far below what a statement can carry
LARGEST = 500_000_000  # bytes; the reason a resident sees is `too_large`
UNPOSTED_LIFE = 24 * clock.HOUR
# A bucket's server may delete an original by itself after this, as a belt: longer than its longest honest life, which
# is a day unposted, three days at work, a week in quarantine, and the last two once more when an operator retries.
BELT_DAYS = 22
UNPOSTED_BYTES = 4 * LARGEST  # of one resident at any time: a draft on each of a few devices, not a full disk


class UploadState(StrEnum):
    """How far an upload is."""

    OPEN = "open"
    COMPLETE = "complete"
    POSTED = "posted"
    SHREDDED = "shredded"


@dataclass(frozen=True)
class Upload:
    """One upload; `received` are the numbers (from 1) of confirmed parts."""

    id: str
    resident_id: ResidentId | None  # None: nobody's any more
    state: UploadState
    bytes: int
    part_bytes: int
    received: frozenset[int]

    @property
    def parts(self) -> range:
        """The numbers of all parts."""
        return range(1, -(-self.bytes // self.part_bytes) + 1)

    def size_of(self, number: int) -> int:
        """Bytes of part `number`: the last one is what is left."""
        return min(self.part_bytes, self.bytes - (number - 1) * self.part_bytes)


def begin(tx: Tx, vault: Vault, resident_id: ResidentId, size: int) -> str:
    """Opens an upload of `size` bytes and answers its id.

    Raises TooLarge, or Conflict where too much lies unposted.
    """
    if size > LARGEST:
        raise TooLarge("That clip is larger than 500 MB.")
    if _unposted(tx.connection, resident_id) + size > UNPOSTED_BYTES:
        raise Conflict("Too much was uploaded and not posted. Post it, or wait a day.", code="too_much_unposted")
    upload_id = ids.new_id()
    tx.execute(
        insert(uploads).values(
            id=upload_id,
            resident_id=resident_id,
            state=UploadState.OPEN,
            bytes=size,
            part_bytes=PART_BYTES,
            key_sealed=vault.seal(f"uploads:{upload_id}", new_key()),
            created_at=tx.now(),
        )
    )
    return upload_id


def _unposted(conn: Connection, resident_id: ResidentId) -> int:
    unposted = uploads.c.state.in_((UploadState.OPEN, UploadState.COMPLETE)) & (uploads.c.resident_id == resident_id)
    return int(conn.execute(select(func.coalesce(func.sum(uploads.c.bytes), 0)).where(unposted)).scalar_one())


def one(conn: Connection, upload_id: str) -> Upload:
    """The upload, whoever asks (a signed part address is the right to ask); raises NotThere."""
    return _found(conn, uploads.c.id == upload_id)


def mine(conn: Connection, upload_id: str, resident_id: ResidentId) -> Upload:
    """The upload, if it is this resident's; raises NotThere otherwise, as soon for another's as for none."""
    return _found(conn, (uploads.c.id == upload_id) & (uploads.c.resident_id == resident_id))


def _found(conn: Connection, here: ColumnElement[bool]) -> Upload:
    row = conn.execute(select(uploads).where(here)).one_or_none()
    if row is None:
        raise NotThere
    parts = select(upload_parts.c.number).where(
        upload_parts.c.upload_id == row.id, upload_parts.c.object_key.is_not(None)
    )
    received = frozenset(conn.execute(parts).scalars())
    return Upload(row.id, row.resident_id, UploadState(row.state), row.bytes, row.part_bytes, received)


def key_of(conn: Connection, vault: Vault, upload_id: str) -> bytes:
    """The original's own key; raises NotThere once it is shredded."""
    sealed = conn.execute(select(uploads.c.key_sealed).where(uploads.c.id == upload_id)).scalar_one_or_none()
    if sealed is None:
        raise NotThere
    return vault.unseal(f"uploads:{upload_id}", sealed)


def proof(conn: Connection, upload_id: str) -> tuple[str, str] | None:
    """A salt, and the SHA-256 of it and the original after each other; None until the original was read once."""
    here = clips.c.upload_id == upload_id
    row = conn.execute(select(clips.c.original_salt, clips.c.original_hash).where(here)).one()
    return None if row.original_hash is None else (row.original_salt, row.original_hash)


def start_part(tx: Tx, upload: Upload, number: int) -> str:
    """The name for this writer's bytes; an older writer of the part cannot finish any more. Conflict once finished."""
    if not _lock_open(tx, upload.id):
        raise Conflict("This upload is finished.", code="upload_finished")
    writer = ids.new_id()
    part = (upload_parts.c.upload_id == upload.id) & (upload_parts.c.number == number)
    if not tx.execute(update(upload_parts).where(part).values(writer=writer)).rowcount:
        tx.execute(insert(upload_parts).values(upload_id=upload.id, number=number, writer=writer))
    return writer


def is_newest(conn: Connection, upload_id: str, number: int, writer: str) -> bool:
    """Whether nobody began to send this part after `writer` did, and its original is still wanted."""
    part = (upload_parts.c.upload_id == upload_id) & (upload_parts.c.number == number)
    open_ = upload_parts.c.upload_id.in_(select(uploads.c.id).where(uploads.c.state == UploadState.OPEN))
    newest = select(upload_parts.c.writer).where(part, open_)
    return conn.execute(newest).scalar_one_or_none() == writer


def confirm_part(tx: Tx, upload_id: str, number: int, writer: str) -> str | None:
    """Makes this writer's bytes the part's; answers the key of older bytes to delete. Raises Conflict if evicted."""
    part = (upload_parts.c.upload_id == upload_id) & (upload_parts.c.number == number)
    is_open = _lock_open(tx, upload_id)
    before = tx.connection.execute(select(upload_parts.c.object_key).where(part)).scalar_one_or_none()
    mine_ = part & (upload_parts.c.writer == writer)
    if not (is_open and tx.execute(update(upload_parts).where(mine_).values(object_key=writer)).rowcount):
        raise Conflict("Another connection is sending this part.", code="evicted")
    return before


def _lock_open(tx: Tx, upload_id: str) -> bool:
    """Whether it is open; nobody starts, confirms or finishes beside the caller, until its transaction ends."""
    state = select(uploads.c.state).where(uploads.c.id == upload_id).with_for_update()
    return tx.connection.execute(state).scalar_one_or_none() == UploadState.OPEN


def finish(tx: Tx, upload: Upload) -> None:
    """Makes the upload complete; raises Conflict naming the parts that are missing. Twice is once."""
    missing = [number for number in upload.parts if number not in upload.received]
    if missing:
        named = {"parts": ",".join(map(str, missing))}
        raise Conflict("Some parts have not arrived.", code="parts_missing", fields=named)
    still_open = (uploads.c.id == upload.id) & (uploads.c.state == UploadState.OPEN)
    tx.execute(update(uploads).where(still_open).values(state=UploadState.COMPLETE))


def set_posted(tx: Tx, upload_id: str, resident_id: ResidentId) -> None:
    """Hands a complete upload to the clip that was accepted with it; raises Conflict or NotThere."""
    upload = mine(tx.connection, upload_id, resident_id)
    complete = (uploads.c.id == upload_id) & (uploads.c.state == UploadState.COMPLETE)
    if not tx.execute(update(uploads).where(complete).values(state=UploadState.POSTED)).rowcount:
        raise Conflict("This upload is not complete, or was posted before.", code=f"upload_{upload.state}")


def object_keys(conn: Connection, upload_id: str) -> list[str]:
    """Where the parts' bytes are, in order."""
    query = select(upload_parts.c.object_key).where(upload_parts.c.upload_id == upload_id)
    found = conn.execute(query.where(upload_parts.c.object_key.is_not(None)).order_by(upload_parts.c.number))
    return list(found.scalars())


def forget_key(tx: Tx, upload_id: str) -> None:
    """Shreds: without its key nothing of the original can be read again, in no backup either."""
    shredded = {"key_sealed": None, "state": UploadState.SHREDDED}
    tx.execute(update(uploads).where(uploads.c.id == upload_id).values(**shredded))
    tx.execute(update(clips).where(clips.c.upload_id == upload_id).values(words_sealed=None))


def drop_parts(tx: Tx, upload_id: str) -> None:
    """Forgets where the bytes were, once they are deleted."""
    tx.execute(delete(upload_parts).where(upload_parts.c.upload_id == upload_id))


def forget_unposted(tx: Tx) -> None:
    """Shreds uploads that nobody posted within 24 hours; one statement, so that none is shredded as it is posted."""
    unposted = uploads.c.state.in_((UploadState.OPEN, UploadState.COMPLETE))
    old = uploads.c.created_at < tx.now() - UNPOSTED_LIFE
    tx.execute(update(uploads).where(unposted, old).values(key_sealed=None, state=UploadState.SHREDDED))


def disown(tx: Tx, upload_ids: Sequence[str]) -> None:
    """Forgets who sent these, for good."""
    tx.execute(update(uploads).where(uploads.c.id.in_(upload_ids)).values(resident_id=None))


def of_resident(conn: Connection, resident_id: ResidentId) -> list[Upload]:
    """All uploads that are known to be this resident's, oldest first."""
    mine = select(uploads.c.id).where(uploads.c.resident_id == resident_id).order_by(uploads.c.created_at)
    return [one(conn, upload_id) for upload_id in conn.execute(mine).scalars().all()]


def disown_of(tx: Tx, resident_id: ResidentId) -> None:
    """Forgets that uploads are this resident's, and shreds what of them nobody posted: its bytes go in a round."""
    mine = uploads.c.resident_id == resident_id
    unposted = uploads.c.state.in_((UploadState.OPEN, UploadState.COMPLETE))
    tx.execute(update(uploads).where(mine, unposted).values(key_sealed=None, state=UploadState.SHREDDED))
    tx.execute(update(uploads).where(mine).values(resident_id=None))


def drop_unposted(tx: Tx) -> None:
    """Deletes what is left of uploads nobody posted, once they are shredded: who began one, and when."""
    posted = exists().where(clips.c.upload_id == uploads.c.id)
    in_parts = exists().where(upload_parts.c.upload_id == uploads.c.id)
    tx.execute(delete(uploads).where(uploads.c.state == UploadState.SHREDDED, ~posted, ~in_parts))


def confirmed(conn: Connection, keys: Collection[str]) -> set[str]:
    """Those of `keys` that are some part's bytes; any other was left by a writer that broke off."""
    waiting, found = iter(keys), set[str]()
    while some := list(islice(waiting, AT_ONCE)):
        found.update(
            conn.execute(select(upload_parts.c.object_key).where(upload_parts.c.object_key.in_(some))).scalars()
        )
    return found


def half_shredded(conn: Connection) -> list[str]:
    """Uploads whose key is gone and whose bytes may still lie somewhere: a crash came between."""
    query = select(uploads.c.id).join(upload_parts, upload_parts.c.upload_id == uploads.c.id)
    return list(conn.execute(query.where(uploads.c.state == UploadState.SHREDDED).distinct()).scalars())
