"""Readiness is false when a program is of no use, also while it hangs; metrics are told beside the work."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.kit import metrics, ready
from storage.kit.errors import Unavailable
from storage.kit.ready import Check, Readiness
from storage.kit.variables import Address
from tests.api.running import free_port

ROOT = Path(__file__).parents[3]
DEADLINE = 40.0  # seconds; what sleeps a minute is not over by then
BESIDE = """
import os, sys, time
from storage.kit import metrics, ready
from storage.kit.ready import Check
from storage.kit.variables import Address
def working():
    assert metrics.value_of("working")
ready.answer_beside(Address("127.0.0.1", int(sys.argv[1])), lambda: [Check("no_sandbox", working)])
print("forked", flush=True)
sys.stdin.readline()
metrics.put("working", 1)
if not os.fork():
    metrics.observe("stage_seconds", 3.0, stage="encoding")
    os._exit(0)
os.wait()
print(os.getpid(), flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics of each test's own."""
    monkeypatch.setattr(metrics, "_here", metrics._Here())


@pytest.fixture
def beside() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A program that forks, and the port of the process that answers for it."""
    port = free_port()
    program = subprocess.Popen(
        [sys.executable, "-c", BESIDE, str(port)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with program:
        yield program, port
        program.kill()


def test_a_program_is_ready_once_all_was_seen_to_be_well() -> None:
    """Not before the first look: what nobody looked at yet is not well."""
    opened = threading.Event()
    readiness = Readiness([Check("database", opened.wait), Check("bus", lambda: None)], every=0.01)

    before = readiness.reasons()
    opened.set()

    assert "database" in before
    assert _comes(lambda: readiness.reasons() == [])


def test_what_fails_is_named_by_its_code_and_comes_back() -> None:
    """At the next look."""
    well = [True]

    def look() -> None:
        if not well[0]:
            raise Unavailable("postgresql://role:password@host is away")

    readiness = Readiness([Check("database", look)], every=0.01)
    assert _comes(lambda: readiness.reasons() == [])
    well[0] = False
    assert _comes(lambda: readiness.reasons() == ["database"])
    well[0] = True

    assert _comes(lambda: readiness.reasons() == [])


def test_a_look_that_hangs_is_as_bad_as_one_that_fails() -> None:
    """And hides no other: each has a thread of its own."""
    looks, hangs = [0], threading.Event()

    def look() -> None:
        looks[0] += 1
        if looks[0] > 1:
            hangs.wait(DEADLINE)

    readiness = Readiness([Check("database", look), Check("bus", lambda: None)], every=0.01, silent=0.3)

    assert _comes(lambda: readiness.reasons() == [])
    assert _comes(lambda: readiness.reasons() == ["database"])
    hangs.set()


def test_it_answers_three_paths_and_nothing_else() -> None:
    """`/ready` has the state and the reasons' codes; `/live` that it runs; `/metrics` what Prometheus reads."""
    where = Address("127.0.0.1", free_port())

    def broken() -> None:
        raise Unavailable("secret")

    ready.answer(where, lambda: [Check("database", broken)])

    assert _get(where.port, "/ready") == (503, {"ready": False, "reasons": ["database"]})
    assert _get(where.port, "/live") == (200, {"live": True})
    assert _get(where.port, "/anything/else")[0] == 404
    with urllib.request.urlopen(f"http://127.0.0.1:{where.port}/metrics", timeout=DEADLINE) as answer:
        told = answer.read().decode()
        headers = {name.lower() for name in answer.headers}
    assert "porchlight_ready 0.0" in told
    assert headers == {"content-type", "content-length", "cache-control"}


def test_nowhere_is_nowhere() -> None:
    """Without the variable nothing is looked at and no port is opened."""
    before = threading.active_count()

    ready.answer(None, lambda: [Check("database", lambda: None)])
    ready.answer_beside(None, lambda: [Check("database", lambda: None)])

    assert threading.active_count() == before


def test_a_taken_port_is_said_so() -> None:
    """The program does not start half seen."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Unavailable, match="PORCHLIGHT_METRICS"):
        ready.answer(Address("127.0.0.1", taken.getsockname()[1]), lambda: [])


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_a_host_that_is_not_here_is_said_so(host: str) -> None:
    """An address of another machine, or a name of none."""
    with pytest.raises(Unavailable, match="PORCHLIGHT_METRICS"):
        ready.answer(Address(host, 0), lambda: [])


def test_forks_are_told_of_by_the_process_beside(beside: tuple[subprocess.Popen[str], int]) -> None:
    """Ready only once the worker says it works; what a fork measured is there after its end."""
    program, port = beside
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdout.readline()
    assert _comes(lambda: _get(port, "/ready") == (503, {"ready": False, "reasons": ["no_sandbox"]}))
    program.stdin.write("\n")
    program.stdin.flush()
    program.stdout.readline()

    assert _comes(lambda: _get(port, "/ready") == (200, {"ready": True, "reasons": []}))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=DEADLINE) as answer:
        told = answer.read().decode()
    assert 'porchlight_stage_seconds_sum{stage="encoding"} 3.0' in told


def test_nothing_answers_for_a_dead_worker(beside: tuple[subprocess.Popen[str], int]) -> None:
    """The process beside goes with the one it answers for, also after kill -9."""
    program, port = beside
    assert program.stdout is not None
    program.stdout.readline()
    assert _comes(lambda: _get(port, "/live")[0] == 200)

    os.kill(program.pid, signal.SIGKILL)

    assert _comes(lambda: _get(port, "/live")[0] == 0)


def _get(port: int, path: str) -> tuple[int, object]:
    """Status and body; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=DEADLINE) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())
    except OSError:
        return 0, None


def _comes(condition: object) -> bool:
    """Whether it comes true within the deadline."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False
