"""Listeners of the live feed that cost next to nothing: what is measured is the server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Generic, TypeVar, cast

from websockets.client import ClientProtocol
from websockets.uri import parse_uri

ARRIVES_WITHIN = 60.0  # seconds


class Ear(asyncio.Protocol):
    """A listener that counts bytes and looks at none."""

    def __init__(self, port: int, ticket: str | None) -> None:
        self._ticket = ticket
        self._ws: ClientProtocol | None = ClientProtocol(parse_uri(f"ws://127.0.0.1:{port}/v1/feed"))
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks to open."""
        assert self._ws is not None
        self._transport = cast(asyncio.Transport, transport)
        self._ws.send_request(self._ws.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Counts; before `ready`, talks."""
        if self._ws is None:
            self.heard += len(data)
            return
        self._ws.receive_data(data)
        answers = len(self._ws.events_received())
        if answers and self._ticket:
            self._ws.send_text(b'{"type":"hello","ticket":"%s","cursor":null}' % self._ticket.encode())
            self._ticket = None
        elif answers:
            self._flush()
            self._ws = None
            self.ready.set_result(None)
            return
        self._flush()

    def _flush(self) -> None:
        assert self._ws is not None
        for data in self._ws.data_to_send():
            self._transport.write(data)


AnEar = TypeVar("AnEar", bound=Ear)


class Ears(Generic[AnEar]):
    """Many listeners of one kind."""

    def __init__(self, kind: type[AnEar]) -> None:
        self._kind = kind
        self.all: list[AnEar] = []

    async def listen(self, port: int, hellos: Sequence[str | None]) -> None:
        """Opens a listener for each hello, and waits until all are ready; None says nothing."""
        loop = asyncio.get_running_loop()
        for hello in hellos:
            _, ear = await loop.create_connection(partial(self._kind, port, hello), "127.0.0.1", port)
            self.all.append(ear)
        for ear in self.all:
            await asyncio.wait_for(ear.ready, ARRIVES_WITHIN)

    async def all_heard(self, told: int) -> None:
        """Waits until each has heard `told` bytes of events."""
        async with asyncio.timeout(ARRIVES_WITHIN):
            while any(ear.heard < told for ear in self.all):
                await asyncio.sleep(0.001)
