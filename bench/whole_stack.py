"""A stack of one's own, embedded, with the demo's city."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.kit.settings import Ports


@contextmanager
def whole_stack(data: Path, ports: Ports, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Everything that `porchlight up` starts on the data folder, ready; stopped in the end."""
    command = [
        sys.executable,
        "-m",
        "api.cli",
        "up",
        "--demo",
        "--data",
        str(data),
        "--ports",
        str(ports.base),
        *options,
    ]
    up = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ))
    assert up.stdout is not None
    try:
        said = []
        for line in up.stdout:
            said.append(line)
            if "ready after" in line:
                break
        else:
            raise RuntimeError("The stack did not start:\n" + "".join(said[-20:]))
        threading.Thread(target=up.stdout.read, daemon=True).start()
        yield up
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait()
