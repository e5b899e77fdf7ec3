"""One client of a churn: a plain socket that speaks just enough of the protocol, and comes back wherever it is cut."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
from array import array
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

from storage.kit.settings import LOOPBACK

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: whatever is on its way is dropped, in both directions
_EVENT = b'{"type":"event","seq":'


@dataclass
class Heard:
    """What a client of a division was told, over all of its connections."""

    division: str
    cursor: str
    numbers: array[int] = field(default_factory=lambda: array("q"))
    disorder: int = 0  # numbers that did not rise
    begun_anew: int = 0

    @property
    def last(self) -> int:
        """The newest number."""
        return self.numbers[-1] if self.numbers else 0

    def take(self, message: bytes) -> None:
        """One message; events are not parsed beyond their number."""
        if message.startswith(_EVENT):
            seq = int(message[len(_EVENT) : message.index(b",", len(_EVENT))])
            self.disorder += seq <= self.last
            self.numbers.append(seq)
            self.cursor = f"{self.cursor.partition(':')[0]}:{seq}"
            return
        told = json.loads(message)
        self.begun_anew += bool(told.get("reset"))
        self.cursor = told["cursor"]


class Client:
    """Listens for ever."""

    def __init__(self, port: int, ticket: Callable[[], Awaitable[str]], heard: Heard) -> None:
        self._port, self._ticket, self.heard = port, ticket, heard
        self._line: _Line | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it was told `ready` on the line it has."""
        return self._line is not None and self._line.is_ready

    def cut(self) -> bool:
        """Resets the line in the middle of whatever it does; False where there is none just now."""
        if self._line is None:
            return False
        return self._line.reset()

    async def listen(self) -> None:
        """Comes back with its cursor after every cut, soon and not at once."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                ticket = await self._ticket()
                _, line = await loop.create_connection(lambda: _Line(self.heard, ticket), LOOPBACK, self._port)  # noqa: B023
                self._line = line
                await line.over
            except OSError:
                pass
            self._line = None
            await asyncio.sleep(random.uniform(0.01, 0.2))


class _Line(asyncio.Protocol):
    """One connection: opens, says hello, hands messages on."""

    def __init__(self, heard: Heard, ticket: str) -> None:
        self._heard, self._ticket = heard, ticket
        self._data = bytearray()
        self._is_open = self.is_ready = False
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks to open."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(
            b"GET /v1/feed HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        """Whole messages as they are complete; of one that is cut nothing counts."""
        self._data += data
        if not self._is_open:
            head, found, rest = bytes(self._data).partition(b"\r\n\r\n")
            if not found:
                return None
            if b" 101 " not in head[:20]:
                return self._transport.abort()
            self._is_open, self._data = True, bytearray(rest)
            words = json.dumps({"type": "hello", "ticket": self._ticket, "cursor": self._heard.cursor}).encode()
            # Masked with noughts: the same bytes.
            self._transport.write(bytes((0x81, 0x80 | 126)) + len(words).to_bytes(2, "big") + bytes(4) + words)
        while (message := self._next()) is not None:
            self._heard.take(message)
            self.is_ready = True
        return None

    def connection_lost(self, _error: Exception | None) -> None:
        """Over."""
        if not self.over.done():
            self.over.set_result(None)

    def reset(self) -> bool:
        """Drops the line and all that is on it; False where it is over already."""
        if self._transport.is_closing():
            return False
        wire: socket.socket = self._transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()
        return True

    def _next(self) -> bytes | None:
        """The next whole text message; None where it is not all there."""
        data = self._data
        if len(data) < 2:
            return None
        size, head = data[1], 2
        if size == 126:
            size, head = int.from_bytes(data[2:4], "big"), 4
        if size == 127:
            size, head = int.from_bytes(data[2:10], "big"), 10
        if len(data) < head + size:
            return None
        is_text, message = data[0] == 0x81, bytes(data[head : head + size])
        del data[: head + size]
        if not is_text:  # a goodbye
            self._transport.abort()
            return None
        return message
