"""Accepted to the analyst's message, and to the first playable byte, beside a bare ffmpeg run of the same clip.

    python -m bench.main_job [CLIP] [--rounds 3]

Starts a whole stack of its own. Without a clip it makes the same one as bench.transcode.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from api.commands import token
from api.commands.asking import ask, client
from api.commands.sending import send
from bench.transcode import bare_run, make_clip, spent
from bench.whole_stack import whole_stack
from feed.client import Ticket, TryLater, follow
from storage.kit import clock, settings
from storage.kit.ids import new_id
from storage.kit.settings import Ports
from storage.staff.staff import Role
from workers.media import programs

PORTS = Ports(18_700)


@dataclass(frozen=True)
class Timed:
    """Seconds after acceptance."""

    message: float
    playable: float


def main() -> None:
    """Print each round and the median, and the ratio to the bare run."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("clip", nargs="?", type=Path)
    words.add_argument("--rounds", type=int, default=3)
    asked = words.parse_args()
    tools = programs.find()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        clip = asked.clip.resolve() if asked.clip else make_clip(tools, folder)
        with whole_stack(folder / "var", PORTS):
            _rounds(clip, folder, asked.rounds)


def _rounds(clip: Path, folder: Path, rounds: int) -> None:
    data = {"PORCHLIGHT_DATA": str(folder / "var"), "PORCHLIGHT_PORTS": str(PORTS.base)}
    resident = token.of_resident(settings.record(data), settings.identity(data), "bench@example.org", make=True)
    analyst = token.of_staff(settings.record(data), "bench", [Role.ANALYST], [], make=True)
    told = _Listening(analyst)
    found, bare = [], []
    for number in range(rounds):  # turn about, so that a busy machine is busy for both
        bare.append(spent(lambda: bare_run(programs.find(), clip, folder / "bare.mp4")).wall)
        found.append(one := _round(clip, resident, analyst, told))
        print(
            f"round {number + 1}: bare {bare[-1]:.2f} s, message {one.message:.2f} s, first byte {one.playable:.2f} s"
        )
    message, playable = median(one.message for one in found), median(one.playable for one in found)
    print(f"median: bare ffmpeg 480p {median(bare):.2f} s; accepted to the analyst's message {message:.2f} s,")
    print(f"to the first playable byte {playable:.2f} s, which is {playable / median(bare):.2f} x the bare run")


def _round(clip: Path, resident: str, analyst: str, told: _Listening) -> Timed:
    with (
        client(PORTS.resident, resident) as http,
        client(PORTS.resident) as plain,
        client(PORTS.staff, analyst) as desk,
    ):
        cells = ask(http, "GET", ask(http, "GET", "/v1/places/divisions")["features"][0]["properties"]["cells"])
        upload_id = send(http, plain, clip, lambda _done: None)
        said = {"category": "other", "title": "A clip to time", "happened_at": clock.as_text(clock.now())}
        body = {**said, "upload_id": upload_id, "block_id": cells["features"][0]["properties"]["id"]}
        receipt = ask(http, "POST", "/v1/posts", json=body, headers={"Idempotency-Key": new_id()})["receipt"]
        accepted = time.monotonic()
        post_id, at = told.next()
        first = desk.get(f"/v1/media/{post_id}/480p.mp4", headers={"range": "bytes=0-65535"})
        assert first.status_code == 206, first.status_code
        playable = time.monotonic()
        while ask(http, "GET", f"/v1/receipts/{receipt}")["stage"] != "done":  # or the next round has a rival
            time.sleep(0.2)
    return Timed(at - accepted, playable - accepted)


class _Listening:
    """An analyst's listener in a thread of its own."""

    def __init__(self, analyst: str) -> None:
        self._analyst, self._arrived = analyst, threading.Condition()
        self._posts: list[tuple[str, float]] = []
        self._ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._listen()), daemon=True).start()
        self._ready.wait()

    def next(self) -> tuple[str, float]:
        """The next published post's id and when its message came."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._posts)
            return self._posts.pop(0)

    async def _listen(self) -> None:
        async for message in follow(self._ticket):
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        self._ready.set()
        if message.get("kind") == "post.published":
            with self._arrived:
                self._posts.append((message["post"]["id"], time.monotonic()))
                self._arrived.notify()

    async def _ticket(self) -> Ticket:
        staff, bearer = f"http://127.0.0.1:{PORTS.staff}", {"Authorization": f"Bearer {self._analyst}"}
        async with httpx.AsyncClient(base_url=staff, trust_env=False) as http:
            try:
                answer = await http.post("/v1/feed/tickets", json={}, headers=bearer)
            except httpx.TransportError:  # the stack has stopped: the bench is over
                raise TryLater from None
        return Ticket(**answer.json())


if __name__ == "__main__":
    main()
