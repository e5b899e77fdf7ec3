"""The door of a node: a listening socket with small buffers, and how many connections this process can hold."""

from __future__ import annotations

import resource
import socket

from storage.kit.listening import bound

SEND_BUFFER = 128 * 1024  # bytes in the kernel for each listener; left alone it keeps 4 MB for one that stalls
RECEIVE_BUFFER = 16 * 1024  # a listener says one short thing; one that stalls and talks could fill 6 MB
MOST_FILES, OTHER_FILES = 65536, 128  # descriptors; those that are no connections: databases, buses, the door


def most_connections() -> int:
    """How many this process can hold, having asked the system for as many as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max((MOST_FILES if soft == resource.RLIM_INFINITY else soft) - OTHER_FILES, 1)


def opened(host: str, port: int, *, shared: bool) -> socket.socket:
    """A socket bound there; `shared` lets further processes of this user listen there too. Raises Unavailable."""
    sharing = {socket.SO_REUSEPORT: 1} if shared else {}
    return bound(host, port, {**sharing, socket.SO_SNDBUF: SEND_BUFFER, socket.SO_RCVBUF: RECEIVE_BUFFER})
