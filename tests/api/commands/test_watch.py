"""`porchlight watch`: the live feed in a terminal."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
import pytest

from api.commands.watch import Door, run as main_of_watch
from feed.bell import Bell
from feed.client import Ticket, TryLater
from storage import feed_log
from storage.db import OPERATOR, Database
from storage.kit import keys, settings
from storage.kit.errors import NotLoggedIn, NotThere, PorchlightError, Refused
from storage.kit.redis import connect
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.running import free_port, running
from tests.builders import a_published_post
from tests.conftest import NewDatabase

WITHIN = 60.0  # seconds, on a very busy machine
MINE = {"divisions": [{"id": "c1", "name": "Central"}, {"id": "e1", "name": "East"}]}
TICKET = {"ticket": "t", "url": "ws://127.0.0.1:8002/v1/feed"}


@pytest.mark.engines("sqlite")
def test_it_prints_what_happens_in_my_divisions(new_record: NewDatabase, redis_server: str, tmp_path: Path) -> None:
    """By name, after my cursor and then as it comes, one JSON a line, and beside it how the line is; Ctrl-C ends it."""
    with _city(new_record, redis_server, tmp_path) as city:
        missed = a_published_post(city.record, city.bell, division="Central", ready=False)
        with city.watching("--division", "Central", "--after", f"{city.epoch}:0") as watching:
            ready, first = watching.line(), watching.line()
            a_published_post(city.record, city.bell, division="East", ready=False)
            post = a_published_post(city.record, city.bell, division="Central", ready=False)
            event = watching.line()
            code = watching.interrupt()
            states = watching.states()

    assert ready == {"type": "ready", "cursor": f"{city.epoch}:0", "reset": False}
    assert (first["seq"], first["post"]["id"]) == (1, missed.id)
    assert (event["seq"], event["post"]["id"], code) == (3, post.id, 0)
    assert states == ["porchlight: catching up", "porchlight: live"]


def test_divisions_are_known_by_name_and_by_id() -> None:
    """Both end up as ids in the ticket asked for."""
    asked: list[Any] = []

    ticket = _ask(_answers({"/v1/me": (200, MINE), "/v1/feed/tickets": (200, TICKET)}, asked), ["East", "c1"])

    assert ticket == Ticket(**TICKET)
    assert asked[-1] == {"divisions": ["c1", "e1"]}


def test_without_divisions_all_of_mine_are_asked_for() -> None:
    """The ticket call alone."""
    asked: list[Any] = []

    _ask(_answers({"/v1/feed/tickets": (200, TICKET)}, asked), [])

    assert asked == [{}]


@pytest.mark.parametrize("cursor", ["17", "abc:", ":17", "abc:x", "abc:1:2"])
def test_what_is_no_cursor_is_said_before_anybody_is_asked(cursor: str) -> None:
    """With where to find one."""
    with pytest.raises(Refused, match="--after wants the cursor of a message"):
        main_of_watch(argparse.Namespace(after=cursor))


@pytest.mark.parametrize(
    ("status", "error"), [(401, NotLoggedIn), (403, Refused), (429, TryLater), (503, TryLater), (500, TryLater)]
)
def test_what_the_api_says_decides(status: int, error: type[Exception]) -> None:
    """No log-in is another door or the end; a busy or broken API is asked again."""
    body = {"error": {"code": "c", "message": "m", "fields": {}}}

    with pytest.raises(error):
        _ask(_answers({"/v1/feed/tickets": (status, body)}), [])


def test_an_api_that_is_away_is_asked_again() -> None:
    """It may be starting."""

    def away(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(TryLater):
        _ask(away, [])


def test_a_division_that_is_not_mine_is_named() -> None:
    """With those that are."""
    with pytest.raises(NotThere, match="Your divisions are: Central, East"):
        _ask(_answers({"/v1/me": (200, MINE)}), ["North"])


def test_a_resident_hears_of_their_own_area() -> None:
    """And cannot ask for another."""
    asked: list[Any] = []

    _ask(_answers({"/v1/feed/tickets": (200, TICKET)}, asked), [], staff=False)
    with pytest.raises(PorchlightError, match="--division is for staff"):
        _ask(_answers({}), ["Central"], staff=False)

    assert asked == [{}]


Answering = Callable[[httpx.Request], httpx.Response]


def _answers(by_path: dict[str, tuple[int, Any]], asked: list[Any] | None = None) -> Answering:
    """The far side of the wire."""

    def answer(request: httpx.Request) -> httpx.Response:
        if asked is not None and request.method == "POST":
            asked.append(json.loads(request.content))
        status, body = by_path[request.url.path]
        return httpx.Response(status, json=body)

    return answer


def _ask(answering: Answering, divisions: list[str], *, staff: bool = True) -> Ticket:
    async def ask() -> Ticket:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answering), base_url="http://api") as http:
            return await Door(http, staff, divisions).ticket()

    return asyncio.run(ask())


class Watching:
    """A `porchlight watch` that runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def line(self) -> dict[str, Any]:
        """The next line it prints."""
        found: dict[str, Any] = json.loads(self._lines.get(timeout=WITHIN))
        return found

    def interrupt(self) -> int:
        """Ctrl-C, and its exit code."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(WITHIN)

    def states(self) -> list[str]:
        """What it said of the line, once it has ended."""
        assert self._process.stderr is not None
        with self._process.stderr as said:
            return said.read().splitlines()

    def end(self) -> None:
        self._process.kill()
        self._process.wait(WITHIN)
        self._reader.join(WITHIN)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)


@dataclass
class City:
    """The staff program and the feed over a record with an analyst."""

    record: Database
    bell: Bell
    environment: dict[str, str]
    token: str

    @property
    def epoch(self) -> str:
        """The epoch of its feed log."""
        with self.record.read() as conn:
            return feed_log.head(conn).epoch

    @contextmanager
    def watching(self, *options: str) -> Iterator[Watching]:
        """`porchlight watch` while the block lasts."""
        command = [sys.executable, "-m", "api.cli", "watch", "--token", self.token, *options]
        command += ["--data", self.environment["PORCHLIGHT_DATA"]]
        watching = Watching(
            subprocess.Popen(
                command,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=_heed_interrupts,
            )
        )
        try:
            yield watching
        finally:
            watching.end()


def _heed_interrupts() -> None:
    """A shell that runs these tests in the background lets all they start ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def _city(new_record: NewDatabase, redis_url: str, data: Path) -> Iterator[City]:
    (data / "record").mkdir()
    record, port = Database(new_record(data / "record")), free_port()
    environment = settings.for_child(
        identity=False, PORCHLIGHT_DATA=str(data), PORCHLIGHT_PORTS=str(port), PORCHLIGHT_RECORD_REDIS=redis_url
    )
    with record.write(by=OPERATOR) as tx:
        builders.load_city(tx)
        analyst = staff.make(tx, "analyst")
        staff.grant(tx, analyst, Role.ANALYST, None)
        token = staff.log_in(tx, analyst)
    with ExitStack() as stack:
        client = stack.enter_context(connect(redis_url))
        client.flushall()
        for offset, program in ((1, "api.staff"), (2, "feed")):
            log = data / f"{program}.log"
            stack.enter_context(running(program, port=port + offset, env=environment, log_file=log))
        yield City(record, Bell(client, keys.read_or_make(data / "record/keys/bell.key")), environment, token)
