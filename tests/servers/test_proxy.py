"""The fault proxy: each way a line can break, seen from both of its ends."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.servers.proxy import Proxy

SOON = 30.0  # seconds in which what should happen has happened, on a machine that is busy
WHILE = 0.3  # seconds in which something would have come, if it came


class Echo:
    """A server that sends back what it hears and knows how many talk to it."""

    def __init__(self, door: socket.socket) -> None:
        self.door, self.talking = door, 0
        door.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self.door.accept()
                threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        self.talking += 1
        with line, suppress(OSError):
            while heard := line.recv(65536):
                line.sendall(heard)
        self.talking -= 1


@pytest.fixture
def echo() -> Iterator[Echo]:
    """An echo at a TCP port."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        yield Echo(door)
        door.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    """A proxy before the echo."""
    with Proxy(f"127.0.0.1:{echo.door.getsockname()[1]}") as opened:
        yield opened


@pytest.fixture
def line(proxy: Proxy) -> Iterator[socket.socket]:
    """A client's line through the proxy, in use."""
    with _dial(proxy) as opened:
        assert _ask(opened, b"hello") == b"hello"
        yield opened


def test_what_is_said_passes_both_ways(line: socket.socket) -> None:
    """A megabyte comes back as it was sent."""
    told = bytes(range(256)) * 4096

    assert _ask(line, told) == told


def test_a_unix_socket_is_reached_over_tcp(tmp_path: Path) -> None:
    """An upstream that is a path is dialled as a unix socket."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "s"))
        Echo(door)
        with Proxy(str(tmp_path / "s")) as proxy, _dial(proxy) as line:
            assert _ask(line, b"over there") == b"over there"
        door.shutdown(socket.SHUT_RDWR)


def test_an_end_of_speech_is_passed_on(line: socket.socket, proxy: Proxy, echo: Echo) -> None:
    """A side that closes is heard to close by the other, and nothing of the line is kept."""
    line.shutdown(socket.SHUT_WR)

    assert line.recv(1) == b""
    _until(lambda: (proxy.open_lines, echo.talking) == (0, 0))


def test_a_cut_resets_what_there_is_and_lets_new_lines_pass(line: socket.socket, proxy: Proxy, echo: Echo) -> None:
    """Both ends see a reset; the next line works."""
    proxy.cut()

    with pytest.raises(ConnectionResetError):
        line.recv(1)
    _until(lambda: echo.talking == 0)
    with _dial(proxy) as another:
        assert _ask(another, b"again") == b"again"


def test_a_refusal_lasts_until_it_is_mended(line: socket.socket, proxy: Proxy) -> None:
    """Old lines are reset and new ones refused; afterwards the same port answers."""
    proxy.refuse()

    with pytest.raises(ConnectionResetError):
        line.recv(1)
    with pytest.raises(ConnectionRefusedError):
        _dial(proxy)
    proxy.mend()
    with _dial(proxy) as another:
        assert _ask(another, b"again") == b"again"


def test_in_a_frozen_proxy_nothing_flows_and_nothing_is_lost(line: socket.socket, proxy: Proxy) -> None:
    """Old lines and new ones are open and silent; what was said meanwhile arrives after."""
    proxy.freeze()
    line.sendall(b"held back")

    assert _hears_nothing(line)
    with _dial(proxy) as another:
        another.sendall(b"mine too")
        assert _hears_nothing(another)
        proxy.mend()
        assert another.recv(100) == b"mine too"
    assert line.recv(100) == b"held back"


def test_a_slow_line_keeps_the_pace(line: socket.socket, proxy: Proxy) -> None:
    """Four thousand bytes at 10,000 a second take longer than 0.4 s there, and arrive whole."""
    proxy.slow(10_000)
    began = time.monotonic()

    assert _ask(line, b"x" * 4_000) == b"x" * 4_000

    assert time.monotonic() - began > 0.4


def test_half_open_the_near_end_hears_nothing_of_the_far_ones_end(
    line: socket.socket, proxy: Proxy, echo: Echo
) -> None:
    """The server is rid of the line, its client is not told; a new line works; mending ends the old one."""
    proxy.half_open()

    _until(lambda: echo.talking == 0)
    assert _hears_nothing(line)
    with _dial(proxy) as another:
        assert _ask(another, b"again") == b"again"
    proxy.mend()
    with pytest.raises(ConnectionResetError):
        line.recv(1)


def test_a_line_is_cut_after_so_many_bytes_and_only_once(line: socket.socket, proxy: Proxy, echo: Echo) -> None:
    """The server gets the first thousand of two thousand bytes and then a reset; the next line is whole."""
    proxy.cut_after(1_000)
    line.sendall(b"x" * 2_000)

    with pytest.raises(ConnectionResetError):
        while line.recv(100):
            pass
    _until(lambda: echo.talking == 0)
    with _dial(proxy) as another:
        assert _ask(another, b"y" * 2_000) == b"y" * 2_000


def test_lines_go_to_each_upstream_in_turn_and_past_those_that_are_away(echo: Echo) -> None:
    """Of two that are the same and one that is away, every line reaches one that answers."""
    there = f"127.0.0.1:{echo.door.getsockname()[1]}"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with Proxy(there, f"127.0.0.1:{nobody.getsockname()[1]}", there) as proxy:
            for _ in range(4):
                with _dial(proxy) as line:
                    assert _ask(line, b"hello") == b"hello"


def test_lines_that_come_at_once_all_find_an_upstream(echo: Echo) -> None:
    """While some are still being refused by one that is away, others are turned on."""
    there = f"127.0.0.1:{echo.door.getsockname()[1]}"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with Proxy(there, f"127.0.0.1:{nobody.getsockname()[1]}", there) as proxy, ExitStack() as stack:
            lines = [stack.enter_context(_dial(proxy)) for _ in range(40)]

            assert [_ask(line, b"hello") for line in lines] == [b"hello"] * 40


def test_an_upstream_that_is_away_looks_like_a_reset() -> None:
    """A client of a proxy before nothing is accepted and cut."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        # The reset may come before the client's own connect has returned.
        with Proxy(f"127.0.0.1:{nobody.getsockname()[1]}") as proxy, pytest.raises(ConnectionResetError):
            _knock(proxy)


def _dial(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=SOON)


def _knock(proxy: Proxy) -> None:
    with _dial(proxy) as line:
        line.recv(1)


def _ask(line: socket.socket, told: bytes) -> bytes:
    threading.Thread(target=line.sendall, args=(told,)).start()
    heard = b""
    while len(heard) < len(told) and (more := line.recv(65536)):
        heard += more
    return heard


def _hears_nothing(line: socket.socket) -> bool:
    line.settimeout(WHILE)
    try:
        line.recv(1)
    except TimeoutError:
        return True
    finally:
        line.settimeout(SOON)
    return False


def _until(true: object) -> None:
    deadline = time.monotonic() + SOON
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)
