"""Ties the life of a program to its parent's, so that nothing runs on unseen after a kill -9."""

from __future__ import annotations

import ctypes
import os
import signal
from contextlib import suppress
from pathlib import Path

PARENT_DEATH_SIGNAL = 1  # prctl

_libc = ctypes.CDLL(None, use_errno=True)  # loaded now: after a fork, loading could wait for a lock nobody holds


def die_with_parent(parent: int) -> None:
    """Called in a fresh child of process `parent`: the kernel kills this process the moment that one is gone."""
    _libc.prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it went between the fork and the line above
        os._exit(1)


def began(pid: int) -> int | None:
    """When process `pid` began, in the kernel's ticks; with the number it names one process. None: it is gone."""
    with suppress(OSError, IndexError, ValueError):
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if state in "ZX" else int(fields[18])
    return None


def sweep(leader: int) -> int:
    """Kills all that process `leader` (started by `setsid`) left behind; answers how many processes that were."""
    left = [pid for pid in _processes() if _leader_of(pid) == leader]
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(left)


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _leader_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None
