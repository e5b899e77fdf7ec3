"""Contacts in a package: opened by their passphrase and by nothing else."""

from __future__ import annotations

import pytest

from workers.court import contacts
from workers.court.contacts import HEAD, SALT_BYTES, NotOpenedError

GIVEN = [{"request": "r", "answer": "a", "contact": "Ann, 555-0100"}]


def test_the_passphrase_alone_opens_them() -> None:
    """Sealed twice they differ; a bit more or less, and nothing opens."""
    sealed, again = contacts.seal("four words and more", GIVEN), contacts.seal("four words and more", GIVEN)

    assert contacts.open_sealed("four words and more", sealed) == GIVEN
    assert sealed != again and b"555" not in sealed
    changed = bytes([*sealed[:-1], sealed[-1] ^ 1])
    for phrase, told in (("four words and mor", sealed), ("four words and more", changed)):
        with pytest.raises(NotOpenedError):
            contacts.open_sealed(phrase, told)


@pytest.mark.parametrize("told", [b"", HEAD, HEAD + bytes(SALT_BYTES - 1), b"x" * 100])
def test_what_is_no_such_file_opens_nothing(told: bytes) -> None:
    """However short."""
    with pytest.raises(NotOpenedError):
        contacts.open_sealed("four words and more", told)
