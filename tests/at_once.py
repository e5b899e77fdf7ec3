"""Several things at the same moment, in threads of one process: each has a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")
SOON = 30.0  # seconds


def at_once(count: int, do: Callable[[int], T]) -> list[T | Exception]:
    """What `do(0)`, `do(1)`, ... answered or raised, all begun together."""
    line = Barrier(count)

    def one(number: int) -> T | Exception:
        line.wait(SOON)
        try:
            return do(number)
        except Exception as error:  # noqa: BLE001  what it was is for the test to say
            return error

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count), timeout=SOON))
