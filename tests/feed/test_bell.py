"""The bell: sealed rings in one stream per epoch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import redis

from feed.bell import KEPT, KEPT_SECONDS, Bell, ForgedRingError, Ring, seal, stream, unseal, unseal_any
from storage.feed_log import Kind, Line
from storage.kit.clock import now_ns
from storage.kit.ids import DivisionId, PostId
from tests.conftest import BELL_KEY

RING = Ring(17, "division-1", "crime", b'{"seq":17}', 123)


def test_a_sealed_ring_opens_to_what_was_sealed() -> None:
    """Under the same key, for the same place."""
    assert unseal(BELL_KEY, "e", 17, seal(BELL_KEY, "e", RING)) == RING


def test_words_with_line_breaks_come_through() -> None:
    """The event may hold any bytes."""
    ring = replace(RING, event=b"one\ntwo\n\x00")

    assert unseal(BELL_KEY, "e", 17, seal(BELL_KEY, "e", ring)) == ring


@pytest.mark.parametrize(("key", "epoch", "seq"), [(bytes(32), "e", 17), (BELL_KEY, "f", 17), (BELL_KEY, "e", 18)])
def test_a_ring_opens_nowhere_else(key: bytes, epoch: str, seq: int) -> None:
    """Neither under another key, nor in another epoch, nor under another number."""
    with pytest.raises(ForgedRingError):
        unseal(key, epoch, seq, seal(BELL_KEY, "e", RING))


def test_an_older_key_is_heard_while_it_is_changed() -> None:
    """Whoever rings under either is heard; a third key is a forgery."""
    keys = (bytes(32), BELL_KEY)

    assert unseal_any(keys, "e", 17, seal(BELL_KEY, "e", RING)) == RING
    assert unseal_any(keys, "e", 17, seal(bytes(32), "e", RING)) == RING
    with pytest.raises(ForgedRingError):
        unseal_any(keys, "e", 17, seal(bytes(range(1, 33)), "e", RING))


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(12), bytes(200)])
def test_what_nobody_sealed_is_forged(sealed: bytes) -> None:
    """Of whatever length."""
    with pytest.raises(ForgedRingError):
        unseal(BELL_KEY, "e", 17, sealed)


def test_every_changed_byte_is_seen() -> None:
    """There is no byte that could be altered."""
    sealed = seal(BELL_KEY, "e", RING)

    for place in range(len(sealed)):
        broken = bytearray(sealed)
        broken[place] ^= 1
        with pytest.raises(ForgedRingError):
            unseal(BELL_KEY, "e", 17, bytes(broken))


def test_redis_holds_no_word_of_a_post(redis_client: redis.Redis) -> None:
    """Who reads Redis learns that something happened, and not what."""
    Bell(redis_client, BELL_KEY).ring("e", _line(1), b'{"title":"A secret"}')

    held = str(redis_client.xrange(stream("e")))

    assert "secret" not in held
    assert "division-1" not in held


def test_a_ring_is_under_its_number_and_knows_its_moment(redis_client: redis.Redis) -> None:
    """Entry `<seq>-0`, with the nanosecond it was rung."""
    before = now_ns()
    Bell(redis_client, BELL_KEY).ring("e", _line(7), b"{}")

    rung: Any = redis_client.xrange(stream("e"))
    [(id_, fields)] = rung
    ring = unseal(BELL_KEY, "e", 7, fields[b"r"])

    assert id_ == b"7-0"
    assert (ring.division, ring.category, ring.event) == ("division-1", "crime", b"{}")
    assert before < ring.committed_ns < now_ns()


def test_a_ring_below_another_fails(redis_client: redis.Redis) -> None:
    """Two commits rang in the wrong order: the hole is the nodes' to mend."""
    bell = Bell(redis_client, BELL_KEY)
    bell.ring("e", _line(8), b"{}")

    with pytest.raises(redis.ResponseError):
        bell.ring("e", _line(7), b"{}")


def test_the_stream_is_bounded(redis_client: redis.Redis) -> None:
    """Redis keeps about the newest 256, and none of them for long after the last."""
    bell = Bell(redis_client, BELL_KEY)
    with redis_client.pipeline(transaction=False) as pipe:
        for seq in range(1, KEPT + 501):
            pipe.xadd(stream("e"), {"r": b""}, id=f"{seq}-0")
        pipe.execute()

    bell.ring("e", _line(KEPT + 501), b"{}")

    assert KEPT <= redis_client.xlen(stream("e")) < KEPT + 200
    left: Any = redis_client.ttl(stream("e"))
    assert KEPT_SECONDS - 60 < left <= KEPT_SECONDS


def _line(seq: int) -> Line:
    return Line(seq, Kind.PUBLISHED, PostId("p"), DivisionId("division-1"), "crime")
