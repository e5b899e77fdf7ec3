"""Whether posts whose bytes are on their way to viewers still stand as they did when somebody was let see them.

All streams of a process are asked about together, a few times a second: nothing of what was taken back is served two
seconds later, and a thousand slow viewers cost no more questions than one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from anyio import CapacityLimiter, move_on_after
from anyio.to_thread import run_sync

from storage import posts
from storage.db import Database
from storage.kit.errors import NotThere, Unavailable
from storage.kit.ids import PostId
from storage.posts import Post, PostState

# A stream looks this often, at an answer that was asked for at most so long before.
LOOKS_SECONDS = 0.5
# One slow answer cuts nobody: the last one holds until it is so old, which leaves half a second of the two for the cut.
HOLDS_SECONDS = 1.5
_LEAST_PAUSE_SECONDS = 0.1  # where the record refuses at once
_ASKER = CapacityLimiter(1)  # one asks, for all


@dataclass(frozen=True)
class _Answer:
    """What the record said when asked at `at`, in seconds as time.monotonic() counts; None: it never heard of it."""

    at: float
    states: Mapping[PostId, PostState | None]


class UnderWay:
    """The posts that are being streamed, and how they stood when last asked."""

    def __init__(self, record: Database) -> None:
        self._record = record
        self._streams: Counter[PostId] = Counter()
        self._last = _Answer(0.0, {})

    @contextmanager
    def streaming(self, post: Post) -> Iterator[None]:
        """While inside, the post is one of those asked about."""
        self._streams[post.id] += 1
        try:
            yield
        finally:
            self._streams[post.id] -= 1
            if not self._streams[post.id]:
                del self._streams[post.id]

    async def must_stand(self, post: Post) -> None:
        """Before the first byte: NotThere if it is not as it was, Unavailable if the record does not say in time."""
        await self._look(post, HOLDS_SECONDS)
        stood = self._stood(post)
        if stood is None:
            raise Unavailable("The record does not answer.")
        if not stood:
            raise NotThere

    async def stands(self, post: Post) -> bool:
        """Whether it is still as it was, by the last answer while that holds; without one nobody can say so."""
        last = self._last
        await self._look(post, HOLDS_SECONDS - (_age(last) if post.id in last.states else 0))
        return self._stood(post) is True

    @property
    def pause(self) -> float:
        """Seconds until the next look: less after an answer that came late."""
        return max(LOOKS_SECONDS - _age(self._last), _LEAST_PAUSE_SECONDS)

    def _stood(self, post: Post) -> bool | None:
        last = self._last
        if post.id not in last.states or _age(last) >= HOLDS_SECONDS:
            return None
        return last.states[post.id] is post.state

    async def _look(self, post: Post, seconds: float) -> None:
        since = time.monotonic() - LOOKS_SECONDS
        if not self._knows(post.id, since):
            with suppress(Unavailable), move_on_after(seconds):
                await run_sync(self._ask, post.id, since, limiter=_ASKER, abandon_on_cancel=True)

    def _ask(self, post_id: PostId, since: float) -> None:
        if self._knows(post_id, since):  # who waited before this one asked for both
            return
        at, ids = time.monotonic(), tuple(self._streams)
        with self._record.read() as conn:
            found = posts.states(conn, ids)
        self._last = _Answer(at, {one: found.get(one) for one in ids})

    def _knows(self, post_id: PostId, since: float) -> bool:
        last = self._last
        return post_id in last.states and last.at >= since


def _age(answer: _Answer) -> float:
    return time.monotonic() - answer.at
