"""Watch running children: keep what they say within bounds, stop them at a deadline or when told to."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from workers.media.children import Child, end_all, widen

A_MOMENT = 0.3  # seconds until whoever brought down those before it by ending is seen to have ended itself
LOOK_EVERY = 0.2  # seconds between looks at the deadline and at `cancelled`
CHUNK = 64 << 10


class Cancelled(Exception):
    """The caller no longer wants the result."""


class End(Enum):
    """How a run came to its end."""

    BY_ITSELF = auto()
    DEADLINE = auto()
    NO_CPU_LEFT = auto()
    TOLD_TOO_MUCH = auto()
    CUT_OFF = auto()  # with another that failed


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
    children: Sequence[Child],
    seconds: float,
    most_told: int,
    on_line: Callable[[bytes], None] | None,
    on_bytes: Callable[[bytes], None] | None,
    cancelled: Callable[[], bool] | None,
) -> list[Outcome]:
    """Wait for `children`, each the leader of its own process group and fed by the one before it.

    Whatever happens, the groups are gone afterwards. What the last one says goes to `on_bytes` as it comes and is not
    kept, or is kept and told to `on_line` line by line. One that fails ends the run: those after it never hear an end,
    which they would take for that of the clip. What ended a run is not told of a child that was gone by then.
    """
    watched = _Watched(children, on_line, on_bytes)
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
            if watched.failed():
                end = End.CUT_OFF
                time.sleep(A_MOMENT)
                break
            if watched.ended():
                end = End.BY_ITSELF
                break
    finally:
        watched.close()
    wall = time.monotonic() - started
    *fed, last = children
    before = [_left(child, End.BY_ITSELF if child.gone_before else end, b"", wall) for child in fed]
    own = End.BY_ITSELF if end is End.CUT_OFF and last.gone_before else end
    return [*before, _left(last, own, bytes(watched.stdout), wall)]


def _left(child: Child, end: End, stdout: bytes, wall: float) -> Outcome:
    return Outcome(
        code=child.process.returncode,
        end=end,
        stdout=stdout,
        stderr=bytes(child.stderr),
        wall_seconds=wall,
        cpu_seconds=child.cpu_seconds,
        memory_bytes=child.memory_bytes,
    )


@dataclass
class _Watched:
    children: Sequence[Child]
    on_line: Callable[[bytes], None] | None
    on_bytes: Callable[[bytes], None] | None
    told: int = 0
    stdout: bytearray = field(default_factory=bytearray)
    line: bytes = b""

    def __post_init__(self) -> None:
        self.pipes = selectors.DefaultSelector()
        told = self.children[-1].process.stdout if self.children else None
        for pipe, kept in (
            (told, self._take_stdout),
            *((one.process.stderr, one.keep_stderr) for one in self.children),
        ):
            if pipe:
                self.pipes.register(pipe, selectors.EVENT_READ, kept)
        if self.on_bytes and told:
            widen(told)

    def listen(self) -> None:
        """Take in what was said, waiting a moment at most."""
        if not self.pipes.get_map():
            time.sleep(LOOK_EVERY / 10)  # all pipes are closed and something still runs
        for key, _ in self.pipes.select(LOOK_EVERY) if self.pipes.get_map() else ():
            said = os.read(key.fd, CHUNK)
            if said:
                key.data(said)
            else:
                self.pipes.unregister(key.fileobj)

    def failed(self) -> bool:
        """Whether one that feeds another ended badly. One that ended well lets the next hear of it."""
        gone = [child for child in self.children[:-1] if child.reap(os.WNOHANG)]
        for child in gone:
            if child.process.returncode == 0:
                child.let_go()
        return any(child.process.returncode for child in gone)

    def ended(self) -> bool:
        """Whether all children are gone and everything they said was taken in."""
        return not self.pipes.get_map() and all(child.reap(os.WNOHANG) for child in self.children)

    def close(self) -> None:
        """End what is left."""
        end_all(self.children)
        self.pipes.close()

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
