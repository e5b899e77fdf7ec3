"""The main job in two terminals: one posts a clip, the other sees it arrive."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import Stack
from workers.media import programs

MIDDLE_OF_CENTRAL = "10.0,-40.0"
DEADLINE = 60.0


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of moving picture."""
    file = tmp_path_factory.mktemp("clip") / "clip.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=2", "-pix_fmt", "yuv420p"]
    subprocess.run([programs.find().ffmpeg, "-v", "error", *picture, file], check=True)
    return file


def test_a_posted_clip_arrives_at_the_analyst_of_its_division(stack: Stack, clip: Path) -> None:
    """What `post` sends, `watch` of that division's analyst prints, and `watch` of another's does not."""
    here = stack.begin("watch", "--token", stack.staff_token("near", divisions=["Central"]))
    there = stack.begin("watch", "--token", stack.staff_token("far", divisions=["North"]))
    try:
        assert _next(here)["type"] == _next(there)["type"] == "ready"

        code, out, err = _post(stack, clip)

        told = json.loads(out.splitlines()[-1])
        assert (code, told["state"]) == (0, "published"), err
        event = _next(here)
        while told["post_id"] not in json.dumps(event):  # what others left on its way comes to its end meanwhile
            event = _next(here)
        assert (event["kind"], event["post"]["id"]) == ("post.published", told["post_id"])
        assert event["post"]["division"]["name"] == "Central"
    finally:
        printed_there = _interrupt(there)
        _interrupt(here)
    assert "post.published" not in printed_there


def test_a_refused_clip_says_why_and_ends_with_1(stack: Stack, tmp_path: Path) -> None:
    """A file that is no video is rejected: exit code 1, the reason on standard error, JSON on standard output."""
    text = tmp_path / "clip.mp4"
    text.write_text("This is not a video. " * 100)

    code, out, err = _post(stack, text)

    assert code == 1
    assert json.loads(out.splitlines()[-1])["state"] == "rejected"
    assert err.strip()


def test_a_point_outside_the_city_is_in_no_block(stack: Stack, clip: Path) -> None:
    """A place in no division is said to be in no block, and nothing is sent."""
    code, out, err = _post(stack, clip, at="11.5,-41.5")

    assert (code, out) == (1, "")
    assert "no block" in err


def test_a_program_that_is_killed_comes_back(stack: Stack) -> None:
    """After kill -9 of the public program its door answers again, from a new process."""
    before = stack.pid("public")

    os.kill(before, signal.SIGKILL)

    _until(lambda: stack.pid("public") != before)
    _until(lambda: _answers(stack.public))


def test_the_audit_of_all_this_stands(stack: Stack) -> None:
    """`verify-audit` finds the chain whole."""
    code, out, _ = stack.run("verify-audit")

    assert code == 0
    assert out.startswith("The audit stands: ")


def test_a_second_stack_on_the_same_data_is_refused(stack: Stack) -> None:
    """`up` on a data folder in use says so in one line."""
    code, _, err = stack.run("up", "--ports", str(stack.base + 100))

    assert (code, len(err.splitlines())) == (1, 1)
    assert "already running" in err


def _post(stack: Stack, file: Path, at: str = MIDDLE_OF_CENTRAL) -> tuple[int, str, str]:
    token = stack.resident_token("sam@demo.example")
    told = ["--category", "suspicious", "--title", "A van", "--text", "It went round twice."]
    return stack.run("post", str(file), "--token", token, "--at", at, *told)


def _next(command: subprocess.Popen[str]) -> dict[str, Any]:
    """The next message that is not a beat."""
    assert command.stdout is not None
    while line := command.stdout.readline():
        message: dict[str, Any] = json.loads(line)
        if message["type"] != "beat":
            return message
    raise AssertionError("the command ended")


def _interrupt(command: subprocess.Popen[str]) -> str:
    command.send_signal(signal.SIGINT)
    out, _ = command.communicate(timeout=DEADLINE)
    return out


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/v1/health", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _until(true: Any) -> None:
    deadline = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
