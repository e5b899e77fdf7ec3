"""Listeners that stall, come in crowds or are sent away: what each costs, and that the others do not notice."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from feed import door, server
from feed.bell import Bell
from feed.memory import KEPT
from storage.db import Database
from storage.kit.settings import LOOPBACK
from tests.api.running import STARTS_WITHIN, free_port
from tests.builders import City, a_published_post
from tests.feed.conftest import SOON, Door, Running, close_code, happening_again, hello, ring_again, running, until
from tests.feed.scenarios.conftest import NodeProcess, Town, opened

pytestmark = pytest.mark.anyio
MOST_KEPT = 1024 * 1024  # bytes of process and kernel for one that stalls
STALLED = 40


@pytest.mark.engines("sqlite")
async def test_one_that_stalls_costs_a_megabyte_at_most_kernel_included(town: Town) -> None:
    """Forty take nothing while four megabytes are told to each; one that reads hears all of it, and not late."""
    post = await asyncio.to_thread(lambda: a_published_post(town.record, town.bell, text="x" * 2000, ready=False))
    async with opened(town.node()) as node, AsyncExitStack() as stack:
        quick = await stack.enter_async_context(node.listening())
        # First what the node remembers for everybody, which fills to a bound: it is none of the listeners'.
        for _ in range(9):
            await asyncio.to_thread(happening_again, town.record, post, times=KEPT // 8)
        await quick.hear_up_to(1 + 9 * KEPT // 8)
        stalled = [await _stalled(node) for _ in range(STALLED)]
        before, kernel_before, late = _resident_bytes(node), _kernel_bytes(), 0.0
        for told in range(101 + 9 * KEPT // 8, 1502 + 9 * KEPT // 8, 100):
            await asyncio.to_thread(ring_again, town.record, town.bell, post, times=100)
            began = time.monotonic()
            await quick.hear_up_to(told)
            late = max(late, time.monotonic() - began)
        process, kernel = _resident_bytes(node) - before, _kernel_bytes() - kernel_before
        waiting = _waiting_in_kernel(node.port)
        for each in stalled:
            each.close()

    assert len([size for size in waiting if size]) >= STALLED  # they do stall
    assert max(waiting) < 2 * door.SEND_BUFFER
    assert (process + kernel) / STALLED < MOST_KEPT
    assert late < 10.0  # one that waited for them would wait until they are let go


async def test_a_flood_of_pings_from_one_that_reads_nothing_is_not_answered_without_end(feed: Running) -> None:
    """When its answers do not fit any more it is not read either."""
    narrow = await _stalled(feed)
    narrow.setblocking(False)
    ping = b"\x89\xfd" + bytes(4) + bytes(125)  # masked with noughts
    sent = 0
    quiet = time.monotonic()
    while time.monotonic() < quiet + 1.5 and sent < 40_000_000:
        try:
            sent += narrow.send(ping * 50)
            quiet = time.monotonic()
        except BlockingIOError:
            await asyncio.sleep(0.01)
    (mine,) = feed.node._house.present

    assert sent < 40_000_000
    assert mine._transport.get_write_buffer_size() < MOST_KEPT // 2
    narrow.close()


async def test_a_full_house_says_so_and_keeps_those_who_are_there(feed: Running, record: Database, bell: Bell) -> None:
    """503 and when to come back; health is answered, and there is room again when one leaves."""
    feed.node._house.most = 1
    async with feed.listening() as ear:
        with pytest.raises(InvalidStatus) as refused:
            await connect(feed.url, proxy=None)
        async with httpx.AsyncClient(trust_env=False) as client:
            health = await client.get(f"http://{LOOPBACK}:{feed.port}/v1/health")
        await asyncio.to_thread(a_published_post, record, bell, ready=False)
        assert (await ear.hear())["seq"] == 1
    await until(lambda: not feed.node._house.present)
    async with feed.listening() as next_one:
        assert next_one.ready["type"] == "ready"

    answer = refused.value.response
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert json.loads(answer.body or b"")["error"]["code"] == "full"
    assert health.status_code == 200


async def test_who_stops_sends_its_listeners_away_in_slices(
    record: Database, city: City, bus: str, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1012 to a few at a time; those who are still there hear on, and nobody new is let in."""
    monkeypatch.setattr(server, "SLICE", 4)
    monkeypatch.setattr(server, "SLICE_SECONDS", 0.3)
    monkeypatch.setattr(server, "DRAIN_SECONDS", 3.0)
    async with running(record, bus) as feed, AsyncExitStack() as stack:
        ears = [await stack.enter_async_context(feed.listening()) for _ in range(20)]
        left: list[float] = []

        async def stay(number: int) -> tuple[int | None, int]:
            heard: list[str] = []
            code = await close_code(ears[number].socket, heard)
            left.append(time.monotonic())
            return code, len(heard)

        staying = [asyncio.ensure_future(stay(number)) for number in range(20)]
        stopping = asyncio.ensure_future(feed.node.stop())
        await until(lambda: len(left) >= 4)
        await asyncio.to_thread(a_published_post, record, bell, ready=False)
        with pytest.raises(OSError):
            await connect(feed.url, proxy=None, open_timeout=SOON)
        codes = await asyncio.gather(*staying)
        await stopping

    assert {code for code, _ in codes} == {1012}
    assert 0 < sum(heard for _, heard in codes) < 20
    assert max(left) - min(left) > 0.9  # five slices, 0.3 s between


