"""Players that ask for a piece of a clip before it is there, and are answered when it is (RFC 8216bis, 6.2.5.2).

One that had to ask again and again would hear of a piece up to two seconds late, which is all there is between being
made and being wanted. All who wait in a process are asked about together.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Annotated

from anyio import sleep
from fastapi import Query

from api import playlists
from api.together import Together
from storage.db import Database
from storage.kit.errors import Unavailable
from storage.posts import segments
from storage.posts.posts import MediaState, Post

LOOKS_SECONDS = 0.1
# Three pieces' time, as the RFC has it; who was told nothing new by then asks again.
LONGEST_SECONDS = 3.0 * playlists.AIM_SECONDS
FURTHEST = 2  # pieces beyond the last: who asks for more is not following the playlist
NextPiece = Annotated[int | None, Query(alias="_HLS_msn", ge=0, le=10**6, description="Answer when it is there.")]


class Arrivals:
    """The posts whose next piece somebody waits for, and how far each had come when last asked."""

    def __init__(self, record: Database) -> None:
        self._together = Together(record, segments.arrived)

    async def wait(self, post: Post, playlist: str, number: int) -> None:
        """Until `playlist` names piece `number` or will never; not for long, and not for what is far away.

        Says nothing: the caller asks the record whether the one who waited may still see the post, and how it is now.
        """
        files = [one.file for one in post.renditions if playlists.of(one.file) == playlist and not one.whole]
        if not files or post.media_state is MediaState.READY:
            return
        until = time.monotonic() + LONGEST_SECONDS
        with self._together.about(post.id):
            while time.monotonic() < until:
                with suppress(Unavailable):  # the caller will see that
                    await self._together.ask(post.id, LOOKS_SECONDS)
                came = (self._together.last.told.get(post.id) or {}).get(files[0])
                if came is None or came.whole or not came.pieces < number <= came.pieces + FURTHEST:
                    return
                await sleep(LOOKS_SECONDS)
