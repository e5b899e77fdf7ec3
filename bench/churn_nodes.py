"""The processes of the feed in a churn: at one port, killed and started again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STARTS_WITHIN = 120.0  # seconds; what is waited for at most, on a busy machine


@dataclass
class Nodes:
    """Those that run; each leaves its lines in a file of its own."""

    folder: Path
    environment: Mapping[str, str]
    killed: int = 0
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    async def start(self) -> None:
        """One more; it listens when this returns."""
        log = self.folder / f"feed-{time.monotonic_ns()}.log"
        with log.open("wb") as out:
            node = subprocess.Popen([sys.executable, "-m", "feed"], env=self.environment, stdout=out, stderr=out)
        self._running.append(node)  # at once: who is cancelled below stops it all the same
        await until(lambda: b"listening" in log.read_bytes(), within=STARTS_WITHIN)

    async def kill_one(self) -> None:
        """And starts another in its place."""
        victim = self._running.pop(0)
        victim.kill()
        await asyncio.to_thread(victim.wait)
        self.killed += 1
        await self.start()

    async def stop(self) -> None:
        """All of them."""
        for node in self._running:
            node.terminate()
        await asyncio.gather(*(asyncio.to_thread(node.wait) for node in self._running))


async def until(true: Callable[[], bool], work: Sequence[asyncio.Future[None]] = (), *, within: float) -> None:
    """Waits for it; raises what any of `work` failed with meanwhile, and TimeoutError after so many seconds."""
    deadline = time.monotonic() + within
    while not true():
        for failed in (each for each in work if each.done()):
            failed.result()
        if time.monotonic() > deadline:
            raise TimeoutError("it took too long")
        await asyncio.sleep(0.02)
