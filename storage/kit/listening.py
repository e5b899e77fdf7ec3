"""Sockets at which a program of ours lets others in."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from storage.kit.errors import Unavailable


def bound(host: str, port: int, options: Mapping[int, int]) -> socket.socket:
    """A socket there, with these options of it (SO_...), which whoever is let in inherits.

    Raises Unavailable if the port is taken.
    """
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    for option, value in {socket.SO_REUSEADDR: 1, **options}.items():
        door.setsockopt(socket.SOL_SOCKET, option, value)
    try:
        door.bind((host, port))
    except OSError:
        door.close()
        raise Unavailable(f"Port {port} is taken by another program.", code="port_taken") from None
    return door
