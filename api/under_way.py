"""Whether posts whose bytes are on their way to viewers still stand as they did when somebody was let see them.

All streams of a process are asked about together, a few times a second: nothing of what was taken back is served two
seconds later, and a thousand slow viewers cost no more questions than one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Protocol

from anyio import move_on_after
from sqlalchemy import Connection

from api.together import Together
from storage.db import Database
from storage.kit.errors import NotThere, Unavailable
from storage.posts import posts
from storage.posts.posts import PostState

# A stream looks this often, at an answer that was asked for at most so long before.
LOOKS_SECONDS = 0.5
# One slow answer cuts nobody: the last one holds until it is so old, which leaves half a second of the two for the cut.
HOLDS_SECONDS = 1.5
_LEAST_PAUSE_SECONDS = 0.1  # where the record refuses at once


class Stands(Protocol):
    """A post as it was when somebody was let see it, or what else lets them: a link is named by its own id."""

    @property
    def id(self) -> str:
        """What it is asked about by."""

    @property
    def state(self) -> PostState:
        """How it stood."""


States = Callable[[Connection, Sequence[str]], Mapping[str, PostState]]


class UnderWay:
    """What is being streamed, and how it stood when last asked: posts, by their ids, where nothing else is said."""

    def __init__(self, record: Database, states: States = posts.states) -> None:
        self._together = Together(record, states)

    def streaming(self, post: Stands) -> AbstractContextManager[None]:
        """While inside, the post is one of those asked about."""
        return self._together.about(post.id)

    async def must_stand(self, post: Stands) -> None:
        """Before the first byte: NotThere if it is not as it was, Unavailable if the record does not say in time."""
        await self._look(post, HOLDS_SECONDS)
        stood = self._stood(post)
        if stood is None:
            raise Unavailable("The record does not answer.")
        if not stood:
            raise NotThere

    async def stands(self, post: Stands) -> bool:
        """Whether it is still as it was, by the last answer while that holds; without one nobody can say so."""
        last = self._together.last
        await self._look(post, HOLDS_SECONDS - (last.age if post.id in last.told else 0))
        return self._stood(post) is True

    @property
    def pause(self) -> float:
        """Seconds until the next look: less after an answer that came late."""
        return max(LOOKS_SECONDS - self._together.last.age, _LEAST_PAUSE_SECONDS)

    def _stood(self, post: Stands) -> bool | None:
        last = self._together.last
        if post.id not in last.told or last.age >= HOLDS_SECONDS:
            return None
        return last.told[post.id] is post.state

    async def _look(self, post: Stands, seconds: float) -> None:
        with suppress(Unavailable), move_on_after(seconds):
            await self._together.ask(post.id, LOOKS_SECONDS)
