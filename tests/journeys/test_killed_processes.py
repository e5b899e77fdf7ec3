"""Every process is killed in turn while clips are on their way: each is published once, or withdrawn for good."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.commands.asking import ask, client
from api.commands.sending import send
from storage import feed_log
from storage.kit import clock, settings
from storage.kit.ids import new_id
from storage.kit.settings import Ports
from storage.record import open_record
from tests.journeys.conftest import Stack
from workers.media import programs

# The whole list of what `porchlight up` runs, but for the worker itself, which has a test of its own below.
VICTIMS = ["airlock-redis", "record-redis", "resident", "staff", "feed", "airlock-schedule", "chores", "public"]
RECOVERS_WITHIN = 100.0  # seconds: a lease of 60, a round of 15, and a busy machine
ENDS_WITHIN = 60.0  # seconds: a second where nobody else works
ENDS = ("published", "withdrawn", "rejected", "quarantined")


@dataclass
class Clip:
    """A clip on its way."""

    receipt: str
    wanted: str = "published"
    post_id: str = ""


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of a small picture."""
    return _film(tmp_path_factory.mktemp("clips") / "short.mp4", "testsrc2=size=320x240:rate=15:duration=1")


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds that take a while to encode, and have a larger rendition."""
    return _film(tmp_path_factory.mktemp("clips") / "long.mp4", "testsrc2=size=960x720:rate=30:duration=10")


@pytest.fixture(scope="module")
def middling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds that take a while to redact, and have a larger rendition."""
    return _film(tmp_path_factory.mktemp("clips") / "middling.mp4", "testsrc2=size=960x720:rate=30:duration=3")


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    """A resident's client, patient with programs that are being started again."""
    with client(Ports(stack.base).resident, stack.resident_token("faults@example.org")) as found:
        yield found


def test_a_kill_of_any_process_loses_no_clip_and_doubles_none(stack: Stack, http: httpx.Client, short: Path) -> None:
    """Each victim is killed with a clip on its way; a listener that comes back has heard of every post once."""
    with _watching(stack) as heard:
        clips = []
        for victim in VICTIMS:
            clips.append(_post(stack, http, short))
            os.kill(stack.pid(victim), signal.SIGKILL)
        _take_back(http, clips[0])
        _take_back(http, clips[3])

        _wait_for_ends(http, clips)
        _take_back(http, clips[1])

        kept = sorted(clip.post_id for clip in clips if clip.wanted == "published")
        _wait_until(lambda: set(kept) <= set(_kinds(heard(), "post.published")), "the listener heard of every post")
        told = [post for post in _kinds(heard(), "post.published") if post in kept]
        assert sorted(told) == kept, "heard of once"
        for clip in clips:
            assert _standing(http, clip)["state"] == clip.wanted
    _record_agrees(stack, clips)


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.parametrize("blur", [(), ("faces",)])
def test_a_kill_of_the_worker_at_each_stage_publishes_once(
    stack: Stack, http: httpx.Client, long: Path, middling: Path, blur: tuple[str, ...]
) -> None:
    """The clip's own process is killed while it encodes and while it finishes, then the worker with it."""
    clip = _post(stack, http, middling if blur else long, blur)
    for stage, worker in (("encoding", "airlock-worker-1"), ("finishing", "airlock-ladder-1")):
        _wait_until(lambda stage=stage: _standing(http, clip)["stage"] == stage, f"the clip is at {stage}")
        os.kill(_horse(stack, worker), signal.SIGKILL)
    _wait_until(lambda: _standing(http, clip)["stage"] == "finishing", "a third attempt works on it")

    horse = _horse(stack, "airlock-ladder-1")
    os.kill(stack.pid("airlock-ladder-1"), signal.SIGKILL)
    os.kill(horse, signal.SIGKILL)

    _wait_until(lambda: _standing(http, clip)["stage"] == "done", "the clip is done")
    clip.post_id = _standing(http, clip)["post"]["id"]
    assert _standing(http, clip)["post"]["media"]["state"] == "ready"
    _record_agrees(stack, [clip])


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_a_kill_of_the_redactor_publishes_once_and_nothing_unredacted(
    stack: Stack, http: httpx.Client, middling: Path
) -> None:
    """Killed in the first rung and in the ladder: what it had not seen is not shown, and another attempt goes on."""
    clip = _post(stack, http, middling, ("faces",))
    for stage, worker in (("encoding", "airlock-worker-1"), ("finishing", "airlock-ladder-1")):
        _wait_until(lambda stage=stage: _standing(http, clip)["stage"] == stage, f"the clip is at {stage}")
        os.kill(_redactor(_horse(stack, worker)), signal.SIGKILL)

    _wait_until(lambda: _standing(http, clip)["stage"] == "done", "the clip is done")
    clip.post_id = _standing(http, clip)["post"]["id"]
    assert _standing(http, clip)["post"]["media"]["state"] == "ready"
    assert _standing(http, clip)["post"]["media"]["seconds"] == pytest.approx(3, abs=0.1)
    _record_agrees(stack, [clip])


