"""Ports that nobody takes by accident: below those from which the kernel draws for outgoing connections."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from storage.kit.ids import spread
from storage.kit.settings import LOOPBACK

FIRST, LAST = 20_000, 32_000  # a port from the kernel's own range may be some client's while its server is down


def free_ports(count: int) -> list[int]:
    """So many ports in a row that nobody uses."""
    while True:
        base = FIRST + int(spread(LAST - FIRST - count))
        ports = list(range(base, base + count))
        with ExitStack() as held:
            try:
                for port in ports:
                    held.enter_context(socket.socket()).bind((LOOPBACK, port))
            except OSError:
                continue
        return ports
