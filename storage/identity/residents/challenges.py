"""What a device signs to show that it holds a passkey: made for one purpose, good for ten minutes and for one use.

Nothing is stored for one that was only asked for, so asking for many fills no table. One that came back signed is
counted as a try of its own, which is how nobody uses it twice.
"""

from __future__ import annotations

import hmac
import secrets

from storage.identity import limits
from storage.identity.limits import Limit
from storage.identity.vault import Vault
from storage.kit import clock

LIFE = 10 * clock.MINUTE  # somebody looks for the key in a drawer
_ONCE = Limit("uses of one challenge", 1, 2 * LIFE)
_TIME_BYTES, _DRAWN_BYTES, _SEAL_BYTES = 8, 16, 16


def new(vault: Vault, purpose: str) -> bytes:
    """A challenge for `purpose`, 40 bytes."""
    said = (clock.now() + LIFE).to_bytes(_TIME_BYTES) + secrets.token_bytes(_DRAWN_BYTES)
    return said + _seal(vault, purpose, said)


def is_ours(vault: Vault, purpose: str, challenge: bytes) -> bool:
    """Whether this was made here for `purpose` and is not too old."""
    said, seal = challenge[:-_SEAL_BYTES], challenge[-_SEAL_BYTES:]
    right = hmac.compare_digest(seal, _seal(vault, purpose, said))
    return right and int.from_bytes(said[:_TIME_BYTES]) > clock.now()


def use_up(vault: Vault, challenge: bytes) -> bool:
    """Whether it was not used before; from here on it was."""
    return limits.is_within(vault, _ONCE, challenge.hex())


def _seal(vault: Vault, purpose: str, said: bytes) -> bytes:
    return vault.keyed("passkey challenge", purpose, said.hex())[:_SEAL_BYTES]
