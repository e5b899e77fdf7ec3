"""A TCP proxy that breaks lines on demand: cut, refused, frozen, slow, half open, cut after so many bytes."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Self

from storage.kit.settings import LOOPBACK
from tests.servers.ports import free_ports

CHUNK_BYTES = 64 * 1024
COMMAND_SECONDS = 10.0
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset, as a firewall or a dead machine's kernel would


class Proxy:
    """A door at `port` of this machine that leads to an upstream: "host:port", or the path of a unix socket.

    Of several upstreams each new line takes the next one that answers, as a balancer's would. The faults stay until
    `mend()`; `cut()` and `cut_after()` happen once. It runs in a thread of its own.
    """

    def __init__(self, *upstreams: str, port: int | None = None) -> None:
        self.port = port or free_ports(1)[0]
        self._upstreams = deque(upstreams)
        self._lines: set[_Line] = set()
        self._silent: list[asyncio.StreamWriter] = []
        self._rate: float | None = None
        self._budget: int | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self._do(self._open)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Where it listens, as host:port."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def open_lines(self) -> int:
        """How many connections it holds between two living ends."""
        return len(self._lines)

    def mend(self) -> None:
        """Ends every fault: what comes passes. Ends that were left half open are cut."""
        self._do(self._mend)

    def cut(self) -> None:
        """Resets all connections there are; new ones pass."""
        self._do(self._cut)

    def refuse(self) -> None:
        """Resets all connections and refuses new ones."""
        self._do(self._refuse)

    def freeze(self) -> None:
        """Accepts, and lets nothing through in either direction; what was held back flows on after `mend`."""
        self._do(self._freeze)

    def slow(self, bytes_per_second: float) -> None:
        """Lets each direction of each connection through at this pace."""
        self._rate = bytes_per_second

    def half_open(self) -> None:
        """Resets the far ends of all connections; the near ones stay open and hear nothing. New ones pass."""
        self._do(self._half_open)

    def cut_after(self, count: int) -> None:
        """Resets the connection over which the `count`th byte from now on, either way, has passed; once."""
        self._budget = count

    def stop(self) -> None:
        """Closes the door and all connections."""
        if self._thread.is_alive():
            self._do(self._close)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(COMMAND_SECONDS)
            self._loop.close()

    def _do(self, command: Callable[[], Coroutine[Any, Any, None]]) -> None:
        asyncio.run_coroutine_threadsafe(command(), self._loop).result(COMMAND_SECONDS)

    async def _open(self) -> None:
        self._flowing = asyncio.Event()
        self._flowing.set()
        await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port, backlog=512)

    async def _mend(self) -> None:
        self._rate = self._budget = None
        self._flowing.set()
        self._forget_silent()
        if not self._server.is_serving():
            await self._listen()

    async def _freeze(self) -> None:
        self._flowing.clear()

    async def _refuse(self) -> None:
        self._server.close()
        await self._cut()

    async def _cut(self) -> None:
        self._forget_silent()
        lines = tuple(self._lines)
        for line in lines:
            line.cut()
        await asyncio.gather(*(line.ended.wait() for line in lines))

    async def _half_open(self) -> None:
        for line in tuple(self._lines):
            self._silent.append(line.near)
            line.lose_far()

    async def _close(self) -> None:
        await self._refuse()
        waiting = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _forget_silent(self) -> None:
        for near in self._silent:
            _reset(near)
        self._silent.clear()

    async def _serve(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            await self._flowing.wait()
            far_reader, far = await self._dial()
        except (OSError, asyncio.CancelledError):
            _reset(near)
            return
        line = _Line(near, far)
        self._lines.add(line)
        line.pumps = [asyncio.ensure_future(self._pump(line, *way)) for way in ((reader, far), (far_reader, near))]
        try:
            await asyncio.wait(line.pumps)
        finally:
            line.end()
            self._lines.discard(line)

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        # A copy: another line may be dialling meanwhile, and turns them on too.
        self._upstreams.rotate(-1)
        for upstream in (self._upstreams[-1], *list(self._upstreams)[:-1]):
            with suppress(OSError):
                return await _connect(upstream)
        raise ConnectionRefusedError

    async def _pump(self, line: _Line, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Passes on one direction to its end; a reset of one side is passed on as one."""
        try:
            while data := await source.read(self._bite()):
                await self._flowing.wait()
                if self._rate:
                    await asyncio.sleep(len(data) / self._rate)
                data, over = self._spend(data)
                target.write(data)
                await target.drain()
                if over:
                    line.cut()
            target.write_eof()
        except OSError:
            line.cut()

    def _bite(self) -> int:
        return max(1, min(CHUNK_BYTES, int((self._rate or CHUNK_BYTES * 10) / 10)))

    def _spend(self, data: bytes) -> tuple[bytes, bool]:
        if self._budget is None:
            return data, False
        data = data[: self._budget]
        self._budget -= len(data)
        if self._budget > 0:
            return data, False
        self._budget = None
        return data, True


class _Line:
    """One connection through the proxy: its two ends."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.near, self.far = near, far
        self.pumps: list[asyncio.Future[None]] = []
        self.ended = asyncio.Event()
        self._keep_near = False

    def cut(self) -> None:
        """Resets both ends."""
        _reset(self.far)
        if not self._keep_near:
            _reset(self.near)
        for pump in self.pumps:
            pump.cancel()

    def lose_far(self) -> None:
        """Resets the far end and leaves the near one to itself."""
        self._keep_near = True
        self.cut()

    def end(self) -> None:
        """Closes what both pumps left; called once they are done."""
        self.far.close()
        if not self._keep_near:
            self.near.close()
        self.ended.set()


async def _connect(upstream: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if upstream.startswith("/"):
        return await asyncio.open_unix_connection(upstream)
    host, _, port = upstream.rpartition(":")
    return await asyncio.open_connection(host, int(port))


def _reset(end: asyncio.StreamWriter) -> None:
    wire = end.get_extra_info("socket")
    with suppress(OSError):
        if wire.family != socket.AF_UNIX:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    end.transport.abort()
