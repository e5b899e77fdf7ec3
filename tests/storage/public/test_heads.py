"""Published heads of the audit: signed, one a day, and no two alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage import audit
from storage.db import CHORES, Database
from storage.public import heads
from storage.public.heads import Head
from tests import builders

SEED, OTHER = bytes(range(32)), bytes(32)
HEAD = heads.sign(SEED, "2026-11-30", "a" * 64)


def test_a_head_is_signed_by_its_key() -> None:
    """As it was said, by whom it was said."""
    assert heads.is_signed(HEAD)


@pytest.mark.parametrize(
    "forged",
    [
        replace(HEAD, day="2026-11-29"),
        replace(HEAD, hash="b" * 64),
        replace(HEAD, key=heads.sign(OTHER, HEAD.day, HEAD.hash).key),
        replace(HEAD, signature=HEAD.signature[::-1]),
        replace(HEAD, key="no key"),
    ],
)
def test_a_head_that_was_changed_is_not(forged: Head) -> None:
    """Another day, hash, key or signature."""
    assert not heads.is_signed(forged)


def test_a_head_is_published_once_a_day(record: Database, city: builders.City) -> None:
    """By chores; its own line comes after, so tomorrow's hash is another even if nothing happens."""
    chores = builders.as_role(record, "chores")
    with record.read() as conn:
        stood = audit.newest_hash(conn)

    published = []
    for _ in range(2):
        with chores.write(by=CHORES) as tx:
            published.append(heads.publish(tx, SEED))

    with builders.as_role(record, "public").read() as conn:
        (head,) = heads.published(conn)
    assert published == [True, False]
    assert (head.hash, heads.is_signed(head)) == (stood, True)
    with record.read() as conn:
        assert audit.newest_hash(conn) != stood
        assert audit.holds(conn, [head.hash, audit.FIRST, "f" * 64]) == {head.hash, audit.FIRST}
