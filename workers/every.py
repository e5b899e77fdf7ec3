"""Runs rounds again and again, each at its own pace, until told to stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue

from storage.kit import log, metrics

PATIENCE_SECONDS = 60.0  # a database that is away for a moment makes nobody late


@dataclass(frozen=True)
class Round:
    """One thing that runs by itself, every so many seconds; `apart` in a thread of its own, so that nobody waits.

    `patience`: seconds beyond three times its pace before it is late, PATIENCE_SECONDS unless said.
    """

    name: str
    seconds: float
    run: Callable[[], object]
    apart: bool = False
    patience: float | None = None


def repeat(rounds: Sequence[Round]) -> None:
    """Runs each round at once and then at its pace; a round that fails is logged and comes again. SIGTERM ends it."""
    # No Event: who waits for one holds its lock for a moment, and a signal that comes then would wait for it for ever.
    told: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: told.put(number))
    for one in rounds:
        _ended[one.name] = time.monotonic()
        metrics.ask("round_age_seconds", partial(_age, one.name), round=one.name)
    for one in rounds:
        if one.apart:  # what it is at when the program ends is begun anew at the next start
            threading.Thread(target=_turn, args=([one], SimpleQueue()), daemon=True).start()
    _turn([one for one in rounds if not one.apart], told)


def is_late(rounds: Sequence[Round]) -> bool:
    """Whether one of them has not come to a good end for three times its pace and a minute."""

    def most(one: Round) -> float:
        return 3 * one.seconds + (PATIENCE_SECONDS if one.patience is None else one.patience)

    return any(_age(one.name) > most(one) for one in rounds if one.name in _ended)


_ended: dict[str, float] = {}  # when each round last came to a good end, or began to be due


def _age(name: str) -> float:
    return time.monotonic() - _ended[name]


def _turn(rounds: Sequence[Round], told: SimpleQueue[int]) -> None:
    due = dict.fromkeys(rounds, time.monotonic())
    while True:
        for one in rounds:
            if due[one] <= time.monotonic():
                due[one] = time.monotonic() + one.seconds
                _once(one)
        with suppress(Empty):
            told.get(timeout=max(0.0, min(due.values()) - time.monotonic()))
            return


def _once(one: Round) -> None:
    try:
        with metrics.timed("round_seconds", round=one.name):
            one.run()
        _ended[one.name] = time.monotonic()
    except Exception as error:  # noqa: BLE001  it comes again; a process that dies of one round would stop them all
        log.fault("round_failed", error, stage=one.name)
