"""Ten clips at once and a small one behind them, and how long lists and the feed take while ten uploads run.

    python -m bench.crowd [CLIP] [--clips 10]

A whole stack of its own. Beside it, in the same run: bare ffmpeg's 480p of as many clips, one after the other, which is
the least that this machine can do; the small clip with nobody before it; lists and the feed's first word when idle.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Literal

from websockets.sync.client import connect

from api.commands import token
from api.commands.asking import ask, client
from api.commands.sending import send
from bench.soak import tiny_clip
from bench.transcode import bare_run, make_clip, spent
from bench.whole_stack import whole_stack
from storage.kit import clock, settings
from storage.kit.ids import new_id
from storage.kit.settings import Ports
from storage.staff.staff import Role
from workers.media import programs

PORTS = Ports(18_740)
LOOKS_EVERY, FOLLOWS_EVERY = 0.1, 0.3  # seconds
IDLE_SECONDS = 5.0


@dataclass
class Way:
    """What became of one clip, in seconds after it was accepted."""

    upload_id: str
    accepted: float = 0.0
    on_screen: float = 0.0
    done: float = 0.0


@dataclass
class Desk:
    """Whose seconds are counted: a list of the analyst's, one of a neighbour's, and the feed's first word."""

    analyst: str
    resident: str
    took: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Asks again and again while the block runs."""
        self.took, over = {}, threading.Event()
        asking = threading.Thread(target=self._ask, args=(over,))
        asking.start()
        yield
        over.set()
        asking.join()

    def told(self) -> str:
        """Each p50 and the worst."""
        return "; ".join(
            f"{name} {median(took) * 1e3:.0f}, {max(took) * 1e3:.0f} ms" for name, took in self.took.items()
        )

    def _ask(self, over: threading.Event) -> None:
        with client(PORTS.staff, self.analyst) as desk, client(PORTS.resident, self.resident) as home:
            while not over.wait(LOOKS_EVERY):
                self._time("analyst's list", lambda: ask(desk, "GET", "/v1/posts"))
                self._time("own posts", lambda: ask(home, "GET", "/v1/posts/mine"))
                ticket = ask(desk, "POST", "/v1/feed/tickets", json={})
                self._time("feed's first word", partial(_first_word, ticket))

    def _time(self, name: str, call: Callable[[], object]) -> None:
        began = time.monotonic()
        call()
        self.took.setdefault(name, []).append(time.monotonic() - began)


def main() -> None:
    """Print what each part took."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("clip", nargs="?", type=Path)
    words.add_argument("--clips", type=int, default=10)
    asked = words.parse_args()
    tools = programs.find()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        clip, small = asked.clip.resolve() if asked.clip else make_clip(tools, folder), tiny_clip(folder)
        bare = spent(lambda: bare_run(tools, clip, folder / "bare.mp4"))
        print(f"bare ffmpeg, 480p of one clip: {bare.wall:.1f} s, {bare.cpu:.1f} CPU s", flush=True)
        with whole_stack(folder / "var", PORTS):
            _crowd(clip, small, asked.clips, folder, bare.wall)


def _crowd(clip: Path, small: Path, count: int, folder: Path, bare: float) -> None:
    stack = {"PORCHLIGHT_DATA": str(folder / "var"), "PORCHLIGHT_PORTS": str(PORTS.base)}
    resident = token.of_resident(settings.record(stack), settings.identity(stack), "bench@example.org", make=True)
    desk = Desk(token.of_staff(settings.record(stack), "bench", [Role.ANALYST], [], make=True), resident)
    alone = _follow(_accept(resident, _send(resident, small)), resident, "done")
    with desk.asked():
        time.sleep(IDLE_SECONDS)
    print(f"idle: {desk.told()} (p50, worst)", flush=True)

    began = time.monotonic()
    with desk.asked(), ThreadPoolExecutor(count) as pool:
        ways = list(pool.map(lambda _: _send(resident, clip), range(count)))
    rate = count * clip.stat().st_size / 1e6 / (time.monotonic() - began)
    print(f"{count} uploads at once, {rate:.0f} MB/s: {desk.told()}", flush=True)

    with desk.asked(), ThreadPoolExecutor(count + 1) as pool:
        began = time.monotonic()
        accepted = [_accept(resident, way) for way in ways]
        followed = [pool.submit(_follow, one, resident, "on_screen") for one in accepted]
        last = pool.submit(_follow, _accept(resident, _send(resident, small)), resident, "on_screen")
        there = sorted(one.result().on_screen for one in followed)
    print(f"{count} clips accepted together: the first on screen after {there[0]:.1f} s, half of them after")
    print(f"{median(there):.1f} s, the last after {there[-1]:.1f} s; bare ffmpeg's 480p of all: {count * bare:.1f} s,")
    print(f"which makes the last {there[-1] / (count * bare):.2f} x")
    small_one = last.result().on_screen
    print(f"a small clip accepted behind them: on screen after {small_one:.2f} s, alone {alone.on_screen:.2f} s")
    print(f"meanwhile: {desk.told()}", flush=True)
    for one in accepted:
        _follow(one, resident, "done")
    print(f"every rendition of all after {time.monotonic() - began:.0f} s")


def _send(resident: str, clip: Path) -> Way:
    with client(PORTS.resident, resident) as http, client(PORTS.resident) as plain:
        return Way(send(http, plain, clip, lambda _done: None))


def _accept(resident: str, way: Way) -> tuple[Way, str]:
    """The clip is accepted now; its receipt."""
    with client(PORTS.resident, resident) as http:
        cells = ask(http, "GET", ask(http, "GET", "/v1/places/divisions")["features"][0]["properties"]["cells"])
        said = {"category": "other", "title": "One of many", "happened_at": clock.as_text(clock.now())}
        body = {**said, "upload_id": way.upload_id, "block_id": cells["features"][0]["properties"]["id"]}
        told = ask(http, "POST", "/v1/posts", json=body, headers={"Idempotency-Key": new_id()})
        way.accepted = time.monotonic()
    return way, str(told["receipt"])


def _follow(accepted: tuple[Way, str], resident: str, until: Literal["on_screen", "done"]) -> Way:
    way, receipt = accepted
    with client(PORTS.resident, resident) as http:
        while not getattr(way, until):
            told: dict[str, Any] = ask(http, "GET", f"/v1/receipts/{receipt}")
            since = time.monotonic() - way.accepted
            way.on_screen = way.on_screen or (since if told["state"] == "published" else 0.0)
            way.done = since if told["stage"] == "done" else 0.0
            # Eleven who asked every 0.1 s had half a core of the two that the clips want.
            time.sleep(FOLLOWS_EVERY if until == "on_screen" else 10 * FOLLOWS_EVERY)
    return way


def _first_word(ticket: dict[str, Any]) -> None:
    with connect(ticket["url"], proxy=None) as line:
        line.send(f'{{"type": "hello", "ticket": "{ticket["ticket"]}", "cursor": null}}')
        line.recv()


if __name__ == "__main__":
    main()
