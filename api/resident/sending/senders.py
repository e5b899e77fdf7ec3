"""Who is sending parts through this process right now: one to a part, a few to a resident, so many in all.

Each holds a quarter of a megabyte of memory and up to a part, sealed, of temporary space. Those of other processes are
found in the vault, by `originals.is_newest`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from storage.identity.clips.originals import Upload
from storage.identity.vault import ResidentId
from storage.kit.errors import Conflict, Malformed, TooOften, Unavailable

SILENCE_SECONDS = 30  # a sender that says nothing for so long is gone: its half a part is thrown away
OF_ONE_RESIDENT = 8  # two devices that send four parts each
IN_ALL = 56  # 450 MB of temporary space at the very most: containers have 512 (docker-compose.yml)


class Sender:
    """One connection that sends a part."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._limit = asyncio.timeout(None)
        self._evicted = False
        self._set_at = 0.0

    def evict(self) -> None:
        """Makes it stop: a newer sender of its part came. From any thread."""
        self._evicted = True
        with suppress(RuntimeError):  # its loop is gone, and it with it
            self._loop.call_soon_threadsafe(self._reschedule, 0.0)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Callable[[], None]]:
        """Calls what it yields at each sign of life. Raises Malformed after a long silence, Conflict once evicted."""
        self._limit = asyncio.timeout(0 if self._evicted else SILENCE_SECONDS)
        try:
            async with self._limit:
                yield self._heard
        except TimeoutError:
            raise (
                evicted() if self._evicted else Malformed("The part stopped coming. Send it again.", code="silent")
            ) from None

    def _heard(self) -> None:
        # Sixteen times in a megabyte: the timer is set anew once in a while only.
        now = self._loop.time()
        if not self._evicted and now - self._set_at >= SILENCE_SECONDS / 30:
            self._set_at = now
            self._reschedule(now + SILENCE_SECONDS)

    def _reschedule(self, when: float) -> None:
        with suppress(RuntimeError):  # it is not listening yet, or no more
            self._limit.reschedule(when)


class Senders:
    """All of them."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, int], Sender] = {}
        self._of: Counter[ResidentId | None] = Counter()

    @contextmanager
    def enter(self, upload: Upload, number: int) -> Iterator[Sender]:
        """Lets one in, and tells an older one of the same part to stop; raises TooOften, Unavailable."""
        part, whose = (upload.id, number), upload.resident_id
        older = self._newest.get(part)
        if older is not None:
            older.evict()
        elif self._of[whose] >= OF_ONE_RESIDENT:
            raise TooOften("That many parts at once are more than is taken.", retry_after=2)
        if self._of.total() >= IN_ALL:
            raise Unavailable("Very many clips are arriving. Send the part again in a moment.", code="crowded")
        sender = self._newest[part] = Sender()
        self._of[whose] += 1
        try:
            yield sender
        finally:
            self._of[whose] -= 1
            self._of += Counter()  # drops those who send nothing any more
            if self._newest.get(part) is sender:
                del self._newest[part]


def evicted() -> Conflict:
    """What the older of two senders is told."""
    return Conflict("Another connection is sending this part.", code="evicted")
