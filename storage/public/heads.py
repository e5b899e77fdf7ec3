"""The audit's newest hash, signed and published once a day: who kept one can tell later whether the chain still has it.

A hash alone, without its number: how many lines a day has would tell how much residents and staff do.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Connection, select

from storage import audit
from storage.db import Tx
from storage.kit import clock
from storage.schema import published_heads
from storage.upserts import insert_new

MOST = 366  # that are told, the newest
_SAYS = "porchlight audit head 1"  # so that the signature says nothing about anything else


@dataclass(frozen=True)
class Head:
    """The hash the chain ended with on a day (UTC), and who says so: Ed25519, everything in hex."""

    day: str
    hash: str
    key: str
    signature: str


def sign(seed: bytes, day: str, hash_: str) -> Head:
    """The head under the key of these 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes_raw().hex()
    return Head(day, hash_, public, key.sign(_said(day, hash_)).hex())


def is_signed(head: Head) -> bool:
    """Whether the signature is that of the key it names, over this day and hash."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.key))
        key.verify(bytes.fromhex(head.signature), _said(head.day, head.hash))
    except (ValueError, InvalidSignature):
        return False
    return True


def publish(tx: Tx, seed: bytes) -> bool:
    """Publishes today's head; False if one was. Its own line in the audit comes after, so no two days have one hash:
    a day on which nothing happened looks like any other."""
    head = sign(seed, clock.as_text(tx.now())[:10], audit.newest_hash(tx.connection))
    if not tx.execute(insert_new(published_heads).values(**asdict(head))).rowcount:
        return False
    tx.audit("audit.publish_head", head.day)
    return True


def published(conn: Connection) -> list[Head]:
    """The newest heads, the newest first."""
    query = select(published_heads).order_by(published_heads.c.day.desc()).limit(MOST)
    return [Head(row.day, row.hash, row.key, row.signature) for row in conn.execute(query)]


def _said(day: str, hash_: str) -> bytes:
    return f"{_SAYS}\n{day}\n{hash_}".encode()
