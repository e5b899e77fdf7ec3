"""Clips at a steady rate, listeners, and some withdrawals, for as long as one likes: nothing lost, nothing grown.

    python -m bench.soak [--minutes 60] [--rate 2] [--listeners 50] [--workers 2]

Tiny clips through the public API of a whole embedded stack of its own. In the end every accepted clip is published
exactly once or withdrawn for good, in the record as for each listener; and no program holds more memory or
descriptors than it did when it was warm. Exits with 1 where that is not so.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.commands import token
from api.commands.asking import ask, client
from api.commands.sending import send
from bench.growth import Program, watched
from bench.listening import Crowd
from bench.whole_stack import whole_stack
from storage.kit import clock, settings
from storage.kit.ids import new_id
from storage.kit.settings import Ports
from storage.staff.staff import Role
from workers.media import programs

PORTS = Ports(18_800)
SENDERS = 8  # uploads under way at once
EACH_POSTS = 25  # clips of one resident: they may post 30 in an hour
WITHDRAWN_EVERY = 20
LOOKS_EVERY = 10.0  # seconds
# What may come on top between warm and the end. Python's heap settles in steps of a few MB.
GROWS_KB, GROWS_DESCRIPTORS = 12_000, 5
DRAINS_WITHIN = 1800.0  # seconds, for what was accepted faster than it could be made


@dataclass(frozen=True)
class Sent:
    """A clip that was accepted."""

    title: str
    receipt: str
    token: str
    withdrawn: bool


def main() -> None:
    """Runs it and says what was seen."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--minutes", type=float, default=60)
    words.add_argument("--rate", type=float, default=2, help="uploads a second")
    words.add_argument("--listeners", type=int, default=50)
    words.add_argument("--workers", type=int, default=2)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="porchlight-soak-") as made:
        folder = Path(made)
        with whole_stack(folder / "var", PORTS, "--workers", str(asked.workers)) as up:
            faults = _soak(up.pid, folder, asked)
    for fault in faults:
        print(f"FAULT: {fault}")
    sys.exit(1 if faults else 0)


def _soak(pid: int, folder: Path, asked: argparse.Namespace) -> list[str]:
    stack = {"PORCHLIGHT_DATA": str(folder / "var"), "PORCHLIGHT_PORTS": str(PORTS.base)}
    analyst = token.of_staff(settings.record(stack), "soak", [Role.ANALYST], [], make=True)
    crowd = Crowd(PORTS, analyst, asked.listeners)
    clip = tiny_clip(folder)
    with watched(pid, LOOKS_EVERY) as seen, client(PORTS.staff, analyst) as desk:
        began = time.monotonic()
        sent = _send_steadily(clip, _tokens(stack), rate=asked.rate, seconds=asked.minutes * 60)
        took = time.monotonic() - began
        print(f"accepted {len(sent)} clips in {took:.0f} s: {len(sent) / took:.2f} a second", flush=True)
        drained = _wait_for_all(sent)
        print(f"all at their end {drained - began - took:.0f} s later: {len(sent) / (drained - began):.2f} a second")
        crowd.wait_until_quiet()
        faults = [*_lost_or_doubled(sent, desk), *crowd.faults(set(_listed(desk)))]
    return [*faults, *_grown(seen)]


def _send_steadily(clip: Path, tokens: Iterator[str], *, rate: float, seconds: float) -> list[Sent]:
    began = time.monotonic()
    waiting: list[Future[Sent]] = []
    lock = threading.Lock()

    def next_token() -> str:
        with lock:
            return next(tokens)

    with ThreadPoolExecutor(SENDERS) as pool:
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            if time.monotonic() > began + seconds:
                break
            # Not more at once than can be under way, or the rate would be one of a queue of ours.
            while sum(not it.done() for it in waiting[-2 * SENDERS :]) >= SENDERS:
                time.sleep(0.01)
            waiting.append(pool.submit(_send, clip, next_token(), number))
    return [it.result() for it in waiting]


