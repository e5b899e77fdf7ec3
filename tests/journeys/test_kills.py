"""Whatever program is killed while a clip is under way, the clip is published, and once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from storage.kit.ids import new_id
from tests.journeys.conftest import Stack
from workers.media import programs

pytestmark = pytest.mark.faults

DEADLINE = 150.0  # a killed worker's clip is taken up when its lease of 60 s is over
STORES, DOORS, WORK = (
    ("record-redis", "airlock-redis"),
    ("resident", "staff", "feed", "public"),
    ("chores", "airlock-schedule"),
)
PROGRAMS = (*STORES, *DOORS, *WORK, "airlock-worker-1")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Moving picture that takes a few seconds to encode."""
    file = tmp_path_factory.mktemp("clip") / "clip.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=8", "-pix_fmt", "yuv420p"]
    subprocess.run([programs.find().ffmpeg, "-v", "error", *picture, "-preset", "ultrafast", file], check=True)
    return file


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_clip_under_way_survives_a_kill(program: str, stack: Stack, clip: Path) -> None:
    """After kill -9 of the program, in the middle of the work, the clip is published exactly once."""
    title, before = new_id(), _claims(stack)
    told = ["--token", stack.resident_token("kim@demo.example"), "--at", "10,-40", "--category", "other"]
    with stack.begin("post", str(clip), *told, "--title", title) as post:
        _until(lambda: _claims(stack) > before)
        killed = stack.pid(program)
        os.kill(killed, signal.SIGKILL)
        out, err = post.communicate(timeout=DEADLINE)

    answer = json.loads(out.splitlines()[-1])
    assert answer["state"] == "published", err
    _until(lambda: stack.pid(program) != killed)
    assert _on_screen(stack, title) == [answer["post_id"]]


def test_the_audit_still_stands(stack: Stack) -> None:
    """None of the kills broke the audit's chain."""
    code, _, err = stack.run("verify-audit")

    assert code == 0, err


def _claims(stack: Stack) -> int:
    return stack.log.read_text().count("clip_claimed")


def _on_screen(stack: Stack, title: str) -> list[str]:
    """The posts of that title that a moderator of the whole city sees, once the staff program answers."""
    ask = {"Authorization": f"Bearer {stack.staff_token('whole-city', ['moderator'])}"}
    found: list[str] = []

    def answered() -> bool:
        try:
            answer = httpx.get(f"{stack.staff}/v1/posts", params={"q": title}, headers=ask, trust_env=False)
        except httpx.TransportError:
            return False
        found[:] = [post["id"] for post in answer.raise_for_status().json()["items"]]
        return True

    _until(answered)
    return found


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
