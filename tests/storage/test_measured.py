"""Databases and buckets are timed under names of ours, and nothing of what was asked is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import column, table

from storage import measured
from storage.db import Database
from storage.identity.vault import Vault
from storage.kit import metrics
from storage.kit.errors import NotThere, Unavailable
from storage.kit.ids import new_id
from storage.objects import Bucket


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics of each test's own."""
    monkeypatch.setattr(metrics, "_here", metrics._Here())


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Bucket]:
    """An empty bucket, timed."""
    yield measured.bucket(str(tmp_path / "media"), "media")


def test_statements_are_timed_by_side(record_url: str, new_identity: object, tmp_path: Path) -> None:
    """The record's and identity's apart; connections in use are told where there is a pool."""
    record, vault = Database(record_url), Vault(new_identity(tmp_path), bytes(32))  # type: ignore[operator]

    with record.read() as conn:
        conn.execute(select(1))
    with vault.read() as conn:
        conn.execute(select(1))
        in_use = metrics.value_of("database_connections", database="identity")

    assert (metrics.value_of("database_seconds", database="record") or 0) >= 1
    assert (metrics.value_of("database_seconds", database="identity") or 0) >= 1
    assert in_use == (1 if vault.engine.dialect.name == "postgresql" else None)
    record.engine.dispose()
    vault.engine.dispose()


def test_statements_that_fail_are_counted(record: Database) -> None:
    """By the side alone."""
    with pytest.raises((DBAPIError, Unavailable)), record.read() as conn:
        conn.execute(select(column("x")).select_from(table("nowhere")))

    assert metrics.value_of("database_errors", database="record") == 1
    assert "nowhere" not in metrics.text().decode()


def test_a_bucket_does_what_it_did(bucket: Bucket, tmp_path: Path) -> None:
    """Every verb goes through, and each is timed; what is not there is an answer and no error."""
    key, file = new_id(), tmp_path / "file"
    file.write_bytes(b"0123456789")

    bucket.put(key, file)
    with bucket.draft(new_id()) as draft:
        draft.write(b"x")
        draft.keep()
    told = bucket.size(key), b"".join(bucket.chunks(key, 2, 5)), len(list(bucket.keys(older_than=1 << 60)))
    bucket.delete(key)
    with pytest.raises(NotThere):
        bucket.size(key)
    with pytest.raises(NotThere):
        list(bucket.chunks(key))

    assert told == (10, b"234", 2)
    seen = {verb: metrics.value_of("object_seconds", bucket="media", verb=verb) for verb in ("put", "get", "delete")}
    assert seen == {"put": 1, "get": 2, "delete": 1}
    assert metrics.value_of("object_errors", bucket="media", verb="size") is None
    assert key not in metrics.text().decode()


def test_a_reader_that_leaves_closes_the_file(bucket: Bucket, tmp_path: Path) -> None:
    """Closing the pieces half way lets go of what they were read from."""
    key, file = new_id(), tmp_path / "file"
    file.write_bytes(bytes(1 << 20))
    bucket.put(key, file)

    pieces = bucket.chunks(key)
    first = next(pieces)
    pieces.close()

    assert len(first) > 0
    assert next(pieces, None) is None


def test_requests_that_fail_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By bucket and verb."""
    bucket = measured.bucket(str(tmp_path / "media"), "originals")

    with pytest.raises(ValueError, match="key"):
        bucket.delete("../../etc/passwd")

    assert metrics.value_of("object_errors", bucket="originals", verb="delete") == 1
