"""Programs of ours running on a port, for tests of what only a real server shows."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.servers.ports import free_ports

ROOT = Path(__file__).parent.parent.parent
STARTS_WITHIN = 90.0  # seconds, on a very busy machine; idle it is two
ENDS_WITHIN = 60.0  # seconds, on the same; idle it is less than one


@dataclass
class Running:
    """A program that answers at `address`; `log` is what it wrote."""

    process: subprocess.Popen[bytes]
    address: str
    log_file: Path

    @property
    def log(self) -> str:
        """What it wrote so far."""
        return self.log_file.read_text()


@contextmanager
def running(module: str, *arguments: str, port: int, env: Mapping[str, str], log_file: Path) -> Iterator[Running]:
    """Starts `python -m module arguments` and waits until it answers on `port`."""
    command = [sys.executable, "-W", "error", "-m", module, *arguments]
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=log, stdout=log)
    program = Running(process, f"http://127.0.0.1:{port}", log_file)
    try:
        _wait(program)
        yield program
    finally:
        process.terminate()
        process.wait(ENDS_WITHIN)


def free_port() -> int:
    """A port that is free, as are the three after it."""
    return free_ports(4)[0]


def _wait(program: Running) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and program.process.poll() is None:
        try:
            httpx.get(f"{program.address}/v1/health")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"it did not answer: {program.log}")
