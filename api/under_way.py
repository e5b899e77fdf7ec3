"""Whether posts whose bytes are on their way to viewers still stand as they did when somebody was let see them.

All streams of a process are asked about together, a few times a second: nothing of what was taken back is served two
seconds later, and a thousand slow viewers cost no more questions than one.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress

from anyio import move_on_after

from api.together import Together
from storage import posts
from storage.db import Database
from storage.kit.errors import NotThere, Unavailable
from storage.posts import Post

# A stream looks this often, at an answer that was asked for at most so long before.
LOOKS_SECONDS = 0.5
# One slow answer cuts nobody: the last one holds until it is so old, which leaves half a second of the two for the cut.
HOLDS_SECONDS = 1.5
_LEAST_PAUSE_SECONDS = 0.1  # where the record refuses at once


class UnderWay:
    """The posts that are being streamed, and how they stood when last asked."""

    def __init__(self, record: Database) -> None:
        self._together = Together(record, posts.states)

    def streaming(self, post: Post) -> AbstractContextManager[None]:
        """While inside, the post is one of those asked about."""
        return self._together.about(post.id)

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
        last = self._together.last
        await self._look(post, HOLDS_SECONDS - (last.age if post.id in last.told else 0))
        return self._stood(post) is True

    @property
    def pause(self) -> float:
        """Seconds until the next look: less after an answer that came late."""
        return max(LOOKS_SECONDS - self._together.last.age, _LEAST_PAUSE_SECONDS)

    def _stood(self, post: Post) -> bool | None:
        last = self._together.last
        if post.id not in last.told or last.age >= HOLDS_SECONDS:
            return None
        return last.told[post.id] is post.state

    async def _look(self, post: Post, seconds: float) -> None:
        with suppress(Unavailable), move_on_after(seconds):
            await self._together.ask(post.id, LOOKS_SECONDS)
