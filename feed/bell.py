"""The bell: one Redis Stream per epoch that wakes the feed's nodes and carries each event sealed.

The log in the record is the truth; a bell that is lost, late, doubled or forged costs a look into the log, nothing
else. The key is one Redis never holds: whoever can write to Redis can neither read a post there nor invent one.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import redis
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.feed_log import Line
from storage.kit.clock import now_ns

NONCE_BYTES = 12
# What was taken back stays readable here for whoever has the key, so not much is kept, and not for long.
KEPT = 256  # entries; a node that is further behind reads the log
KEPT_SECONDS = 15 * 60  # after the last ring


class ForgedRingError(Exception):
    """An entry that does not open under our key: somebody else writes to this Redis. An alarm, not a fault."""


@dataclass(frozen=True)
class Ring:
    """What one entry says: where the event belongs, the event's JSON, and when it was committed (nanoseconds)."""

    seq: int
    division: str
    category: str
    event: bytes
    committed_ns: int


def stream(epoch: str) -> str:
    """The stream's name in Redis."""
    return f"feed:{epoch}"


class Bell:
    """Rings for what was committed."""

    def __init__(self, client: redis.Redis, key: bytes) -> None:
        self._client = client
        self._key = key

    def ring(self, epoch: str, line: Line, event: bytes) -> None:
        """Adds entry `<seq>-0`. Fails where a later one is already there; the nodes mend that hole from the log."""
        sealed = seal(
            self._key,
            epoch,
            Ring(line.seq, line.division, line.category, event, now_ns()),
        )
        self._client.xadd(stream(epoch), {"r": sealed}, id=f"{line.seq}-0", maxlen=KEPT, approximate=True)
        self._client.expire(stream(epoch), KEPT_SECONDS)


def seal(key: bytes, epoch: str, ring: Ring) -> bytes:
    """The entry's bytes: encrypted, and bound to its epoch and number."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    envelope = json.dumps([ring.division, ring.category, ring.committed_ns]).encode() + b"\n" + ring.event
    return nonce + AESGCM(key).encrypt(nonce, envelope, _place(epoch, ring.seq))


def unseal(key: bytes, epoch: str, seq: int, sealed: bytes) -> Ring:
    """The ring in an entry's bytes; raises ForgedRingError for anything our key did not seal for this place."""
    try:
        envelope = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(epoch, seq))
    except (InvalidTag, ValueError):
        raise ForgedRingError from None
    head, _, event = envelope.partition(b"\n")
    division, category, committed_ns = json.loads(head)
    return Ring(seq, division, category, event, committed_ns)


def unseal_any(keys: Sequence[bytes], epoch: str, seq: int, sealed: bytes) -> Ring:
    """The ring under whichever of `keys` sealed it: while the key is changed, some still ring under the older one.

    Raises ForgedRingError where none of them did.
    """
    for key in keys[:-1]:
        with suppress(ForgedRingError):
            return unseal(key, epoch, seq, sealed)
    return unseal(keys[-1], epoch, seq, sealed)


def _place(epoch: str, seq: int) -> bytes:
    return f"{epoch}:{seq}".encode()
