"""The steps of the clip's way, found by watching it: every call by which one part of the tree asks another.

Nobody keeps a list of them. A dry run is watched by the interpreter's own profiler, which sees each call from
`workers/airlock`, `api` or `feed` into the stores, the feed, the queue or the media tools; commits are steps too (the
end of a `write()` is the call that resumes it, and what waits for the commit is called from there).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = f"{Path(__file__).parents[2]}{os.sep}"
PARTS = ("api", "feed", "storage")  # and those of workers, each for itself
PURE = (
    "storage/kit/",
    "storage/identity/schema",
    "storage/schema",
    "storage/tables/",
)  # nothing that lasts is touched there


class Way(StrEnum):
    """How a process can fail at a step."""

    ERROR = "error"  # the step raises, and the process goes on as it can
    EXIT = "exit"  # the process ends in good order: `finally` runs, `except Exception` does not
    KILL = "kill"  # SIGKILL
    FREEZE = "freeze"  # SIGSTOP; it is woken when others have taken over


class StepFailed(Exception):
    """The fault of a step that was told to raise."""


@dataclass(frozen=True)
class Step:
    """The `nth` call of one function of ours from another part of the tree; the fault comes before its first line."""

    called: str
    nth: int

    def __str__(self) -> str:
        return self.called + (f" ({self.nth})" if self.nth > 1 else "")


@contextmanager
def watching(reached: Callable[[Step], None]) -> Iterator[None]:
    """Calls `reached` at every step that this process takes inside, in all of its threads; it may raise."""
    lock, counts = threading.Lock(), Counter[str]()

    def look(frame: FrameType, event: str, _: Any) -> None:
        if event != "call":
            return
        place = part(frame.f_code.co_filename)
        if place is None or _caller(frame) in (None, place):
            return
        called = f"{frame.f_code.co_filename.removeprefix(ROOT)}:{frame.f_code.co_qualname}"
        with lock:
            counts[called] += 1
            step = Step(called, counts[called])
        reached(step)

    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def failing(at: Step, how: Way) -> Callable[[Step], None]:
    """What to watch with so that the process fails at that step, once."""
    done = threading.Event()

    def reached(step: Step) -> None:
        if step != at or done.is_set():
            return
        done.set()
        match how:
            case Way.ERROR:
                raise StepFailed(str(step))
            case Way.EXIT:
                raise SystemExit(str(step))
            case Way.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            case Way.FREEZE:
                os.kill(os.getpid(), signal.SIGSTOP)

    return reached


def _caller(frame: FrameType) -> str | None:
    """The part of the tree that asked, however many frames of libraries lie between; None for tests."""
    above = frame.f_back
    while above is not None:
        if _is_ours(above.f_code.co_filename):
            return part(above.f_code.co_filename)
        above = above.f_back
    return None


@cache
def _is_ours(file: str) -> bool:
    return file.startswith(ROOT) and file.removeprefix(ROOT).partition("/")[0] in (*PARTS, "workers", "tests")


@cache
def part(file: str) -> str | None:
    """The part of the tree a source file belongs to; None for what only computes, and for all that is not ours."""
    place = file.removeprefix(ROOT)
    if not file.startswith(ROOT) or place.startswith(PURE):
        return None
    first, _, rest = place.partition("/")
    if first == "workers":
        return f"workers/{rest.partition('/')[0]}"
    return first if first in PARTS else None