def test_a_clip_withdrawn_while_its_worker_dies_stays_withdrawn(stack: Stack, http: httpx.Client, long: Path) -> None:
    """The author's word holds, whatever the process that worked on the clip was doing."""
    clip = _post(stack, http, long)
    _wait_until(lambda: _standing(http, clip)["stage"] == "encoding", "the clip is encoded")

    os.kill(_horse(stack, "airlock-worker-1"), signal.SIGKILL)
    _take_back(http, clip)

    _wait_for_ends(http, [clip])
    assert _standing(http, clip)["post"] is None


def _film(file: Path, picture: str) -> Path:
    words = [
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        picture,
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
    ]
    subprocess.run([programs.find().ffmpeg, *words, file], check=True)
    return file


def _post(stack: Stack, http: httpx.Client, file: Path, blur: Sequence[str] = ()) -> Clip:
    divisions = ask(http, "GET", "/v1/places/divisions")["features"]
    cells = ask(http, "GET", divisions[0]["properties"]["cells"])["features"]
    with client(Ports(stack.base).resident) as plain:
        upload_id = send(http, plain, file, lambda _done: None)
    said = {"category": "other", "title": "On its way", "happened_at": clock.as_text(clock.now())}
    body = {**said, "upload_id": upload_id, "block_id": cells[0]["properties"]["id"], "blur": list(blur)}
    return Clip(ask(http, "POST", "/v1/posts", json=body, headers={"Idempotency-Key": new_id()})["receipt"])


def _take_back(http: httpx.Client, clip: Clip) -> None:
    ask(http, "DELETE", f"/v1/receipts/{clip.receipt}")
    clip.wanted = "withdrawn"


def _standing(http: httpx.Client, clip: Clip) -> dict[str, Any]:
    return ask(http, "GET", f"/v1/receipts/{clip.receipt}")


def _wait_for_ends(http: httpx.Client, clips: list[Clip]) -> None:
    for clip in clips:
        _wait_until(lambda clip=clip: _standing(http, clip)["state"] in ENDS, "the clip came to an end")
        post = _standing(http, clip)["post"]
        clip.post_id = post["id"] if post else ""


def _wait_until(true: Any, what: str) -> Any:
    deadline = time.monotonic() + RECOVERS_WITHIN
    while not (found := true()):
        assert time.monotonic() < deadline, f"not within {RECOVERS_WITHIN} s: {what}"
        time.sleep(0.1)
    return found


def _horse(stack: Stack, name: str) -> int:
    """The process in which that worker works on one clip."""
    worker = stack.pid(name)
    children = Path(f"/proc/{worker}/task/{worker}/children")
    return int(_wait_until(lambda: children.read_text().split(), "the worker has a process at work")[0])


def _redactor(horse: int) -> int:
    """The program that redacts for that process."""
    children = Path(f"/proc/{horse}/task/{horse}/children")

    def found() -> list[int]:
        running = [int(word) for word in children.read_text().split()]
        return [one for one in running if b"workers.redact" in Path(f"/proc/{one}/cmdline").read_bytes()]

    return int(_wait_until(found, "a redactor runs")[0])


@contextmanager
def _watching(stack: Stack) -> Iterator[Any]:
    command = stack.begin("watch", "--token", stack.staff_token("faults", roles=["analyst", "moderator"]))
    heard: list[dict[str, Any]] = []

    def read() -> None:  # all the while: what nobody reads fills the pipe, and cuts a line in two
        heard.extend(json.loads(line) for line in command.stdout or ())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        _wait_until(lambda: heard, "the feed lets the listener in")
        yield lambda: list(heard)
    finally:
        command.send_signal(signal.SIGINT)
        reader.join(ENDS_WITHIN)
        command.communicate(timeout=ENDS_WITHIN)


def _kinds(heard: list[dict[str, Any]], kind: str) -> list[str]:
    return [message["post"]["id"] for message in heard if message.get("kind") == kind]


def _record_agrees(stack: Stack, clips: list[Clip]) -> None:
    """The feed log says of each clip that it was published once."""
    record = open_record(settings.record(stack._env).database)
    with record.read() as conn:
        lines = feed_log.after(conn, 0, limit=1000)
    for clip in clips:
        if clip.wanted == "published":
            assert [line.kind for line in lines if line.post_id == clip.post_id].count(feed_log.Kind.PUBLISHED) == 1
