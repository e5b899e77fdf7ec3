"""A program on a port."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from api.serving import serve
from storage.kit.errors import Unavailable
from tests.api.running import Running, free_port, running


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The small program, answering."""
    port, folder = free_port(), tmp_path_factory.mktemp("small")
    with running("tests.api.small_program", str(port), port=port, env=os.environ, log_file=folder / "log") as found:
        yield found


def test_answers_name_neither_the_server_nor_the_hour(program: Running) -> None:
    """Nothing a client could learn from them is worth it."""
    headers = httpx.get(f"{program.address}/v1/health").headers

    assert not {"server", "date"} & set(headers)


def test_a_name_that_is_not_ours_is_refused(program: Running) -> None:
    """Whoever made it lead here learns nothing."""
    asked = [
        httpx.get(f"{program.address}/v1/health", headers={"host": host}) for host in ("localhost:1", "evil.example")
    ]

    assert [answer.status_code for answer in asked] == [200, 400]


def test_half_an_answer_never_looks_whole(program: Running) -> None:
    """The connection is cut, and a client knows."""
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{program.address}/v1/half")


def test_the_log_tells_faults_in_a_line_and_requests_not_at_all(program: Running) -> None:
    """No message, no trace, no address that was asked, and nothing from the server below us."""
    httpx.get(f"{program.address}/v1/broken?where=elm-street")
    httpx.get(f"{program.address}/v1/health?where=elm-street")
    with socket.create_connection(("127.0.0.1", int(program.address.rsplit(":")[-1]))) as stranger:
        stranger.sendall(b"elm-street is no request\r\n\r\n")
        stranger.recv(1000)

    lines = program.log.splitlines()
    assert lines[0].startswith("small: listening port=")
    assert any(
        line.startswith("small: request_failed error=RuntimeError where=api/small_program.py:") for line in lines
    )
    assert all(line.startswith(("small: listening", "small: request_failed")) for line in lines)
    assert "elm" not in re.sub(r"request=\w+", "", program.log)


def test_a_taken_port_is_a_clear_error() -> None:
    """With its number, and a code for the one who started us."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(Unavailable, match=str(port)) as refused:
            serve(FastAPI(), port)

    assert refused.value.code == "port_taken"
