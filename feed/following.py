"""Follows the bell, and mends from the log whatever the bell lost, doubled or forged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import redis.asyncio
from pydantic import TypeAdapter
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from feed import bell, replay
from feed.bell import ForgedRingError, Ring
from feed.events import FeedEvent, Told
from feed.memory import Happening, Memory, frame, happening, pieces
from storage.db import Database
from storage.feed_log import Head, Kind, Line
from storage.kit import clock, log, metrics
from storage.kit.errors import Unavailable
from storage.kit.ids import DivisionId, PostId

LOOK_SECONDS = 0.8  # how often the log's head is looked at: a lost ring delays an event by a second at most
WAIT_MS = 400  # one blocking read of the bell, and so about what a node that stops waits for
FOUL_SECONDS = 1.0  # before a stream that was forged into is read again: whoever forges must not keep us busy
AWAY_SECONDS = 0.2  # between two tries to reach a Redis that is away
BATCH = 200  # rings in one read, hence events in one write

_Answer = tuple[str, list[tuple[int, bytes]]]  # of the bell: the stream that was read, and numbers with sealed rings
_EVENT: TypeAdapter[FeedEvent] = TypeAdapter(FeedEvent)


class Following:
    """One node's way along the log. What it finds goes to `memory` first, then to `tell`, in one step."""

    def __init__(
        self,
        record: Database,
        client: redis.asyncio.Redis,
        keys: Sequence[bytes],
        *,
        tell: Callable[[list[Happening]], None],
        restarted: Callable[[], None],
        rights: Callable[[], Awaitable[None]],
        timed: bool = False,
    ) -> None:
        """`rights` ends the listeners that may see less by now; it raises where the record cannot be asked."""
        self._record, self._client, self._keys = record, client, keys
        self._tell, self._restarted, self._rights, self._timed = tell, restarted, rights, timed
        # A thread of its own: a crowd of listeners that reads the log must not delay the look at its head.
        self._thread = ThreadPoolExecutor(1, "feed-following")
        self.memory = Memory(self._thread.submit(replay.page, record, 0, limit=0).result().head)
        self._next_look = 0.0
        self._question: asyncio.Task[_Answer] | None = None
        self._asked: list[asyncio.Future[None]] = []  # those who wait for a look at the log
        self._wanted = asyncio.Event()
        self._unsure = False  # somebody's rights ended, and the listeners were not looked at since
        self._foul = False  # somebody else wrote to the stream
        self._stopping = False
        self.bus_answered = self.log_answered = time.monotonic()

    async def run(self) -> None:
        """Follows until `stop`; the turn it is in, about a second at most, is finished first."""
        try:
            while not self._stopping:
                rings = await self._hear()
                sound = self._take_rings(rings)
                highest = max((seq for seq, _ in rings), default=0)
                if highest > self.memory.last or self._asked or time.monotonic() >= self._next_look:
                    await self._look()
                self._foul = highest > self.memory.last or not sound
        finally:
            self._answer_all(self._asked)
            if self._question:
                await asyncio.wait({self._question})
            self._thread.shutdown(wait=False)

    def stop(self) -> None:
        """Ends `run`. It must not be cancelled: redis-py 8.1 loses every second cancellation of a read."""
        self._stopping = True

    async def look(self) -> None:
        """Returns after a look at the log that begins from now on: what is committed by now is in `memory` then.

        Not so where the log cannot be read, or where this stops meanwhile.
        """
        if self._stopping:
            return
        over = asyncio.get_running_loop().create_future()
        self._asked.append(over)
        self._wanted.set()
        await over

    async def _look(self) -> None:
        asked, self._asked = self._asked, []
        self._wanted.clear()
        try:
            await self._mend()
        finally:
            self._answer_all(asked)

    def _answer_all(self, asked: list[asyncio.Future[None]]) -> None:
        for over in asked:
            if not over.done():  # who asked may have gone
                over.set_result(None)

    async def _hear(self) -> list[tuple[int, bytes]]:
        """What rang, before the log is to be looked at again: a Redis that is slow or silent does not delay the look.

        One that has not answered by then is still being asked, and its answer is taken at a later turn.
        """
        stream = bell.stream(self.memory.epoch)
        question = self._question or asyncio.ensure_future(self._ask(stream, self.memory.last, foul=self._foul))
        self._question = question
        wanted = asyncio.ensure_future(self._wanted.wait())
        timeout = min(max(self._next_look - time.monotonic(), 0.0), LOOK_SECONDS)
        await asyncio.wait({question, wanted}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        wanted.cancel()
        if not question.done():
            return []
        self._question = None
        asked, rings = question.result()
        return rings if asked == stream else []

    async def _ask(self, stream: str, place: int, *, foul: bool) -> _Answer:
        """The stream, and its entries after `place`; none when nothing rang in time or Redis is away."""
        try:
            if foul:
                await self._clear(stream)
            answer: Any = await self._client.xread({stream: f"{place}-0"}, count=BATCH, block=WAIT_MS)
        except (RedisError, OSError):
            await asyncio.sleep(AWAY_SECONDS)
            return stream, []
        self.bus_answered = time.monotonic()
        return stream, [(_number(id_), fields.get(b"r", b"")) for id_, fields in answer[0][1]] if answer else []

    def _take_rings(self, rings: list[tuple[int, bytes]]) -> bool:
        """Takes what follows without a hole and leaves the rest to the log; False where one does not bear our seal.

        What bears it and cannot be read comes from a node of another version, and is a hole.
        """
        heard: list[Happening] = []
        committed: list[int] = []
        sound = True
        try:
            for seq, sealed in rings:
                ring = bell.unseal_any(self._keys, self.memory.epoch, seq, sealed)
                if seq == self.memory.last + len(heard) + 1 and not self._unsure:
                    heard.append(self._opened(ring))
                    committed.append(ring.committed_ns)
        except ForgedRingError as error:
            log.fault("bell_forged", error, seq=self.memory.last)
            sound = False
        except (ValueError, TypeError) as error:  # the class alone is logged: pydantic's message quotes the post
            log.fault("bell_unreadable", error, seq=self.memory.last)
        self._take(heard)
        for at in committed:
            metrics.observe("feed_lag_seconds", max(clock.now_ns() - at, 0) / 1e9)
        return sound

    async def _mend(self) -> None:
        """Reads the log up to its head. Where somebody's rights ended, what comes after waits until they are known."""
        self._next_look = time.monotonic() + LOOK_SECONDS
        while True:
            place, loop = self.memory.last, asyncio.get_running_loop()
            try:
                if self._unsure:
                    await self._rights()
                    self._unsure = False
                page = await loop.run_in_executor(self._thread, replay.page, self._record, place)
            except (Unavailable, SQLAlchemyError) as error:
                return log.fault("log_unreadable", error)
            self.log_answered = time.monotonic()
            if self._is_cut(page.head):
                return self._restart(page.head)
            self.memory.floor = page.head.floor
            taken = _up_to_rights(page.happenings)
            self._take(taken)
            self._unsure = bool(taken) and taken[-1].line.kind is Kind.RIGHTS
            if not self._unsure and len(page.happenings) < replay.PAGE:
                return None

    def _take(self, heard: list[Happening]) -> None:
        newest = {told.line.post_id: told for told in heard}
        # Noted and told piece by piece: one whom a piece fills up leaves with this place, and gets no more of them.
        for piece in pieces(heard):
            for told in piece:
                self.memory.note(told)
            # What was taken back in this very batch is not told first.
            told_now = [told for told in piece if _stands(told, newest[told.line.post_id])]
            if told_now:
                self._tell(told_now)

    def _is_cut(self, head: Head) -> bool:
        return head.epoch != self.memory.epoch or head.seq < self.memory.last or head.floor > self.memory.last

    def _restart(self, head: Head) -> None:
        log.event("feed_restarted", seq=head.seq)
        self.memory.restart(head)
        self._restarted()

    async def _clear(self, stream: str) -> None:
        """Throws away a stream somebody else wrote to: a number the log does not know lets nobody ring below it.

        What is lost with it comes from the log.
        """
        log.event("bell_cleared", seq=self.memory.last)
        try:
            await self._client.delete(stream)
        except (RedisError, OSError) as error:
            log.fault("bell_not_cleared", error)
        await asyncio.sleep(FOUL_SECONDS)

    def _opened(self, ring: Ring) -> Happening:
        event = _EVENT.validate_json(ring.event)
        post_id = event.post.id if isinstance(event, Told) else event.post_id
        line = Line(ring.seq, event.kind, PostId(post_id), DivisionId(ring.division), ring.category)
        if not self._timed:
            return happening(line, event)
        return Happening(line, event, frame(ring.event[:-1] + b',"committed_ns":%d}' % ring.committed_ns))


def _up_to_rights(happenings: list[Happening]) -> list[Happening]:
    """The first of them, up to a line that says that rights ended."""
    ends = (at for at, told in enumerate(happenings, 1) if told.line.kind is Kind.RIGHTS)
    return happenings[: next(ends, len(happenings))]


def _stands(told: Happening, newest: Happening) -> bool:
    """Whether it tells something, and nothing that `newest`, the last about the same post, took back."""
    return told.event is not None and (isinstance(newest.event, Told) or not isinstance(told.event, Told))


def _number(entry_id: bytes) -> int:
    """The log number in an entry's id; one of another form counts as the forgery that its seal will show it to be."""
    seq, _, part = entry_id.partition(b"-")
    return int(seq) if part == b"0" else -1
