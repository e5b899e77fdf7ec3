"""Residents who send clips and take some back, and listeners who write down all they hear: as real clients would."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.commands.asking import client
from api.commands.sending import send
from feed.client import Message, Ticket, TryLater, follow
from storage.kit import clock
from storage.kit.errors import PorchlightError
from storage.kit.ids import new_id
from tests.journeys.production import City

PATIENCE = 240.0  # seconds a client goes on asking
AT_ONCE = 8
POSTS_EACH = 20  # of one resident: fewer than an hour allows
WITHDRAWN_SHARE, WITHDRAWN_WITHIN = 0.2, 20.0  # of the clips; seconds after they were accepted


@dataclass
class Sent:
    """A clip that was accepted: its receipt, its length, and what its author wants of it."""

    receipt: str
    title: str
    seconds: int
    token: str
    at: float
    withdraw: bool


@dataclass
class Residents:
    """Sends `count` clips, one every `every` seconds, by a seeded choice of which to take back and when."""

    city: City
    clips: dict[int, Path]  # by their length in seconds
    count: int
    every: float
    seed: int
    accepted: list[Sent] = field(default_factory=list)
    gave_up: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Returns when all are sent, and all that should be are withdrawn."""
        dice = random.Random(self.seed)
        tokens = [self.city.resident_token(f"{new_id()}@example.org") for _ in range(-(-self.count // POSTS_EACH))]
        with client(self.city.topology.ports.resident) as http:
            divisions = insist(http, "GET", "/v1/places/divisions")["features"]
            cells = [insist(http, "GET", each["properties"]["cells"])["features"] for each in divisions]
        blocks = [str(cell["properties"]["id"]) for features in cells for cell in features]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            began = time.monotonic()
            for number in range(self.count):
                seconds, block = dice.choice(sorted(self.clips)), dice.choice(blocks)
                waits = dice.uniform(0, WITHDRAWN_WITHIN) if dice.random() < WITHDRAWN_SHARE else None
                time.sleep(max(0.0, began + number * self.every - time.monotonic()))
                pool.submit(self._one, number, tokens[number // POSTS_EACH], seconds, block, waits)

    def _one(self, number: int, token: str, seconds: int, block: str, waits: float | None) -> None:
        title = f"Clip {number}"
        try:
            with client(self.city.topology.ports.resident, token) as http:
                http.timeout = httpx.Timeout(10.0)
                sent = Sent(
                    _post(http, self, title, seconds, block), title, seconds, token, time.monotonic(), waits is not None
                )
                self.accepted.append(sent)
                if waits is not None:
                    time.sleep(waits)
                    insist(http, "DELETE", f"/v1/receipts/{sent.receipt}")
        except Exception as error:  # noqa: BLE001  told at the end, with all the others
            self.gave_up.append(f"{title}: {type(error).__name__} {error}")


def _post(http: httpx.Client, residents: Residents, title: str, seconds: int, block: str) -> str:
    """The receipt of an accepted clip; the same key goes with each try."""
    with client(residents.city.topology.ports.resident) as plain:
        plain.timeout = httpx.Timeout(10.0)
        upload_id = _until_done(lambda: send(http, plain, residents.clips[seconds], lambda _share: None))
    said = {"category": "other", "title": title, "happened_at": clock.as_text(clock.now()), "block_id": block}
    key = {"Idempotency-Key": new_id()}
    return str(insist(http, "POST", "/v1/posts", json={**said, "upload_id": upload_id}, headers=key)["receipt"])


def insist(http: httpx.Client, method: str, path: str, **what: Any) -> dict[str, Any]:
    """Asks until there is an answer that is not the server's own trouble; raises on a refusal."""
    deadline, wait = time.monotonic() + PATIENCE, 0.2
    while True:
        try:
            answer = http.request(method, path, **what)
            if answer.status_code < 500 and answer.status_code != 429:
                answer.raise_for_status()
                return dict(answer.json())
            told = str(answer.status_code)
        except httpx.TransportError as error:
            told = type(error).__name__
        if time.monotonic() > deadline:
            raise TimeoutError(f"{method} {path.split('/')[2]}: {told}")
        time.sleep(wait)
        wait = min(2.0, wait * 1.5)


def _until_done(call: Callable[[], str]) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except PorchlightError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


class Listener:
    """One who listens to the feed with the product's client, and writes down every event it hears."""

    def __init__(self, city: City, name: str, token: str, divisions: Sequence[str] = ()) -> None:
        self.name, self.divisions = name, divisions
        self.events: list[Message] = []
        self.start = ""
        self.connections = 0
        self._city, self._token = city, token
        self._ended = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()), name=name, daemon=True)
        self._thread.start()

    @property
    def heard_up_to(self) -> int:
        """The number of the last event heard."""
        return int(self.events[-1]["seq"]) if self.events else int(self.start.partition(":")[2] or 0)

    def stop(self) -> None:
        """Ends it."""
        self._ended.set()
        self._thread.join(30)

    async def _listen(self) -> None:
        address = f"http://127.0.0.1:{self._city.topology.ports.staff}"
        bearer = {"Authorization": f"Bearer {self._token}"}
        async with httpx.AsyncClient(base_url=address, headers=bearer, timeout=5, trust_env=False) as http:

            async def ticket() -> Ticket:
                try:
                    answer = await http.post("/v1/feed/tickets", json={})
                except httpx.TransportError:
                    raise TryLater from None
                if answer.status_code != 200 and answer.status_code != 201:
                    raise TryLater
                return Ticket(**answer.json())

            work = asyncio.ensure_future(self._write_down(ticket))
            while not self._ended.is_set() and not work.done():
                await asyncio.sleep(0.1)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _write_down(self, ticket: Callable[[], Any]) -> None:
        async for message in follow(ticket):
            if message["type"] == "event":
                self.events.append(message)
            elif message["type"] == "ready":
                self.connections += 1
                self.start = self.start or message["cursor"]
                assert self.connections == 1 or not message["reset"], "a cursor was not good any more"
