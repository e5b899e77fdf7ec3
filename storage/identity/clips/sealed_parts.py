"""The bytes of an original's parts: AES-256-CTR under the original's own key, a fresh nonce for each part written.

CTR alone would let somebody with the disk change bits unseen; what comes out is decoded in the sandbox and encoded
anew, and the part's SHA-256 was checked when it arrived, so nothing downstream trusts these bytes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

NONCE_BYTES = 16


def seal(key: bytes) -> tuple[bytes, CipherContext]:
    """A fresh nonce, which is written first, and what turns plain bytes into those written after it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce, Cipher(AES(key), CTR(nonce)).encryptor()


def unseal(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The plain bytes of one part, of which `chunks` are the stored bytes in order."""
    head, stream = b"", None
    for chunk in chunks:
        if stream is None:
            head += chunk
            if len(head) < NONCE_BYTES:
                continue
            stream = Cipher(AES(key), CTR(head[:NONCE_BYTES])).decryptor()
            chunk = head[NONCE_BYTES:]
        yield stream.update(chunk)
