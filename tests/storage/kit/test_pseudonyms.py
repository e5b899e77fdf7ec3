"""Names under which neighbours speak."""

from __future__ import annotations

import hashlib

from storage.kit.pseudonyms import name_for


def test_a_name_is_two_words_and_a_number() -> None:
    """The same for the same bytes."""
    assert name_for(bytes(3)) == name_for(bytes(32)) == "Amber Acorn 10"


def test_names_are_many_and_short() -> None:
    """Of a thousand draws nearly all differ, and each fits its column."""
    names = {name_for(hashlib.sha256(str(number).encode()).digest()) for number in range(1000)}

    assert len(names) > 980
    assert max(map(len, names)) <= 40
