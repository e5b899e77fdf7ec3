"""Accepted to a moving picture on the analyst's page, beside bare ffmpeg's time to its first 480p segment.

    python -m bench.playable [CLIP] [--rounds 3]

A whole stack of its own and a real Chromium that opens the post and presses play the moment it is there, and watches to
the end. A stall is a stop after the first frame for want of the clip. A hitch is a stop with a second or more of it at
hand: the browser's decoder, on the processors that encode, did not keep up. Without a clip it makes that of
bench.transcode.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, expect, sync_playwright

from api.commands import token
from api.commands.asking import ask, client
from api.commands.sending import send
from bench.transcode import make_clip
from bench.whole_stack import whole_stack
from storage.kit import clock, settings
from storage.kit.ids import new_id
from storage.kit.settings import Ports
from tests.journeys.conftest import Stack
from tests.journeys.people import Staff
from workers.media import programs
from workers.media.programs import Programs

PORTS = Ports(18_720)
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-sync", "--disable-gpu"]
WATCH = """title => new Promise(done => {
  const told = { stalls: 0, hitches: 0, still: 0 }
  const ahead = video => Math.max(0, ...[...Array(video.buffered.length).keys()].map(at =>
    video.buffered.start(at) <= video.currentTime ? video.buffered.end(at) - video.currentTime : 0))
  const look = setInterval(() => {
    const fresh = [...document.querySelectorAll('button')].find(one => /^\\d+ new/.test(one.textContent.trim()))
    const row = [...document.querySelectorAll('button[data-row]')].find(one => one.textContent.includes(title))
    if (!row) return fresh?.click()
    if (!told.there) { told.there = Date.now(); row.click() }
    // Until the page shows this clip, its player is that of the one before.
    const shown = [...document.querySelectorAll('h1, h2, h3')].some(one => one.textContent.includes(title))
    const video = document.querySelector('video')
    if (!video || !shown) return
    if (!told.pressed) {
      told.pressed = true
      video.muted = true
      let since = 0
      video.addEventListener('waiting', () => {
        if (!told.moving || video.ended) return
        since = Date.now()
        if (ahead(video) < 1) told.stalls += 1; else told.hitches += 1
      })
      video.addEventListener('playing', () => { if (since) told.still += Date.now() - since; since = 0 })
      video.addEventListener('ended', () => { told.seconds = video.currentTime; clearInterval(look); done(told) })
    }
    if (video.paused && !video.ended && !told.moving) video.play().catch(() => {})
    if (!told.moving && video.currentTime > 0) told.moving = Date.now()
  }, 20)
})"""


@dataclass(frozen=True)
class Seen:
    """Seconds after acceptance, stops while playing and how long those were together, how far it played (seconds)."""

    listed: float
    moving: float
    stalls: int
    hitches: int
    still: float
    seconds: float


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
        with whole_stack(folder / "var", PORTS), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=QUIET)
            page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
            desk = Staff(page, Stack(folder / "var", PORTS.base, folder / "up.log"), "analyst-central")
            desk.is_live()
            _rounds(tools, clip, folder, page, asked.rounds)
            browser.close()


def first_segment(tools: Programs, clip: Path, folder: Path) -> float:
    """Seconds until a bare ffmpeg with our settings has written its first two seconds of 480p."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rate = ("-preset", "superfast", "-crf", "23", "-maxrate", "2500k", "-bufsize", "5000k", "-bf", "0", "-an")
    keys = ("-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-r", "30")
    hls = ("-f", "hls", "-hls_time", "2", "-hls_segment_type", "fmp4", "-hls_playlist_type", "event")
    argv: list[str | Path] = [
        tools.ffmpeg,
        "-v",
        "error",
        "-nostdin",
        "-y",
        "-threads",
        "2",
        "-i",
        clip,
        "-vf",
        "scale=-2:480",
    ]
    began = time.monotonic()
    with subprocess.Popen([*argv, "-c:v", "libx264", *rate, *keys, *hls, folder / "bare.m3u8"]) as running:
        while not (folder / "bare.m3u8").exists() and running.poll() is None:
            time.sleep(0.005)
        took = time.monotonic() - began
        running.kill()
    return took


def _rounds(tools: Programs, clip: Path, folder: Path, page: Page, rounds: int) -> None:
    data = {"PORCHLIGHT_DATA": str(folder / "var"), "PORCHLIGHT_PORTS": str(PORTS.base)}
    resident = token.of_resident(settings.record(data), settings.identity(data), "bench@example.org", make=True)
    found, bare = [], []
    for number in range(rounds):  # turn about, so that a busy machine is busy for both
        bare.append(first_segment(tools, clip, folder / "bare"))
        found.append(one := _round(clip, resident, page, f"A clip to time, {number + 1}"))
        print(
            f"round {number + 1}: bare first segment {bare[-1]:.2f} s, listed {one.listed:.2f} s, "
            f"moving {one.moving:.2f} s, {one.stalls} stalls and {one.hitches} hitches ({one.still:.2f} s) in "
            f"{one.seconds:.1f} s",
            flush=True,
        )
    moving = median(one.moving for one in found)
    print(
        f"median: bare ffmpeg's first segment {median(bare):.2f} s; accepted to a moving picture on the analyst's page"
    )
    print(f"{moving:.2f} s, which is {moving / median(bare):.2f} x; stalls {sum(one.stalls for one in found)}")


def _round(clip: Path, resident: str, page: Page, title: str) -> Seen:
    with client(PORTS.resident, resident) as http, client(PORTS.resident) as plain:
        places = ask(http, "GET", "/v1/places/divisions")["features"]
        central = next(one for one in places if one["properties"]["name"] == "Central")
        cells = ask(http, "GET", central["properties"]["cells"])
        upload_id = send(http, plain, clip, lambda _done: None)
        said = {"category": "other", "title": title, "happened_at": clock.as_text(clock.now())}
        body = {**said, "upload_id": upload_id, "block_id": cells["features"][0]["properties"]["id"]}
        receipt = ask(http, "POST", "/v1/posts", json=body, headers={"Idempotency-Key": new_id()})["receipt"]
        accepted = page.evaluate("Date.now()")
        told = page.evaluate(WATCH, title)
        while ask(http, "GET", f"/v1/receipts/{receipt}")["stage"] != "done":  # or the next round has a rival
            time.sleep(0.2)
    listed, moving = ((told[name] - accepted) / 1000 for name in ("there", "moving"))
    return Seen(listed, moving, told["stalls"], told["hitches"], told["still"] / 1000, told["seconds"])


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("No Chromium here: apt install chromium.")
    expect.set_options(timeout=60_000)
    return found


if __name__ == "__main__":
    main()
