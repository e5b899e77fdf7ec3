"""One WebSocket connection: bytes to a listener's conversation, and its answers to bytes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any, cast

from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from feed.actions import Action, Close, Join, Leave, Read, Redeem, Send
from feed.house import House
from feed.listener import BAD_HELLO, TRY_LATER, Listener
from feed.tickets import Grant
from feed.welcome import welcome
from storage.kit import clock, log, metrics

CLOSE_SECONDS = 5.0  # for the other side to say goodbye too
LAG_SECONDS = 30.0  # a listener that took nothing for so long is let go
MOST_BYTES = 4096  # of one message from a client; a hello has about 150
MOST_ASKED = 16 * 1024  # bytes of the request to open; the library alone would take a megabyte
HIGH, LOW = 256 * 1024, 32 * 1024  # bytes waiting for one listener: above HIGH it leaves its room, below LOW it returns

# The library would tell each opening and closing, and quote what it could not read.
_silent = logging.getLogger("porchlight.websockets")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False
_silent.setLevel(logging.CRITICAL + 1)


class Connection(asyncio.Protocol):
    """Glue: decisions are the listener's, the wire format is the library's."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._listener = Listener(house.memory)
        self._ws = ServerProtocol(origins=house.origins, max_size=MOST_BYTES, logger=_silent)
        self._closing = False
        self._asked = 0  # bytes of the request so far
        self._full_since: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._address: str | None = None  # under which the house counts us

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Opens the conversation; the time for a hello begins."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=HIGH, low=LOW)
        self.write = self._transport.write  # what rooms call: nothing between an event and its listeners
        self._house.present.add(self)
        self._timer = asyncio.get_running_loop().call_later(self._house.hello_seconds, self._wait_is_over)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._ws.state is State.CONNECTING:
            self._asked += len(data)
            if self._asked > MOST_ASKED:
                return self._transport.abort()
        self._ws.receive_data(data)
        for received in self._ws.events_received():
            if isinstance(received, Request):
                self._ws.send_response(self._answer(received))
                received.headers.clear()  # the library's parser keeps the request for as long as the connection lasts
            elif isinstance(received, Frame):
                self._flush()
                self._heard(received)
        self._flush()
        if self._ws.close_expected():
            self._close_soon()
        return None

    def eof_received(self) -> None:
        """The client says no more: nothing is left to talk about."""
        self._ws.receive_eof()
        self._flush()

    def pause_writing(self) -> None:
        """The buffer is full. Nothing is read meanwhile either, or answers to pings would fill it without end."""
        self._full_since = time.monotonic()
        if not self._transport.is_closing():
            self._transport.pause_reading()
        self._act(self._listener.full())

    def resume_writing(self) -> None:
        """The buffer is nearly empty: catch up, as one who comes back does."""
        self._full_since = None
        if not self._transport.is_closing():
            self._transport.resume_reading()
        self._listener.drained()
        metrics.count("catch_ups", source="drained")
        self._act([])

    def connection_lost(self, _error: Exception | None) -> None:
        """The connection is over, however it ended."""
        self._timer.cancel()
        self._house.present.discard(self)
        if self._address is not None:
            self._house.crowd.leave(self._address)
        self._act(self._listener.gone())

    def tidy(self) -> None:
        """Ends what should have ended by now: log-ins that are over, listeners that take nothing."""
        if self._full_since is not None and time.monotonic() - self._full_since > LAG_SECONDS:
            metrics.count("let_gos")
            self._transport.abort()
        self._act(self._listener.passed(clock.now()))

    @property
    def grant(self) -> Grant | None:
        """What this listener's ticket allows; None before it is known."""
        return self._listener.grant

    def may_still(self, reach: frozenset[str]) -> None:
        """Ends the conversation if the divisions of `reach` are less than its ticket allows."""
        self._act(self._listener.may_still(reach))

    def bye(self, code: int, reason: str) -> None:
        """Ends the conversation, or the connection where there is none yet."""
        if self._ws.state is State.CONNECTING:
            self._transport.abort()
        self._act(self._listener.bye(code, reason))

    def abort(self) -> None:
        """Drops the connection and whatever still waits to be sent."""
        self._transport.abort()

    def _answer(self, request: Request) -> Response:
        peer = self._transport.get_extra_info("peername") or ("",)
        told = welcome(self._house, request, peer[0])
        if isinstance(told, Response):
            return told
        self._address = told.address
        return self._ws.accept(request)

    def _heard(self, received: Frame) -> None:
        if received.opcode is Opcode.TEXT and received.fin:
            self._act(self._listener.said(bytes(received.data)))
        elif received.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self._act(self._listener.bye(BAD_HELLO, "this is not a hello"))
        elif received.opcode is Opcode.CLOSE:
            self._act(self._listener.gone())

    def _act(self, actions: list[Action]) -> None:
        # What comes next is asked when all is done: a write may have filled the buffer, which decides anew.
        while True:
            for action in actions:
                self._do(action)
            actions = self._listener.catch_up()
            if not actions:
                return

    def _do(self, action: Action) -> None:
        match action:
            case Send(data, events):
                self.write(data)
                metrics.count("deliveries", events)
            case Join(wanted):
                self._house.rooms.join(wanted, self)
            case Leave(wanted):
                self._house.rooms.leave(wanted, self)
            case Redeem(ticket):
                self._later(self._redeem(ticket))
            case Read(after):
                metrics.count("catch_ups", source="log")
                self._later(self._read(after))
            case Close(code, reason):
                self._say_goodbye(code, reason)

    async def _redeem(self, ticket: str) -> None:
        if self._listener.is_ahead:
            await self._house.look()  # before the ticket: what it allows holds from when it is taken
        actions = self._listener.granted(await self._house.redeem(ticket))
        if self._listener.is_behind:
            metrics.count("catch_ups", source="cursor")
        self._act(actions)

    async def _read(self, after: int) -> None:
        self._act(self._listener.read(await self._house.read(after)))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.ensure_future(self._try(work))

    async def _try(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001  one listener's trouble is not the node's
            log.fault("listener_failed", error)
            self._act(self._listener.bye(TRY_LATER, "try again"))
        finally:
            if self._task is asyncio.current_task():  # and not the next one
                self._task = None

    def _wait_is_over(self) -> None:
        if self._ws.state is State.CONNECTING:
            self._transport.abort()
        self._act(self._listener.waited())

    def _say_goodbye(self, code: int, reason: str) -> None:
        if self._ws.state is State.OPEN:
            self._ws.send_close(code, reason)
            self._flush()
            self._close_soon()

    def _close_soon(self) -> None:
        self._act(self._listener.gone())
        if self._closing:  # the first goodbye counts: more bytes do not buy more time
            return
        self._closing = True
        self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._transport.abort)

    def _flush(self) -> None:
        for data in self._ws.data_to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof() and not self._transport.is_closing():
                self._transport.write_eof()
