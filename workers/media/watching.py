"""Watch a running child: keep what it says within bounds, stop it at a deadline or when told to."""

from __future__ import annotations

import fcntl
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto

LOOK_EVERY = 0.2  # seconds between looks at the deadline and at `cancelled`
LAST_WORDS = 16 << 10  # bytes of standard error kept, the end of it
CHUNK = 64 << 10
AHEAD = 1 << 20  # bytes a child may be ahead of whoever takes them: it goes on while those are proved and stored


class Cancelled(Exception):
    """The caller no longer wants the result."""


class End(Enum):
    """How a run came to its end."""

    BY_ITSELF = auto()
    DEADLINE = auto()
    NO_CPU_LEFT = auto()
    TOLD_TOO_MUCH = auto()


@dataclass(frozen=True)
class Outcome:
    """What a run left: `code` is the exit status, or minus the signal that ended it."""

    code: int
    end: End
    stdout: bytes
    stderr: bytes
    wall_seconds: float
    cpu_seconds: float
    memory_bytes: int

    @property
    def ok(self) -> bool:
        """It ended by itself and says all went well."""
        return self.end is End.BY_ITSELF and self.code == 0

    @property
    def out_of_time(self) -> bool:
        """It met the deadline, or used up its share of CPU time."""
        return self.end in (End.DEADLINE, End.NO_CPU_LEFT)


def watch(
    child: subprocess.Popen[bytes],
    seconds: float,
    most_told: int,
    on_line: Callable[[bytes], None] | None,
    on_bytes: Callable[[bytes], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Outcome:
    """Wait for `child`, the leader of its own process group; whatever happens, the group is gone afterwards.

    What it says goes to `on_bytes` as it comes and is not kept, or is kept and told to `on_line` line by line.
    """
    watched = _Watched(child, on_line, on_bytes)
    started = time.monotonic()
    end = End.DEADLINE
    try:
        while time.monotonic() - started < seconds:
            if cancelled and cancelled():
                raise Cancelled
            watched.listen()
            if watched.told > most_told:
                end = End.TOLD_TOO_MUCH
                break
            if watched.ended():
                end = End.BY_ITSELF
                break
    finally:
        watched.close()
    return Outcome(
        code=child.returncode,
        end=end,
        stdout=bytes(watched.stdout),
        stderr=bytes(watched.stderr),
        wall_seconds=time.monotonic() - started,
        cpu_seconds=watched.cpu_seconds,
        memory_bytes=watched.memory_bytes,
    )


@dataclass
class _Watched:
    child: subprocess.Popen[bytes]
    on_line: Callable[[bytes], None] | None
    on_bytes: Callable[[bytes], None] | None
    told: int = 0
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    line: bytes = b""
    cpu_seconds: float = 0.0
    memory_bytes: int = 0

    def __post_init__(self) -> None:
        self.pipes = selectors.DefaultSelector()
        for pipe, kept in ((self.child.stdout, self._take_stdout), (self.child.stderr, self._keep_stderr)):
            assert pipe
            self.pipes.register(pipe, selectors.EVENT_READ, kept)
        if self.on_bytes and self.child.stdout:
            with suppress(OSError):  # a user's pipes together have a bound; a small one only waits more often
                fcntl.fcntl(self.child.stdout, fcntl.F_SETPIPE_SZ, AHEAD)

    def listen(self) -> None:
        """Take in what was said, waiting a moment at most."""
        if not self.pipes.get_map():
            time.sleep(LOOK_EVERY / 10)  # both pipes are closed and it still runs
        for key, _ in self.pipes.select(LOOK_EVERY) if self.pipes.get_map() else ():
            said = os.read(key.fd, CHUNK)
            if said:
                key.data(said)
            else:
                self.pipes.unregister(key.fileobj)

    def ended(self) -> bool:
        """Whether the child is gone and everything it said was taken in."""
        return not self.pipes.get_map() and self._reap(os.WNOHANG)

    def close(self) -> None:
        """Kill what is left of the group, then reap: until then the number cannot belong to another."""
        if self.child.returncode is None:
            os.killpg(self.child.pid, signal.SIGKILL)
            self._reap(0)
        self.pipes.close()
        for pipe in (self.child.stdout, self.child.stderr):
            if pipe:
                pipe.close()

    def _reap(self, how: int) -> bool:
        # wait4 instead of Popen.wait: it also tells what this one child used.
        pid, status, used = os.wait4(self.child.pid, how)
        if pid:
            self.child.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_seconds, self.memory_bytes = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
        return bool(pid)

    def _take_stdout(self, said: bytes) -> None:
        self.told += len(said)
        if self.on_bytes:
            self.on_bytes(said)
            return
        self.stdout += said
        if self.on_line:
            *lines, self.line = (self.line + said).split(b"\n")
            for line in lines:
                self.on_line(line)

    def _keep_stderr(self, said: bytes) -> None:
        self.stderr += said
        del self.stderr[:-LAST_WORDS]
