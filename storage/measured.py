"""Times what databases and buckets answer, from outside: neither knows of it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import QueuePool

from storage.kit import metrics
from storage.kit.errors import NotThere
from storage.objects import Bucket, Draft, open_bucket

_BEGAN = "porchlight_began"


def watch(engine: Engine, name: str) -> None:
    """Measures every statement and connection of this database, under its name: never what it says."""

    def before(conn: Any, *_: object) -> None:
        conn.info[_BEGAN] = time.monotonic()

    def after(conn: Any, *_: object) -> None:
        metrics.observe("database_seconds", time.monotonic() - conn.info[_BEGAN], database=name)

    def failed(_context: object) -> None:
        metrics.count("database_errors", database=name)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", failed)
    if isinstance(engine.pool, QueuePool):
        metrics.ask("database_connections", engine.pool.checkedout, database=name)


def bucket(url: str, name: str) -> Bucket:
    """The bucket that `url` names (`storage.objects.open_bucket`), timed under a name of ours."""
    return MeasuredBucket(open_bucket(url), name)


class MeasuredBucket:
    """A bucket, timed."""

    def __init__(self, bucket: Bucket, name: str) -> None:
        self._bucket, self._name = bucket, name

    def put(self, key: str, file: Path) -> None:
        """See Bucket."""
        with self._timed("put"):
            self._bucket.put(key, file)

    def draft(self, key: str) -> AbstractContextManager[Draft]:
        """See Bucket. Not timed: it is as fast as the one who sends."""
        return self._bucket.draft(key)

    def size(self, key: str) -> int:
        """See Bucket."""
        with self._timed("size"):
            return self._bucket.size(key)

    def chunks(self, key: str, start: int = 0, end: int | None = None) -> Generator[bytes, None, None]:
        """See Bucket. Timed to the first byte: after it, it is as fast as the one who reads."""
        pieces = self._bucket.chunks(key, start, end)
        try:
            with self._timed("get"):
                first = next(pieces, None)
            if first is not None:
                yield first
                yield from pieces
        finally:
            pieces.close()

    def delete(self, key: str) -> None:
        """See Bucket."""
        with self._timed("delete"):
            self._bucket.delete(key)

    def keys(self, *, older_than: int, beginning: str = "") -> Iterator[str]:
        """See Bucket."""
        return self._bucket.keys(older_than=older_than, beginning=beginning)

    def demand_there(self) -> None:
        """See Bucket."""
        self._bucket.demand_there()

    @contextmanager
    def _timed(self, verb: str) -> Iterator[None]:
        try:
            with metrics.timed("object_seconds", bucket=self._name, verb=verb):
                yield
        except NotThere:
            raise  # an answer like any other
        except Exception:
            metrics.count("object_errors", bucket=self._name, verb=verb)
            raise