async def test_several_processes_listen_at_one_port(town: Town) -> None:
    """The kernel deals listeners out; all hear the same, and when one process dies its listeners go to the other."""
    base = free_port()
    async with (
        opened(town.node("one", ports=base, shared=True)) as one,
        opened(town.node("two", ports=base, shared=True)) as two,
        AsyncExitStack() as stack,
    ):
        # The first answers for both: only its log says that the second is there.
        await until(lambda: "listening" in two.program.log, STARTS_WITHIN)
        ears = [await stack.enter_async_context(one.listening()) for _ in range(24)]
        shares = [_connections_of(node.pid) for node in (one, two)]
        await asyncio.to_thread(town.publish)
        heard = [(await ear.hear())["seq"] for ear in ears]
        two.program.process.kill()
        await asyncio.to_thread(two.program.process.wait)
        async with one.listening(cursor=ears[0].ready["cursor"]) as again:
            replayed = (await again.hear())["seq"]

    assert sum(shares) >= 24
    assert min(shares) > 0
    assert heard == [1] * 24
    assert replayed == 1


async def test_a_port_is_shared_only_by_who_was_told_to(town: Town) -> None:
    """A second stack on the same ports by mistake would be dealt half of the first one's listeners."""
    base = free_port()
    async with opened(town.node("one", ports=base)):
        with pytest.raises(RuntimeError, match="is taken by another program"):
            await _second(town, base)


async def _second(town: Town, base: int) -> None:
    # It asks the port whether the node answers, and the first one does: so whether it stays is what counts.
    async with opened(town.node("two", ports=base, shared=True)) as second:
        await asyncio.to_thread(second.program.process.wait, 30)
        raise RuntimeError(second.program.log)


async def _stalled(door: Door) -> socket.socket:
    """A listener that said hello, was told ready and reads no more."""
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    ticket = await asyncio.to_thread(door.ticket)
    await asyncio.to_thread(_say_hello, wire, door.port, hello(ticket).encode())
    return wire


def _say_hello(wire: socket.socket, port: int, words: bytes) -> None:
    wire.connect((LOOPBACK, port))
    head = f"GET /v1/feed HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    wire.sendall(f"{head}Sec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += wire.recv(1)
    wire.sendall(bytes([0x81, 0x80 | 126]) + len(words).to_bytes(2, "big") + bytes(4) + words)
    while b'"ready"' not in answer:
        answer += wire.recv(1)


def _resident_bytes(node: NodeProcess) -> int:
    return int(Path(f"/proc/{node.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _kernel_bytes() -> int:
    """What all TCP sockets of this machine hold in the kernel, received and to be sent."""
    line = next(line for line in Path("/proc/net/sockstat").read_text().splitlines() if line.startswith("TCP:"))
    return int(line.split()[-1]) * os.sysconf("SC_PAGE_SIZE")


def _waiting_in_kernel(port: int) -> list[int]:
    """Bytes that wait to be sent on each connection of this port's server."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [int(row[4].partition(":")[0], 16) for row in rows if int(row[1].rpartition(":")[2], 16) == port]


def _connections_of(pid: int) -> int:
    """How many TCP connections a process holds: sockets, less the door and what it began with."""
    links = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()]
    mine = {link[8:-1] for link in links if link.startswith("socket:[")}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[3] == "01" and row[9] in mine for row in rows)
