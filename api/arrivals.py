"""Players that ask for a piece of a clip before it is there, and are answered when it is (RFC 8216bis, 6.2.5.2).

One that had to ask again and again would hear of a piece up to two seconds late, which is all there is between being
made and being wanted. All who wait in a process are asked about together.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Annotated

from anyio import CapacityLimiter, sleep
from anyio.to_thread import run_sync
from fastapi import Query

from api import playlists
from storage import segments
from storage.db import Database
from storage.kit.errors import Unavailable
from storage.kit.ids import PostId
from storage.posts import MediaState, Post
from storage.segments import Arrived

LOOKS_SECONDS = 0.1
# Three pieces' time, as the RFC has it; who was told nothing new by then asks again.
LONGEST_SECONDS = 3.0 * playlists.AIM_SECONDS
FURTHEST = 2  # pieces beyond the last: who asks for more is not following the playlist
NextPiece = Annotated[int | None, Query(alias="_HLS_msn", ge=0, le=10**6, description="Answer when it is there.")]
_ASKER = CapacityLimiter(1)  # one asks, for all


class Arrivals:
    """The posts whose next piece somebody waits for, and how far each had come when last asked."""

    def __init__(self, record: Database) -> None:
        self._record = record
        self._awaited: Counter[PostId] = Counter()
        self._at = 0.0
        self._last: Mapping[PostId, Mapping[str, Arrived]] = {}

    async def wait(self, post: Post, playlist: str, number: int) -> None:
        """Until `playlist` names piece `number` or will never; not for long, and not for what is far away.

        Says nothing: the caller asks the record whether the one who waited may still see the post, and how it is now.
        """
        files = [one.file for one in post.renditions if playlists.of(one.file) == playlist and not one.whole]
        if not files or post.media_state is MediaState.READY:
            return
        until = time.monotonic() + LONGEST_SECONDS
        with self._waiting_for(post.id):
            while time.monotonic() < until:
                since = time.monotonic() - LOOKS_SECONDS
                if not self._knows(post.id, since):
                    await run_sync(self._look, post.id, since, limiter=_ASKER)
                came = self._last.get(post.id, {}).get(files[0])
                if came is None or came.whole or not came.pieces < number <= came.pieces + FURTHEST:
                    return
                await sleep(LOOKS_SECONDS)

    @contextmanager
    def _waiting_for(self, post_id: PostId) -> Iterator[None]:
        self._awaited[post_id] += 1
        try:
            yield
        finally:
            self._awaited[post_id] -= 1
            if not self._awaited[post_id]:
                del self._awaited[post_id]

    def _look(self, post_id: PostId, since: float) -> None:
        if self._knows(post_id, since):  # who waited before this one asked for both
            return
        at, ids = time.monotonic(), tuple(self._awaited)
        with suppress(Unavailable), self._record.read() as conn:  # where it is away, the caller will see that
            self._at, self._last = at, segments.arrived(conn, ids)

    def _knows(self, post_id: PostId, since: float) -> bool:
        return post_id in self._last and self._at >= since
