"""A node of the live feed: listens, follows the log, tells."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import redis.asyncio
from sqlalchemy.exc import SQLAlchemyError
from websockets.typing import Origin

from feed import replay
from feed.connection import HELLO_SECONDS, Connection, House
from feed.crowd import Crowd
from feed.events import Beat
from feed.following import Following
from feed.listener import COME_BACK, NEW_TICKET
from feed.memory import frame
from feed.redeeming import Redeeming
from feed.replay import Page
from feed.rooms import Rooms
from feed.tickets import Grant
from storage import staff
from storage.db import Database
from storage.kit import log, metrics
from storage.kit.doors import LOCAL_NAMES
from storage.kit.errors import Unavailable
from storage.kit.ids import DivisionId, StaffId
from storage.kit.variables import Network
from storage.staff import VIEWERS

BEAT_SECONDS = 25.0  # PROTOCOL.md
TIDY_SECONDS = 1.0  # the longest that a permission withdrawn is still used; costs one node two small queries
SILENT_SECONDS = 5.0  # a bus or a log that has not answered for so long makes the node unwell
GOODBYE_SECONDS = 2.0
SEND_BUFFER = 128 * 1024  # bytes in the kernel for each listener; left alone it keeps 4 MB for one that stalls
BACKLOG = 4096
READERS = 3  # threads for tickets and old pages of the log
AUDIENCES = ("staff", "resident")


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
        hello_seconds: float = HELLO_SECONDS,
    ) -> None:
        self._record = record
        self._rooms = Rooms()
        self._threads = ThreadPoolExecutor(READERS, "feed-reading")
        self._following = Following(
            record, client, (key, *older_keys), tell=self._rooms.tell, restarted=self._send_everyone_back, timed=timed
        )
        self._house = House(
            self._following.memory,
            self._rooms,
            origins=[*map(Origin, origins), None],
            redeem=Redeeming(record, self._threads).redeem,
            read=self._read,
            health=self._health,
            hosts=frozenset(hosts),
            crowd=Crowd(trusted_proxies),
            hello_seconds=hello_seconds,
        )

    async def start(self, host: str, port: int) -> int:
        """Opens the door and begins to follow; answers the port, a free one if `port` is 0. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        self._door = await loop.create_server(lambda: Connection(self._house), sock=_door(host, port), backlog=BACKLOG)
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
        """Says goodbye to all (1012: come back, with jitter) and ends."""
        self._door.close()
        self._following.stop()
        self._send_everyone_back()
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
            await self._ask_who_may_still()

    async def _ask_who_may_still(self) -> None:
        """A staff permission withdrawn, or a staff log-in ended, ends the listeners that hold it."""
        theirs = [(each, each.grant) for each in self._house.present if each.grant and each.grant.is_staff]
        loop = asyncio.get_running_loop()
        try:
            reach, still_in = await loop.run_in_executor(self._threads, self._standing, [grant for _, grant in theirs])
        except (Unavailable, SQLAlchemyError) as error:
            log.fault("rights_unreadable", error)
            return
        for connection, grant in theirs:
            connection.may_still(reach.get(StaffId(grant.handle), frozenset()))
            if grant.log_in is not None and grant.log_in not in still_in:
                connection.bye(NEW_TICKET, "the log-in is over")

    def _standing(self, grants: Sequence[Grant]) -> tuple[dict[StaffId, frozenset[DivisionId]], set[str]]:
        if not grants:
            return {}, set()
        members, log_ins = (
            {StaffId(grant.handle) for grant in grants},
            {grant.log_in for grant in grants if grant.log_in},
        )
        with self._record.read() as conn:
            return staff.reach_now(conn, members, *VIEWERS), staff.still_in(conn, log_ins)

    async def _read(self, after: int) -> Page:
        return await asyncio.get_running_loop().run_in_executor(self._threads, replay.page, self._record, after)

    def _health(self) -> tuple[bool, dict[str, object]]:
        now = time.monotonic()
        bus, record = now - self._following.bus_answered, now - self._following.log_answered
        facts: dict[str, object] = {"bus_seconds": round(bus, 1), "log_seconds": round(record, 1)}
        return max(bus, record) < SILENT_SECONDS, facts


def _door(host: str, port: int) -> socket.socket:
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        door.bind((host, port))
    except OSError:
        door.close()
        raise Unavailable(f"Port {port} is taken by another program.", code="port_taken") from None
    return door
