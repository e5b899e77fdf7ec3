"""A whole Porchlight with demo data, started for the attacks as `porchlight up --demo` starts it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.conftest import PORCHLIGHT, STARTS_WITHIN, STOPS_WITHIN, Stack
from tests.servers.ports import free_ports


@contextmanager
def a_stack(folder: Path) -> Iterator[Stack]:
    """A whole Porchlight with demo data on free ports; all its programs' lines are in `log`."""
    here = Stack(folder / "var", free_ports(4)[0], folder / "up.log")
    with here.log.open("w") as log:
        told = ["up", "--demo", "--data", str(here.data), "--ports", str(here.base)]
        up = subprocess.Popen([*PORCHLIGHT, *told], cwd=Path(__file__).parents[2], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while "porchlight: ready after" not in here.log.read_text():
            if up.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the stack did not start:\n{here.log.read_text()}")
            time.sleep(0.1)
        yield here
    finally:
        up.send_signal(signal.SIGTERM)
        try:
            up.wait(STOPS_WITHIN)
        finally:
            up.kill()
            up.wait()
