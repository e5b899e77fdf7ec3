"""One question to the record for all who want to know something about posts: a crowd asks no more often than one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlalchemy import Connection

from storage.db import Database

Told = TypeVar("Told")
Id = TypeVar("Id", bound=str)


@dataclass(frozen=True)
class Answer(Generic[Id, Told]):
    """What the record said when asked at `at`, in seconds as time.monotonic() counts; None: it has nothing on it."""

    at: float
    told: Mapping[Id, Told | None]

    @property
    def age(self) -> float:
        """Seconds since."""
        return time.monotonic() - self.at


class Together(Generic[Id, Told]):
    """The posts that somebody of this process asks about, and the last answer."""

    def __init__(self, record: Database, question: Callable[[Connection, Sequence[Id]], Mapping[Id, Told]]) -> None:
        self._record, self._question = record, question
        self._about: Counter[Id] = Counter()
        self._asker = CapacityLimiter(1)  # one asks, for all
        self.last = Answer[Id, Told](0.0, {})

    @contextmanager
    def about(self, post_id: Id) -> Iterator[None]:
        """While inside, the post is one of those asked about."""
        self._about[post_id] += 1
        try:
            yield
        finally:
            self._about[post_id] -= 1
            if not self._about[post_id]:
                del self._about[post_id]

    async def ask(self, post_id: Id, seconds: float) -> None:
        """Until `last` holds an answer on the post that was asked for at most so long ago. Raises Unavailable."""
        since = time.monotonic() - seconds
        if not self._knows(post_id, since):
            await run_sync(self._ask, post_id, since, limiter=self._asker, abandon_on_cancel=True)

    def _ask(self, post_id: Id, since: float) -> None:
        if self._knows(post_id, since):  # who waited before this one asked for both
            return
        at, ids = time.monotonic(), tuple(self._about)
        with self._record.read() as conn:
            found = self._question(conn, ids)
        self.last = Answer(at, {one: found.get(one) for one in ids})

    def _knows(self, post_id: Id, since: float) -> bool:
        return post_id in self.last.told and self.last.at >= since
