"""Whether posts whose bytes are on their way to viewers still stand as they did when somebody was let see them.

All streams of a process are asked about together, a few times a second: nothing of what was taken back is served two
seconds later, and a thousand slow viewers cost no more questions than one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from anyio import CapacityLimiter, fail_after
from anyio.to_thread import run_sync

from storage import posts
from storage.db import Database
from storage.kit.errors import Unavailable
from storage.kit.ids import PostId
from storage.posts import Post, PostState

# A stream looks this often, at an answer that is at most as old: a decision is seen within twice that, and the answer.
LOOKS_SECONDS = 0.5
ANSWER_SECONDS = 0.5
_ASKER = CapacityLimiter(1)  # one asks, for all


class UnderWay:
    """The posts that are being streamed, and how they stood when last asked."""

    def __init__(self, record: Database) -> None:
        self._record = record
        self._streams: Counter[PostId] = Counter()
        self._states: dict[PostId, PostState] = {}
        self._asked = -LOOKS_SECONDS

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

    async def stands(self, post: Post) -> bool:
        """Whether it is still as it was; a record that does not answer in time cannot say so."""
        try:
            with fail_after(ANSWER_SECONDS):
                if not self._knows(post.id):
                    await run_sync(self._ask, post.id, limiter=_ASKER, abandon_on_cancel=True)
        except (TimeoutError, Unavailable):
            return False
        return self._states.get(post.id) is post.state

    def _knows(self, post_id: PostId) -> bool:
        return post_id in self._states and time.monotonic() - self._asked < LOOKS_SECONDS

    def _ask(self, post_id: PostId) -> None:
        if self._knows(post_id):  # who waited before this one asked for both
            return
        began = time.monotonic()
        with self._record.read() as conn:
            self._states = posts.states(conn, tuple(self._streams))
        self._asked = began
