"""`porchlight post`: posts a clip or photo as a resident, by the public API; the block is found on this machine."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from api.boxes import Drawn, demand_drawn
from api.commands import where
from api.commands.asking import ask, client
from api.commands.sending import send
from api.resident.sending.trim import LEAST_LEFT, MOST_SECONDS
from storage.kit import clock, ids, settings
from storage.kit.errors import Refused
from workers.guidelines.check import check
from workers.redact.redactions import Redaction
from workers.redact.text import scrub, scrub_title

CATEGORIES = ("crime", "suspicious", "safety", "animal", "lost_found", "kindness", "other")
ENDS = ("published", "rejected", "quarantined", "withdrawn")
LOOK_AGAIN = 0.5  # seconds
REWORD = 3  # nothing was sent: the words break a guideline, and --anyway was not said


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight post`."""
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--token", required=True, help="a resident's token (`porchlight token resident`)")
    where.add_arguments(parser)
    parser.add_argument("--category", required=True, choices=CATEGORIES)
    parser.add_argument("--title", required=True)
    parser.add_argument("--text", default="")
    parser.add_argument("--happened-at", metavar="TIME", help="ISO 8601, at most 30 days ago (default: now)")
    parser.add_argument("--blur", metavar="KINDS", default="", help="what to hide: faces,plates,overlay,porch")
    parser.add_argument(
        "--box", metavar="X,Y,W,H", action="append", default=[], help="cover this part of the picture, in shares of it"
    )
    parser.add_argument("--start", metavar="SECONDS", type=float, help="where what is kept begins (default: at 0)")
    parser.add_argument("--end", metavar="SECONDS", type=float, help="where it ends (default: with the clip)")
    parser.add_argument("--sound", action="store_true", help="keep the sound")
    parser.add_argument(
        "--anyway", action="store_true", help="send words that break a guideline: a moderator looks first"
    )


def run(args: argparse.Namespace) -> int:
    """0 when published, 1 with the reason when not, 3 with hints when to be reworded; the last line printed is JSON."""
    broken = check(scrub_title(args.title), scrub(args.text), args.category)
    for rule in broken:
        print(f"porchlight: {rule.title.en}. {rule.hint.en}", file=sys.stderr)
    if broken and not args.anyway:
        print("porchlight: nothing was sent. With --anyway it is, and a moderator looks first.", file=sys.stderr)
        return REWORD
    port, tell = settings.record().ports.resident, _Progress()
    try:
        with client(port, args.token) as http, client(port) as plain:
            body = _said(args, where.block_of(plain, args.block, args.at, larger=args.larger))
            body["upload_id"] = send(http, plain, args.file, lambda share: tell("sending", share))
            taken = ask(http, "POST", "/v1/posts", json=body, headers={"Idempotency-Key": ids.new_id()})
            standing = _follow(http, taken["receipt"], tell)
    except OSError as error:
        print(f"porchlight: the file could not be read: {error.strerror}", file=sys.stderr)
        return 1
    post_id = standing["post"]["id"] if standing["post"] else None
    if standing["reason"]:
        print(f"porchlight: {standing['reason']['message']}", file=sys.stderr)
    print(json.dumps({"receipt": taken["receipt"], "post_id": post_id, "state": standing["state"]}), flush=True)
    return 0 if standing["state"] == "published" else 1


def _said(args: argparse.Namespace, block_id: str) -> dict[str, Any]:
    return {
        "block_id": block_id,
        "category": args.category,
        "title": args.title,
        "text": args.text,
        "happened_at": _time(args.happened_at) if args.happened_at else clock.as_text(clock.now()),
        "blur": _kinds(args.blur),
        "boxes": [_box(typed) for typed in args.box],
        "sound": args.sound,
        "trim": _trim(args.start, args.end),
    }


def _kinds(text: str) -> list[str]:
    asked = {kind for word in text.split(",") if (kind := word.strip())}
    if asked - set(Redaction):  # said before anything is sent: a clip can be large
        raise Refused(f"--blur knows {', '.join(Redaction)}, with a comma between them.")
    return sorted(asked)


def _box(typed: str) -> dict[str, float]:
    try:
        x, y, w, h = (float(number) for number in typed.split(","))
        drawn = Drawn(x=x, y=y, w=w, h=h)
    except ValueError:
        raise Refused("--box wants four numbers from 0 to 1: X,Y,W,H.") from None
    demand_drawn([drawn])
    return drawn.model_dump()


def _trim(start: float | None, end: float | None) -> dict[str, float] | None:
    if start is None and end is None:
        return None
    asked = {"start": start or 0.0, "end": MOST_SECONDS if end is None else end}
    if not (0 <= asked["start"] <= asked["end"] - LEAST_LEFT and asked["end"] <= MOST_SECONDS):
        raise Refused(f"--start and --end want seconds, {LEAST_LEFT} apart or more and up to {MOST_SECONDS:.0f}.")
    return asked


def _time(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()  # without a zone: this machine's
    except ValueError:
        raise Refused("--happened-at wants a time such as 2026-11-22T15:30.") from None


def _follow(http: httpx.Client, receipt: str, tell: _Progress) -> dict[str, Any]:
    while True:
        standing = ask(http, "GET", f"/v1/receipts/{receipt}")
        tell(standing["stage"], standing["progress"])
        if standing["state"] in ENDS and not _is_arriving(standing):
            return standing
        time.sleep(LOOK_AGAIN)


def _is_arriving(standing: dict[str, Any]) -> bool:
    """Whether it is on screen, and could still be taken back: its first rendition is not whole."""
    media = (standing["post"] or {}).get("media")
    return bool(standing["state"] == "published" and media and not media["renditions"])


class _Progress:
    """One line on standard error that is written over on a terminal, and only what is new elsewhere."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, stage: str, share: float) -> None:
        line = f"{stage} {share:.0%}"
        if line == self._last:
            return
        self._last = line
        over = sys.stderr.isatty()
        start, end = ("\r\x1b[K", "") if over else ("", "\n")
        print(f"{start}{line}", end="\n" if stage == "done" else end, file=sys.stderr, flush=True)
