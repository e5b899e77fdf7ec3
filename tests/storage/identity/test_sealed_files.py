"""A sealed file comes back whole under its key, and not at all when it was touched."""

from __future__ import annotations

import io
import os

import pytest

from storage.identity.sealed_files import PIECE_BYTES, PREFIX_BYTES, TAG_BYTES, Sealing, unsealed
from storage.identity.vault import SealBrokenError, new_key

SEALED_PIECE = PIECE_BYTES + TAG_BYTES


def sealed(key: bytes, plain: bytes, step: int = 100_000) -> bytes:
    """The bytes of the file."""
    file = io.BytesIO()
    with Sealing(file, key) as sealing:
        for at in range(0, len(plain), step):
            sealing.write(plain[at : at + step])
    return file.getvalue()


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_what_was_sealed_comes_back(size: int) -> None:
    """Whatever its length, and nothing of it can be read without the key."""
    key, plain = new_key(), os.urandom(size)

    stored = sealed(key, plain)

    assert unsealed(io.BytesIO(stored), key).read() == plain
    assert size < 100 or plain[:100] not in stored


def test_another_key_opens_nothing() -> None:
    """Not even the first byte."""
    with pytest.raises(SealBrokenError):
        unsealed(io.BytesIO(sealed(new_key(), b"who")), new_key()).read(1)


@pytest.mark.parametrize("harm", ["changed", "cut", "dropped", "swapped", "longer", "empty"])
def test_what_was_touched_is_found(harm: str) -> None:
    """A changed byte, a lost end, a lost or moved piece, something behind it, nothing at all."""
    key = new_key()
    stored = sealed(key, os.urandom(3 * PIECE_BYTES))
    head, pieces = stored[:PREFIX_BYTES], stored[PREFIX_BYTES:]
    one, two, three = (pieces[at : at + SEALED_PIECE] for at in range(0, len(pieces), SEALED_PIECE))
    touched = {
        "changed": head + one[:-1] + bytes([one[-1] ^ 1]) + two + three,
        "cut": head + one + two,
        "dropped": head + one + three,
        "swapped": head + two + one + three,
        "longer": stored + b"x",
        "empty": b"",
    }[harm]

    with pytest.raises(SealBrokenError):
        unsealed(io.BytesIO(touched), key).read()
