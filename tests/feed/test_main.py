"""`python -m feed`, started as the stack starts it."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from feed import tickets
from feed.bell import Bell
from feed.tickets import Grant
from storage.db import OPERATOR, Database
from storage.kit import keys, settings
from tests import builders
from tests.api.running import free_port, running
from tests.builders import a_published_post
from tests.conftest import NewDatabase
from tests.feed.conftest import OwnRedis, close_code, hello

pytestmark = pytest.mark.anyio


@pytest.fixture
def data(new_record: NewDatabase, tmp_path: Path) -> Iterator[tuple[Path, Database]]:
    """A data folder with a record and the invented city."""
    (tmp_path / "record").mkdir()
    record = Database(new_record(tmp_path / "record"))
    with record.write(by=OPERATOR) as tx:
        builders.load_city(tx)
    yield tmp_path, record
    record.engine.dispose()


async def test_it_tells_what_happens_and_says_goodbye(data: tuple[Path, Database], own_redis: OwnRedis) -> None:
    """A post is heard; SIGTERM sends listeners back with 1012, and the process ends well."""
    folder, record = data
    port = free_port()
    env = _environment(folder, record, port, own_redis)
    with running("feed", port=port + 2, env=env, log_file=folder / "log") as feed:
        async with connect(f"ws://127.0.0.1:{port + 2}/v1/feed", proxy=None) as open_:
            await open_.send(hello(await asyncio.to_thread(_ticket, record)))
            ready = json.loads(await open_.recv())
            bell = Bell(own_redis.client, keys.read_or_make(folder / "record/keys/bell.key"))
            post = await asyncio.to_thread(a_published_post, record, bell, ready=False)
            event = json.loads(await open_.recv())
            feed.process.send_signal(signal.SIGTERM)
            code = await close_code(open_)
        ended = await asyncio.to_thread(feed.process.wait, 10)

    assert (ready["type"], event["post"]["id"], code, ended) == ("ready", post.id, 1012, 0)
    assert feed.log.splitlines()[-1] == "feed: stopped"


async def test_a_taken_port_is_said_in_one_line(data: tuple[Path, Database], own_redis: OwnRedis) -> None:
    """And the process ends."""
    folder, record = data
    port = free_port()
    with socket.create_server(("127.0.0.1", port + 2)):
        done = await asyncio.to_thread(
            lambda: subprocess.run(
                [sys.executable, "-m", "feed"],
                env=_environment(folder, record, port, own_redis),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        )

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"feed: Port {port + 2} is taken by another program."
    assert "Traceback" not in done.stderr


def _ticket(record: Database) -> str:
    divisions = tuple(builders.division(name) for name in builders.DIVISIONS)
    with record.write(by=OPERATOR) as tx:
        return tickets.issue(tx, Grant(audience="resident", divisions=divisions, handle="x"))


def _environment(data: Path, record: Database, port: int, redis: OwnRedis) -> dict[str, str]:
    key = data / "record/keys/bell.key"
    keys.read_or_make(key)
    return settings.for_child(
        identity=False,
        PORCHLIGHT_DATA=str(data),
        PORCHLIGHT_PORTS=str(port),
        PORCHLIGHT_RECORD_DATABASE=record.engine.url.render_as_string(hide_password=False),
        PORCHLIGHT_RECORD_REDIS=redis.url,
        PORCHLIGHT_BELL_KEY_FILE=str(key),
    )
