"""Runs rounds again and again, each at its own pace, until told to stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storage.kit import log


@dataclass(frozen=True)
class Round:
    """One thing that runs by itself, every so many seconds."""

    name: str
    seconds: float
    run: Callable[[], object]


def repeat(rounds: Sequence[Round]) -> None:
    """Runs each round at once and then at its pace; a round that fails is logged and comes again. SIGTERM ends it."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    due = dict.fromkeys(rounds, time.monotonic())
    while not stop.is_set():
        for one in rounds:
            if due[one] <= time.monotonic():
                due[one] = time.monotonic() + one.seconds
                _once(one)
        stop.wait(max(0.0, min(due.values()) - time.monotonic()))


def _once(one: Round) -> None:
    try:
        one.run()
    except Exception as error:  # noqa: BLE001  it comes again; a process that dies of one round would stop them all
        log.fault("round_failed", error, stage=one.name)