def _send(clip: Path, bearer: str, number: int) -> Sent:
    title, withdrawn = f"A clip {_in_letters(number)}", number % WITHDRAWN_EVERY == WITHDRAWN_EVERY - 1
    with client(PORTS.resident, bearer) as http, client(PORTS.resident) as plain:
        upload_id = send(http, plain, clip, lambda _done: None)
        said = {"category": "other", "title": title, "happened_at": clock.as_text(clock.now())}
        body = {**said, "upload_id": upload_id, "block_id": _a_block(http)}
        receipt = ask(http, "POST", "/v1/posts", json=body, headers={"Idempotency-Key": new_id()})["receipt"]
        if withdrawn:
            ask(http, "DELETE", f"/v1/receipts/{receipt}")
    return Sent(title, receipt, bearer, withdrawn)


_blocks: list[str] = []


def _a_block(http: httpx.Client) -> str:
    if not _blocks:
        for division in ask(http, "GET", "/v1/places/divisions")["features"]:
            cells = ask(http, "GET", division["properties"]["cells"])
            _blocks.extend(cell["properties"]["id"] for cell in cells["features"])
    return _blocks[time.monotonic_ns() // 1000 % len(_blocks)]


def _in_letters(number: int) -> str:
    """Numbers might be taken for a phone's, and scrubbed."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:06d}")


def tiny_clip(folder: Path) -> Path:
    """A second of moving colours."""
    clip, draw = folder / "tiny.mp4", ("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10:duration=1")
    encode = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    subprocess.run([programs.find().ffmpeg, "-v", "error", *draw, *encode, clip], check=True)
    return clip


def _tokens(stack: dict[str, str]) -> Iterator[str]:
    record, identity = settings.record(stack), settings.identity(stack)
    while True:
        bearer = token.of_resident(record, identity, f"{new_id()}@example.org", make=True)
        yield from [bearer] * EACH_POSTS


def _wait_for_all(sent: list[Sent]) -> float:
    """Until each is published or withdrawn; the moment the last one was."""
    deadline, waiting = time.monotonic() + DRAINS_WITHIN, deque(sent)
    while waiting and time.monotonic() < deadline:
        # In the order of their coming: who asks for all that wait, again and again, keeps the workers from them.
        if _is_over(waiting[0]):
            waiting.popleft()
        else:
            time.sleep(0.2)
    return time.monotonic()


def _is_over(one: Sent) -> bool:
    with client(PORTS.resident, one.token) as http:
        told = ask(http, "GET", f"/v1/receipts/{one.receipt}")
    return bool(told["state"] == "withdrawn" or told["stage"] == "done")


def _lost_or_doubled(sent: list[Sent], desk: httpx.Client) -> list[str]:
    titles = list(_listed(desk).values())
    faults = [f"{len(titles) - len(set(titles))} posts are there twice"] if len(titles) > len(set(titles)) else []
    stay, gone = ({one.title for one in sent if one.withdrawn is withdrawn} for withdrawn in (False, True))
    if lost := stay - set(titles):
        faults.append(f"{len(lost)} accepted clips are lost")
    if back := gone & set(titles):
        faults.append(f"{len(back)} withdrawn clips are there")
    return faults


def _listed(desk: httpx.Client) -> dict[str, str]:
    """The title of each live post."""
    found: dict[str, str] = {}
    asked: dict[str, Any] = {"limit": 100}
    while True:
        page = ask(desk, "GET", "/v1/posts", params=asked)
        found |= {post["id"]: post["title"] for post in page["items"]}
        if page["cursor"] is None:
            return found
        asked["cursor"] = page["cursor"]


def _grown(seen: dict[int, Program]) -> list[str]:
    """Of the programs that were there all the time; jobs are over before anything can grow."""
    longest = max(program.at[-1] - program.at[0] for program in seen.values())
    faults = []
    print("\n| program | memory, MB | grown, MB | descriptors | grown |\n|---|---|---|---|---|")
    for program in seen.values():
        if program.at[-1] - program.at[0] < 0.9 * longest:
            continue
        memory, descriptors = program.grown(program.memory), program.grown(program.descriptors)
        at_end = f"{program.memory[-1] / 1000:.0f} | {memory / 1000:+.1f} | {program.descriptors[-1]:.0f}"
        print(f"| {program.name} | {at_end} | {descriptors:+.1f} |")
        if memory > GROWS_KB or descriptors > GROWS_DESCRIPTORS:
            faults.append(f"{program.name} grew: {memory:+.0f} kB, {descriptors:+.1f} descriptors")
    return faults


if __name__ == "__main__":
    main()
