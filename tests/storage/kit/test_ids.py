"""Ids name a thing and secrets hold one; neither can be guessed or counted."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from storage.kit import ids

MANY = 2_000


@pytest.mark.parametrize(("draw", "length"), [(ids.new_id, 26), (ids.new_secret, 52)])
def test_what_is_drawn_is_lower_case_base32(draw: Callable[[], str], length: int) -> None:
    """128 bits of id are 26 characters, 256 bits of secret 52; both are safe in a path and a header."""
    assert re.fullmatch(rf"[a-z2-7]{{{length}}}", draw())


@pytest.mark.parametrize("draw", [ids.new_id, ids.new_secret])
def test_nothing_is_drawn_twice(draw: Callable[[], str]) -> None:
    """Many draws differ, and their order says nothing: they do not rise."""
    drawn = [draw() for _ in range(MANY)]

    assert len(set(drawn)) == MANY
    assert drawn != sorted(drawn)


def test_a_code_has_the_digits_asked_for() -> None:
    """Leading zeros are kept."""
    codes = [ids.new_digits(6) for _ in range(MANY)]

    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert any(code.startswith("0") for code in codes)


def test_a_digest_hides_the_secret_and_knows_it_again() -> None:
    """The same secret has the same digest, another one another, and the digest does not contain it."""
    secret = ids.new_secret()

    assert ids.digest(secret) == ids.digest(secret)
    assert ids.digest(secret) != ids.digest(ids.new_secret())
    assert secret not in ids.digest(secret)
    assert re.fullmatch(r"[0-9a-f]{64}", ids.digest(secret))


def test_waits_are_spread_over_the_whole_time() -> None:
    """Those who wait together come back apart: in both halves of the time, and never outside it."""
    waits = [ids.spread(10) for _ in range(MANY)]

    assert all(0 <= wait <= 10 for wait in waits)
    assert 0.4 * MANY < sum(wait < 5 for wait in waits) < 0.6 * MANY
