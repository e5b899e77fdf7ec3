"""A node of the live feed: listens, follows the log, tells."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import redis.asyncio
from sqlalchemy.exc import SQLAlchemyError
from websockets.typing import Origin

from feed import door, replay
from feed.connection import Connection
from feed.crowd import Crowd
from feed.events import Beat
from feed.following import Following
from feed.house import HELLO_SECONDS, House
from feed.listener import COME_BACK, NEW_TICKET
from feed.memory import frame
from feed.redeeming import Redeeming
from feed.replay import Page
from feed.rights import Rights
from feed.rooms import Rooms
from feed.tickets import Grant
from storage.db import Database
from storage.kit import log, metrics
from storage.kit.doors import LOCAL_NAMES
from storage.kit.errors import Unavailable
from storage.kit.ids import StaffId
from storage.kit.variables import Network

BEAT_SECONDS = 25.0  # PROTOCOL.md
TIDY_SECONDS = 1.0  # the longest that a permission withdrawn is still used; costs one node two small queries
SILENT_SECONDS = 5.0  # a bus or a log that has not answered for so long makes the node unwell
GOODBYE_SECONDS = 1.5
DRAIN_SECONDS, SLICE_SECONDS, SLICE = 1.5, 0.05, 200  # who stops sends so many away in a slice, or more
BACKLOG = 4096
READERS = 3  # threads for tickets and old pages of the log
AUDIENCES = ("staff", "resident")
Found = TypeVar("Found")


class Node:
    """One process's share of the listeners."""

    def __init__(
        self,
        record: Database,
        client: redis.asyncio.Redis,
        key: bytes,
        *,
        older_keys: Sequence[bytes] = (),
        origins: Sequence[str] = (),
        hosts: Collection[str] = LOCAL_NAMES,
        trusted_proxies: Sequence[Network] = (),
        timed: bool = False,
        shared: bool = False,
        hello_seconds: float = HELLO_SECONDS,
    ) -> None:
        """`shared` lets further processes of this user listen at the same port; the kernel deals connections out."""
        self._record, self._shared = record, shared
        self._rooms = Rooms()
        self._threads = ThreadPoolExecutor(READERS, "feed-reading")
        self._following = Following(
            record,
            client,
            (key, *older_keys),
            tell=self._rooms.tell,
            restarted=self._send_everyone_back,
            rights=self._end_who_may_not,
            timed=timed,
        )
        self._rights, self._looks = Rights(record), 0  # how often it was looked at who may still listen
        self._ended = 0  # the line of the log up to which residents' listeners that ended are known here
        self._redeeming = Redeeming(record, self._threads, those_that_may=self._rights.those_that_may)
        self._house = House(
            self._following.memory,
            self._rooms,
            origins=[*map(Origin, origins), None],
            redeem=self._redeem,
            look=self._following.look,
            read=self._read,
            health=self._health,
            hosts=frozenset(hosts),
            crowd=Crowd(trusted_proxies),
            most=door.most_connections(),
            hello_seconds=hello_seconds,
        )

    async def start(self, host: str, port: int) -> int:
        """Opens the door and begins to follow; answers the port, a free one if `port` is 0. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        at = door.opened(host, port, shared=self._shared)
        self._door = await loop.create_server(lambda: Connection(self._house), sock=at, backlog=BACKLOG)
        self._follows = asyncio.ensure_future(self._following.run())
        self._clocks = [asyncio.ensure_future(self._beat()), asyncio.ensure_future(self._tidy())]
        return int(self._door.sockets[0].getsockname()[1])

    def measure(self) -> None:
        """Has this node's figures looked up whenever somebody asks for them, from another thread."""
        following = self._following
        metrics.ask("bus_age_seconds", lambda: time.monotonic() - following.bus_answered)
        metrics.ask("log_age_seconds", lambda: time.monotonic() - following.log_answered)
        metrics.ask("feed_memory", lambda: following.memory.last)
        for audience in AUDIENCES:
            metrics.ask("listeners", partial(self._count, audience), audience=audience)

    def _count(self, audience: str) -> int:
        present = tuple(self._house.present)  # at once: the loop goes on meanwhile
        return sum(each.grant is not None and each.grant.audience == audience for each in present)

    async def wait(self) -> None:
        """Waits for ever; raises where the node failed."""
        done, _ = await asyncio.wait([self._follows, *self._clocks], return_when=asyncio.FIRST_COMPLETED)
        for failed in done:
            failed.result()

    async def stop(self) -> None:
        """Says goodbye to all (1012: come back, with jitter), a slice at a time, and ends.

        Who is not sent away yet goes on listening; who comes meanwhile finds the door closed.
        """
        self._door.close()
        leaving = list(self._house.present)
        size = max(SLICE, math.ceil(len(leaving) * SLICE_SECONDS / DRAIN_SECONDS))
        for start in range(0, len(leaving), size):
            if start:
                await asyncio.sleep(SLICE_SECONDS)
            for connection in leaving[start : start + size]:
                connection.bye(COME_BACK, "come back")
        self._following.stop()
        deadline = time.monotonic() + GOODBYE_SECONDS
        while self._house.present and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        for connection in tuple(self._house.present):
            connection.abort()
        for task in self._clocks:
            task.cancel()
        await asyncio.gather(self._follows, *self._clocks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _send_everyone_back(self) -> None:
        self._ended = 0  # a restored log counts from elsewhere
        for connection in tuple(self._house.present):
            connection.bye(COME_BACK, "come back")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            beat = Beat(cursor=self._house.memory.cursor)
            self._rooms.tell_everyone(frame(beat.model_dump_json().encode()))

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            self._house.crowd.forget()
            for connection in tuple(self._house.present):
                connection.tidy()
            try:
                await self._end_who_may_not()
            except (Unavailable, SQLAlchemyError) as error:
                log.fault("rights_unreadable", error)

    async def _end_who_may_not(self) -> None:
        """A staff permission withdrawn, or a log-in ended, ends the listeners that hold it."""
        self._looks += 1
        theirs = [(each, each.grant) for each in self._house.present if each.grant and each.grant.is_staff]
        reach, still_in = await self._in_thread(self._rights.standing, [grant for _, grant in theirs])
        for connection, grant in theirs:
            connection.may_still(reach.get(StaffId(grant.handle), frozenset()))
            if grant.log_in is not None and grant.log_in not in still_in:
                connection.bye(NEW_TICKET, "the log-in is over")
        before = self._ended
        up_to, ended = await self._in_thread(self._rights.ended_since, before)
        self._ended = up_to if self._ended == before else self._ended  # another look, or a restored log, came between
        for connection in tuple(self._house.present) if ended else ():
            if connection.grant and not connection.grant.is_staff and connection.grant.handle in ended:
                connection.bye(NEW_TICKET, "the log-in is over")

    async def _redeem(self, ticket: str) -> Grant | None:
        looked, grant = self._looks, await self._redeeming.redeem(ticket)
        while grant and looked != self._looks:  # others were looked at meanwhile, and this one was not among them yet
            looked, (grant,) = self._looks, await self._in_thread(self._rights.those_that_may, [grant])
        return grant

    async def _read(self, after: int) -> Page:
        return await self._in_thread(replay.page, self._record, after)

    async def _in_thread(self, work: Callable[..., Found], *about: object) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *about)

    def demand_heard(self) -> None:
        """Raises Unavailable where the node hears neither bus nor log, or hangs; from any thread."""
        if not self._health()[0]:
            raise Unavailable("The feed hears nothing.")

    def _health(self) -> tuple[bool, dict[str, object]]:
        now = time.monotonic()
        bus, record = now - self._following.bus_answered, now - self._following.log_answered
        facts: dict[str, object] = {"bus_seconds": round(bus, 1), "log_seconds": round(record, 1)}
        return max(bus, record) < SILENT_SECONDS, facts
