"""The bytes of a part: noise without the original's key, the same bytes with it."""

from __future__ import annotations

import os

import pytest

from storage.identity.clips import sealed_parts
from storage.identity.vault import new_key

PLAIN = os.urandom(1000) + b"words that say who"


def sealed(key: bytes, plain: bytes, step: int = 100) -> bytes:
    """A part as it is stored, sealed a piece at a time."""
    nonce, stream = sealed_parts.seal(key)
    return nonce + b"".join(stream.update(plain[at : at + step]) for at in range(0, len(plain), step))


@pytest.mark.parametrize("step", [1, 7, 15, 16, 17, 10_000])
def test_what_was_sealed_comes_back(step: int) -> None:
    """However the stored bytes are cut when they are read, also within the nonce."""
    key = new_key()
    stored = sealed(key, PLAIN)

    chunks = [stored[at : at + step] for at in range(0, len(stored), step)]

    assert b"".join(sealed_parts.unseal(key, chunks)) == PLAIN


def test_another_key_gives_noise() -> None:
    """Nothing of the plain bytes is in what is stored, nor in what another key makes of it."""
    stored = sealed(new_key(), PLAIN)

    assert b"who" not in stored
    assert b"".join(sealed_parts.unseal(new_key(), [stored])) != PLAIN


def test_the_same_part_is_sealed_anew_each_time() -> None:
    """A nonce is never used twice, or two versions of a part could be held against each other."""
    key = new_key()

    assert sealed(key, PLAIN) != sealed(key, PLAIN)


@pytest.mark.parametrize("stored", [b"", b"short", bytes(16)])
def test_a_part_without_bytes_is_empty(stored: bytes) -> None:
    """Nothing is made up."""
    assert b"".join(sealed_parts.unseal(new_key(), [stored] if stored else [])) == b""
