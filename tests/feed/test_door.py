"""A node's door: small buffers, and as many connections as this process can hold."""

from __future__ import annotations

import resource
import socket

import pytest

from feed import door
from feed.door import MOST_FILES, OTHER_FILES
from storage.kit.errors import Unavailable


@pytest.mark.parametrize(
    ("soft", "hard", "most"),
    [
        (1024, 4096, 4096),
        (1024, 10**6, MOST_FILES),
        (1024, resource.RLIM_INFINITY, MOST_FILES),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, MOST_FILES),
        (100_000, 200_000, 100_000),
        (8, 8, OTHER_FILES + 1),  # never none: a node that takes nobody would look well
    ],
)
def test_as_many_connections_as_the_system_allows(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, most: int
) -> None:
    """Asked for, less what is no connection."""
    asked = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: asked[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))

    assert door.most_connections() == most - OTHER_FILES
    assert asked[-1][1] == hard


def test_a_port_is_one_programs_alone_unless_it_is_shared() -> None:
    """A second node of this user may stand beside it where both say so; and the kernel keeps little for a listener."""
    with door.opened("127.0.0.1", 0, shared=True) as first:
        port = first.getsockname()[1]
        door.opened("127.0.0.1", port, shared=True).close()
        first.listen()
        with pytest.raises(Unavailable) as refused:
            door.opened("127.0.0.1", port, shared=False)

        kept = first.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    assert refused.value.code == "port_taken"
    assert kept <= 2 * door.SEND_BUFFER  # which the kernel doubles
