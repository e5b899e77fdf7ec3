"""Whether programs stay as they are: memory and descriptors of a process and all below it, over time."""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
WARMING = 0.4  # of the time, in which rings, pools and caches fill: not counted


@dataclass
class Program:
    """One process, as it was seen: moments in seconds, memory in kB, descriptors."""

    name: str
    at: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    descriptors: list[float] = field(default_factory=list)

    def grown(self, what: list[float]) -> float:
        """How much more there would be of it at the end than after warming up, by the line that fits best."""
        start = self.at[0] + WARMING * (self.at[-1] - self.at[0])
        seen = [(at, value) for at, value in zip(self.at, what, strict=True) if at >= start]
        middle = sum(at for at, _ in seen) / len(seen), sum(value for _, value in seen) / len(seen)
        spread = sum((at - middle[0]) ** 2 for at, _ in seen)
        slope = sum((at - middle[0]) * (value - middle[1]) for at, value in seen) / spread if spread else 0.0
        return slope * (seen[-1][0] - seen[0][0])


@contextmanager
def watched(root: int, every: float) -> Iterator[dict[int, Program]]:
    """Looks at `root` and all below it, every so many seconds; jobs that come and go are in it, too."""
    seen: dict[int, Program] = {}
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            for pid in _below(root):
                _note(seen, pid)
            over.wait(every)

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield seen
    finally:
        over.set()
        watching.join()


def _below(root: int) -> list[int]:
    children = defaultdict(list)
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in brackets, may hold anything; the parent is the second word after it.
            children[int(place.read_text().rpartition(")")[2].split()[1])].append(int(place.parent.name))
        except OSError:
            continue
    found, waiting = [], [root]
    while waiting:
        found.append(pid := waiting.pop())
        waiting += children[pid]
    return found


def _note(seen: dict[int, Program], pid: int) -> None:
    place = Path(f"/proc/{pid}")
    try:
        memory = int((place / "statm").read_text().split()[1]) * PAGE_KB
        descriptors = len(list((place / "fd").iterdir()))
        words = (place / "cmdline").read_text().rstrip("\0").split("\0")
    except (OSError, IndexError, ValueError):
        return
    program = seen.setdefault(pid, Program(_name(words)))
    program.at.append(time.monotonic())
    program.memory.append(memory)
    program.descriptors.append(descriptors)


def _name(words: list[str]) -> str:
    """`python -m workers.run airlock` is workers.run airlock."""
    if "-m" in words:
        return " ".join(words[words.index("-m") + 1 :][:2])
    return Path(words[0]).name
