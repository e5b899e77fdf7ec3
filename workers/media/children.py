"""Children that were started, each the leader of its own process group, and how they are brought to their end."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

LAST_WORDS = 16 << 10  # bytes of standard error kept, the end of it
AHEAD = 1 << 20  # bytes a child may be ahead of whoever takes them: it goes on while those are worked on


@dataclass
class Child:
    """What is known of one: what it complained of, what it used, and whether it was gone before anybody ended it."""

    process: subprocess.Popen[bytes]
    feeds: int | None = None  # our hold on what it writes to the next: while we have it, that one hears of no end
    stderr: bytearray = field(default_factory=bytearray)
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    gone_before: bool = False

    def reap(self, how: int) -> bool:
        """Whether it is gone. wait4 instead of Popen.wait: it also tells what this one child used."""
        if self.process.returncode is None:
            pid, status, used = os.wait4(self.process.pid, how)
            if not pid:
                return False
            self.process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_seconds, self.memory_bytes = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
        return True

    def let_go(self) -> None:
        """Now the next one hears the end, once this one has let go as well."""
        if self.feeds is not None:
            os.close(self.feeds)
            self.feeds = None

    def keep_stderr(self, said: bytes) -> None:
        """The end of what it complains of."""
        self.stderr += said
        del self.stderr[:-LAST_WORDS]


def end_all(children: Iterable[Child]) -> None:
    """Kill what is left of their groups, then reap: until then their numbers cannot belong to another."""
    for child in children:
        child.gone_before = child.reap(os.WNOHANG)
    left = [child for child in children if not child.gone_before]
    for child in left:
        os.killpg(child.process.pid, signal.SIGKILL)
    for child in left:
        child.reap(0)
    for child in children:
        child.let_go()
        for pipe in (child.process.stdout, child.process.stderr):
            if pipe:
                pipe.close()


def widen(pipe: IO[bytes] | int) -> None:
    """Let a writer be further ahead of its reader, where it may: a user's pipes together have a bound."""
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, AHEAD)
