"""Programs that run beside a measurement: when they answer, and what they cost."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

STARTS_WITHIN = 60.0  # seconds


@contextmanager
def started(command: list[str], environment: dict[str, str], *, folder: Path | None = None) -> Iterator[int]:
    """A program that runs meanwhile, in `folder` if one is given: its process."""
    process = subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(STARTS_WITHIN)


def wait(asked: Callable[[], object]) -> None:
    """Returns as soon as `asked` raises nothing; raises what it raised where that takes too long."""
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            asked()
        except (OSError, redis.RedisError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def reach(*ports: int) -> None:
    """Raises OSError while one of the ports does not answer."""
    for port in ports:
        socket.create_connection(("127.0.0.1", port)).close()


def free_port() -> int:
    """A port of this machine that nobody holds."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU the process has had."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Bytes the process holds now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
