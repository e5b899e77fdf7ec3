"""The leak oracle finds what is planted, in every encoding, and takes nothing else for it."""

from __future__ import annotations

import base64
import gzip
import secrets as drawn
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.attacks.needles import STEP, Needles
from tests.attacks.oracle import ENCODINGS, Oracle, Secrets

SECRET = "c7q2w4nzx5kfb3dm"
SAID: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda raw: raw,
    "utf-16": lambda raw: raw.decode().encode("utf-16-le"),
    "hex": lambda raw: raw.hex().encode(),
    "HEX": lambda raw: raw.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64url": base64.urlsafe_b64encode,
    "per cent": lambda raw: "".join(f"%{byte:02X}" for byte in raw).encode(),
    "backwards": lambda raw: raw[::-1],
}


@pytest.fixture
def oracle() -> Oracle:
    """One that knows one secret of some length, and one that is as short as can be."""
    secrets = Secrets()
    secrets.add("receipt", SECRET)
    secrets.add_place("place", 38.91247)
    return Oracle(secrets)


def test_there_are_eight_encodings() -> None:
    """And each of them has a planting of its own below."""
    assert len(ENCODINGS) == 8
    assert set(SAID) == set(ENCODINGS)


@pytest.mark.parametrize("encoding", SAID)
@pytest.mark.parametrize("before", range(4))
def test_a_secret_is_found_in_each_encoding(oracle: Oracle, encoding: str, before: int) -> None:
    """Wherever it begins, also within what was encoded with it."""
    said = SAID[encoding](b"x" * before + SECRET.encode() + b"yz")

    found = oracle.hits("there", b"noise " * 9 + said + b" noise")

    assert {(hit.where, hit.kind, hit.secret) for hit in found} == {("there", "receipt", SECRET.encode())}


@pytest.mark.parametrize("encoding", SAID)
def test_so_is_the_shortest(oracle: Oracle, encoding: str) -> None:
    """A coordinate of seven decimals is one of three."""
    found = {hit.kind for hit in oracle.hits("there", SAID[encoding](b'{"lat":38.9124712,"lon":-094.512345}'))}

    assert found == {"place", "place, finer"}


@pytest.mark.parametrize("encoding", ["plain", "backwards"])
def test_a_number_within_another_is_another(oracle: Oracle, encoding: str) -> None:
    """Seconds since 1970 with their parts hold the digits of many a place."""
    assert oracle.hits("there", SAID[encoding](b"1796003838.91247 5138.912")) == []
    assert oracle.hits("there", SAID[encoding](b"at 038.912N"))


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda raw: zlib.compress(gzip.compress(raw))])
def test_what_is_packed_is_looked_at_unpacked(oracle: Oracle, pack: Callable[[bytes], bytes]) -> None:
    """Also twice packed, in the middle of other bytes."""
    [hit] = oracle.hits("there", b"head" + pack(b"some words, then " + SECRET.encode()) + b"tail")

    assert (hit.kind, hit.where.startswith("there, unpacked")) == ("receipt", True)


def test_a_mail_address_is_found_as_a_form_sends_it() -> None:
    """With its mark alone by per cent."""
    secrets = Secrets()
    secrets.add("mail", "sam.carter@example.org")

    assert Oracle(secrets).hits("there", f"q={quote('sam.carter@example.org')}&".encode())


@pytest.mark.parametrize("at", [1_763_812_831_123])
def test_a_time_is_found_as_digits_as_sqlite_has_it_and_to_the_minute(at: int) -> None:
    """2025-11-22 12:00:31.123; the quarter hour it belongs to is no secret."""
    secrets = Secrets()
    secrets.add_moment("time", at, told=True)
    oracle = Oracle(secrets)

    for said in (str(at).encode(), b"\x05" + at.to_bytes(6, "big"), b"at 2025-11-22T12:00:31Z", b"1763812831.123"):
        assert oracle.hits("there", said)
    assert not oracle.hits("there", b"2025-11-22T12:15:00Z 1763811900000")


def test_random_bytes_and_what_is_like_a_secret_are_none(oracle: Oracle) -> None:
    """No alarm for 8 MB of chance, a neighbour of the place, or half the secret."""
    like = [b"38.913", b"389124", SECRET[:8].encode(), SECRET[:8].encode().hex().encode(), SECRET[4:].upper().encode()]

    assert oracle.hits("there", drawn.token_bytes(8 << 20)) == []
    assert oracle.hits("there", b" ".join(like)) == []


def test_what_is_too_short_to_be_looked_for_is_refused() -> None:
    """Five bytes stand in every film."""
    with pytest.raises(ValueError, match="too short"):
        Secrets().add("code", "12345")


def test_what_was_said_before_is_dropped_and_counted() -> None:
    """What stood in the city's own files tells nothing of who came later."""
    secrets = Secrets()
    secrets.add("receipt", SECRET)
    secrets.add_place("place", 10.00312)

    oracle = Oracle(secrets, known=[b"[10.00398,-40.01,10.003]"])

    assert set(oracle.dropped) == {"place"}
    assert not oracle.hits("there", b"10.003")
    assert oracle.hits("there", SECRET.encode())


def test_needles_are_found_across_the_steps_of_the_walk() -> None:
    """At each place around the end of a step, and at both ends of the data."""
    needle = b"across the border"
    needles = Needles([needle, b"another"])

    for at in (0, *range(STEP - 20, STEP + 3), 2 * STEP - len(needle)):
        data = bytes(at) + needle + bytes(2 * STEP - at - len(needle))
        assert list(needles.find(data)) == [(0, at)]


def test_ten_thousand_alike_are_told_apart() -> None:
    """Those that begin and end alike have a window of their own."""
    alike = [f"2026-11-{number:05d}-of-one-form".encode() for number in range(10_000)]

    assert {number for number, _ in Needles(alike).find(b" ".join(alike[::7]))} == set(range(0, 10_000, 7))
