"""The key pair of a case: what an owner's contact is sealed to, and how the staff program alone opens it.

The public half is for whoever brings an answer; the private half stands under a key of the staff program's own, so the
airlock, which brought a contact, cannot read it again, and a copy of the record opens none.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, select

from storage.db import Tx
from storage.kit.ids import CaseId
from storage.schema import case_keys
from storage.upserts import insert_new

PUBLIC_BYTES = 32
NONCE_BYTES = 12
PADDED_BYTES = 480  # the longest contact, 120 letters of four bytes: else its length would tell a phone from a mail
_SAYS = b"porchlight contact 1"  # so that a key made for this opens nothing else


class SealBrokenError(Exception):
    """Sealed bytes do not open: another key, another request, or changed."""


@dataclass(frozen=True)
class StaffKey:
    """What private halves are sealed under: 32 bytes that the staff program holds, and no other."""

    key: bytes = field(repr=False)


def make(tx: Tx, case_id: CaseId, key: StaffKey) -> None:
    """Draws a case its pair, unless it has one. The caller's write says why."""
    drawn = X25519PrivateKey.generate()
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(key.key).encrypt(nonce, drawn.private_bytes_raw(), case_id.encode())
    public = drawn.public_key().public_bytes_raw()
    tx.execute(insert_new(case_keys).values(case_id=case_id, public_key=public, private_key_sealed=sealed))


def public_of(conn: Connection, case_id: CaseId) -> bytes | None:
    """The public half; None where nothing was ever asked for in the case."""
    return conn.execute(select(case_keys.c.public_key).where(case_keys.c.case_id == case_id)).scalar_one_or_none()


def seal(public: bytes, about: str, plain: bytes) -> bytes:
    """`plain` as only the case can read it, bound to `about` (the request it answers): a key of its own each time.

    As long as any other, to who holds the record; it may not end in a zero byte.
    """
    once = X25519PrivateKey.generate()
    mine = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    # The key seals once, so that its nonce may be any.
    padded = plain.ljust(PADDED_BYTES, b"\0")
    return mine + AESGCM(_derived(shared, mine, public)).encrypt(bytes(NONCE_BYTES), padded, about.encode())


def unseal(conn: Connection, key: StaffKey, case_id: CaseId, about: str, sealed: bytes) -> bytes:
    """What was sealed to the case; raises SealBrokenError."""
    row = conn.execute(select(case_keys).where(case_keys.c.case_id == case_id)).one_or_none()
    if row is None:
        raise SealBrokenError
    held: bytes = row.private_key_sealed
    try:
        raw = AESGCM(key.key).decrypt(held[:NONCE_BYTES], held[NONCE_BYTES:], case_id.encode())
        theirs, told = sealed[:PUBLIC_BYTES], sealed[PUBLIC_BYTES:]
        shared = X25519PrivateKey.from_private_bytes(raw).exchange(X25519PublicKey.from_public_bytes(theirs))
        padded = AESGCM(_derived(shared, theirs, row.public_key)).decrypt(bytes(NONCE_BYTES), told, about.encode())
        return padded.rstrip(b"\0")
    except (InvalidTag, ValueError):
        raise SealBrokenError from None


def _derived(shared: bytes, once: bytes, public: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_SAYS + once + public).derive(shared)
