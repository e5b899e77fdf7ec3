"""Redeems tickets together: those that come while one transaction runs share the next.

A transaction each is 200 a second on SQLite, with the posts' writers waiting in between; after a restart a house of
ten thousand comes back at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from feed import tickets
from feed.tickets import Grant
from storage.db import Actor, Database

FEED = Actor("feed")
Checked = Callable[[Sequence[Grant | None]], list[Grant | None]]
MOST = 256  # tickets in one transaction: some 30 ms, so that nobody who writes waits long for it


class Redeeming:
    """The one door at which a node's tickets are taken."""

    def __init__(self, record: Database, threads: Executor, *, those_that_may: Checked) -> None:
        """`those_that_may` leaves None in the place of grants that nobody could get any more."""
        self._record, self._threads, self._those_that_may = record, threads, those_that_may
        self._waiting: list[tuple[str, asyncio.Future[Grant | None]]] = []
        self._work: asyncio.Task[None] | None = None

    async def redeem(self, ticket: str) -> Grant | None:
        """What the ticket allows, once; None where it is not good. Raises what the record raises."""
        answer: asyncio.Future[Grant | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((ticket, answer))
        if self._work is None or self._work.done():
            self._work = asyncio.ensure_future(self._take_all())
        return await answer

    async def _take_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            asked = [ticket for ticket, _ in batch]
            try:
                grants = await asyncio.get_running_loop().run_in_executor(self._threads, self._take, asked)
            except Exception as error:  # noqa: BLE001  each who waits is told; the next batch may fare better
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(error)
            else:
                for (_, answer), grant in zip(batch, grants, strict=True):
                    if not answer.done():  # whoever asked may have gone meanwhile
                        answer.set_result(grant)

    def _take(self, asked: list[str]) -> list[Grant | None]:
        with self._record.read() as conn:
            known = {ticket for ticket in asked if tickets.known(conn, ticket)}
        if not known:  # guesses alone never queue as writers
            return [None] * len(asked)
        with self._record.write(by=FEED) as tx:
            grants = [tickets.redeem(tx, ticket) if ticket in known else None for ticket in asked]
        return self._those_that_may(grants)
