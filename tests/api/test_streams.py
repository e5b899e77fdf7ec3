"""A clip on its way to somebody who takes his time, and its post taken back meanwhile."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from feed import posting
from feed.bell import Bell
from storage.db import OPERATOR, Database
from storage.kit.ids import PostId
from storage.objects import Folder
from storage.posts.posts import Rendition, Verb
from tests import builders
from tests.api.running import Running, free_port, running

CONTENT = os.urandom(3_000_000)
KEY = "k" * 26
PROMISED_SECONDS = 2.0
GULP_BYTES, PAUSE_SECONDS = 8_192, 0.02  # a line of 400 kB a second

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.usefixtures("city")]


@pytest.fixture
def post_id(record: Database, bell: Bell, tmp_path: Path) -> PostId:
    """A live post with a large file."""
    (tmp_path / "clip").write_bytes(CONTENT)
    Folder(tmp_path / "media").put(KEY, tmp_path / "clip")
    return builders.a_published_post(record, bell, files=[Rendition("480p.mp4", KEY, 854, 480, len(CONTENT))]).id


@pytest.fixture
def program(record_url: str, post_id: PostId, tmp_path: Path) -> Iterator[Running]:
    """Shows it."""
    port, told = free_port(), (record_url, str(tmp_path / "media"), post_id)
    arguments = (str(port), *told)
    with running(
        "tests.api.showing_program", *arguments, port=port, env=os.environ, log_file=tmp_path / "log"
    ) as found:
        yield found


def test_nothing_is_served_two_seconds_after_it_was_hidden(
    record: Database, bell: Bell, post_id: PostId, program: Running
) -> None:
    """Neither to who reads slowly nor to who reads nothing for a while; until then a slow reader gets all of it."""
    with a_slow_reader(program) as first:
        whole = b"".join(iter(lambda: taken(first, 65_536, after=0.005), b""))
    with a_slow_reader(program) as slow, a_slow_reader(program) as asleep:
        assert all(taken(slow) for _ in range(20))
        assert taken(asleep)

        with record.write(by=OPERATOR) as tx:
            posting.decide(tx, bell, post_id, Verb.HIDE, reason="privacy")
        hidden = last = time.monotonic()
        after = woken = 0
        while piece := taken(slow):
            after, last = after + len(piece), time.monotonic()
        while piece := taken(asleep):
            woken += len(piece)

    assert whole.split(b"\r\n\r\n", 1)[1] == CONTENT
    assert last - hidden < PROMISED_SECONDS
    assert 0 < after < len(CONTENT) / 2
    assert woken < len(CONTENT) / 4
    assert httpx.get(f"{program.address}/v1/media/480p.mp4").status_code == 404
    assert "fault" not in program.log and "failed" not in program.log


def a_slow_reader(program: Running) -> socket.socket:
    """Asks for the file, on a line that holds little: what is not read waits on the server's side."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    line.settimeout(10)
    line.connect(("127.0.0.1", int(program.address.rsplit(":")[-1])))
    line.sendall(b"GET /v1/media/480p.mp4 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    return line


def taken(line: socket.socket, most: int = GULP_BYTES, *, after: float = PAUSE_SECONDS) -> bytes:
    """What came, after a pause; nothing when the line was cut."""
    time.sleep(after)
    try:
        return line.recv(most)
    except ConnectionResetError:
        return b""
