"""Many listeners of the live feed in one thread, each with a history of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Set
from dataclasses import dataclass, field

import httpx

from feed.client import Message, Posts, Ticket, TryLater, follow
from storage.kit.settings import LOOPBACK, Ports

QUIET_SECONDS = 5.0


@dataclass
class Listener:
    """What one was told: the posts that are there now, and whatever should not have been told."""

    posts: Posts = field(default_factory=Posts)
    last: int = 0
    faults: list[str] = field(default_factory=list)

    def hear(self, message: Message) -> None:
        """Takes one message."""
        if message.get("reset"):
            self.faults.append("was told to begin anew")
        if message["type"] != "event":
            return
        if message["seq"] <= self.last:
            self.faults.append(f"heard {message['seq']} after {self.last}")
        self.last, post_id = message["seq"], message.get("post_id") or message["post"]["id"]
        if message["kind"] == "post.published" and post_id in self.posts.by_id:
            self.faults.append("heard of a post twice")
        self.posts.take(message)


class Crowd:
    """Listeners of a stack, there from the start to the end."""

    def __init__(self, ports: Ports, analyst: str, count: int) -> None:
        self._ports, self._analyst = ports, analyst
        self._listeners = [Listener() for _ in range(count)]
        self._ready = threading.Semaphore(0)
        self._heard_at = time.monotonic()
        threading.Thread(target=lambda: asyncio.run(self._listen()), daemon=True).start()
        for _ in range(count):
            self._ready.acquire()

    def wait_until_quiet(self) -> None:
        """Until nobody has heard anything for some seconds."""
        while time.monotonic() - self._heard_at < QUIET_SECONDS:
            time.sleep(0.1)

    def faults(self, listed: Set[str]) -> list[str]:
        """What was wrong with their histories; in the end each must know of the posts that are listed, and no other."""
        said = [fault for listener in self._listeners for fault in listener.faults]
        differ = sum(listener.posts.by_id.keys() != listed for listener in self._listeners)
        return [*said, f"{differ} listeners know of other posts than are listed"] if differ else said

    async def _listen(self) -> None:
        await asyncio.gather(*map(self._follow, self._listeners))

    async def _follow(self, listener: Listener) -> None:
        ready = False
        async for message in follow(self._ticket):
            if not ready:
                ready = True
                self._ready.release()
            if message["type"] == "event":
                self._heard_at = time.monotonic()
            listener.hear(message)

    async def _ticket(self) -> Ticket:
        bearer = {"Authorization": f"Bearer {self._analyst}"}
        async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{self._ports.staff}", trust_env=False) as http:
            try:
                answer = await http.post("/v1/feed/tickets", json={}, headers=bearer)
            except httpx.TransportError:  # a program that starts again, or a stack that has stopped
                raise TryLater from None
        return Ticket(**answer.json())
