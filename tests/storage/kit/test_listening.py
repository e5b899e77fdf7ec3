"""Sockets at which a program lets others in."""

from __future__ import annotations

import socket

import pytest

from storage.kit.errors import Unavailable
from storage.kit.listening import bound


def test_a_taken_port_is_a_clear_error() -> None:
    """With its number, and a code for the one who started us."""
    with bound("127.0.0.1", 0, {}) as first:
        first.listen()
        port = first.getsockname()[1]

        with pytest.raises(Unavailable, match=str(port)) as refused:
            bound("127.0.0.1", port, {})

    assert refused.value.code == "port_taken"


def test_whoever_is_let_in_inherits_its_options() -> None:
    """So the kernel keeps little for a reader that stalls."""
    with bound("127.0.0.1", 0, {socket.SO_SNDBUF: 8192}) as door:
        door.listen()
        with socket.create_connection(door.getsockname()), door.accept()[0] as let_in:
            kept = let_in.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)

    assert kept <= 2 * 8192  # which the kernel doubles
