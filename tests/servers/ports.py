"""Ports that nobody takes by accident: below those from which the kernel draws for outgoing connections."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from storage.kit.ids import spread
from storage.kit.settings import LOOPBACK

FIRST, LAST = 20_000, 32_000  # a port from the kernel's own range may be some client's while its server is down
ROW = 4  # ports of one stack


def free_ports(count: int) -> list[int]:
    """Up to four ports in a row that nobody uses, and that nobody else is given while this process lives.

    What is drawn is bound a while later, and is free again whenever its server is killed: another process of the tests
    could draw it meanwhile. So each row has a name that one process holds, and the kernel lets go of it with that one.
    """
    assert count <= ROW
    while True:
        base = FIRST + int(spread((LAST - FIRST) / ROW)) * ROW
        ports = list(range(base, base + count))
        with ExitStack() as held:
            try:
                name = held.enter_context(socket.socket(socket.AF_UNIX))
                name.bind(f"\0porchlight-tests-{base}")
                for port in ports:
                    held.enter_context(socket.socket()).bind((LOOPBACK, port))
            except OSError:
                continue
            name.detach()  # held to this process's end
        return ports
