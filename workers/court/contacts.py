"""Contacts that owners gave a case, in a package's one file that only a passphrase opens.

Sealed by the staff program when the package is asked for, so that what makes the package reads none of them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

NAME = "contacts.sealed"
HEAD = b"porchlight contacts 1\n"  # so that the key opens nothing else
SALT_BYTES = 16
NONCE = bytes(12)  # the salt makes each key another one, which seals once
# 64 MB and a quarter of a second for each guess (RFC 7914 names 2^15 for a log-in; a package lies about for years).
COST, BLOCK_SIZE, LANES = 2**16, 8, 1

Contact = Mapping[str, str]


class NotOpenedError(Exception):
    """Another passphrase, or not a file of contacts."""


def seal(passphrase: str, contacts: Sequence[Contact]) -> bytes:
    """The file: its head, a salt, and the contacts as JSON under AES-GCM."""
    salt = secrets.token_bytes(SALT_BYTES)
    return HEAD + salt + AESGCM(_key(passphrase, salt)).encrypt(NONCE, json.dumps(list(contacts)).encode(), HEAD)


def open_sealed(passphrase: str, sealed: bytes) -> list[Contact]:
    """What was sealed; raises NotOpenedError."""
    begins = len(HEAD) + SALT_BYTES
    salt, told = sealed[len(HEAD) : begins], sealed[begins:]
    if not sealed.startswith(HEAD) or len(salt) < SALT_BYTES:
        raise NotOpenedError
    try:
        found: list[Contact] = json.loads(AESGCM(_key(passphrase, salt)).decrypt(NONCE, told, HEAD))
    except InvalidTag:
        raise NotOpenedError from None
    return found


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK_SIZE, p=LANES).derive(passphrase.encode())
