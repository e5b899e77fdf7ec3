"""Keeps a set of programs running: starts them in order, starts again what dies, stops them in the opposite order."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from storage.kit.lifeline import die_with_parent, sweep

LONGEST_LINE = 1 << 16  # bytes; a longer one is dropped
LAST_LINES = 1.0  # seconds for what a dead program wrote last


@dataclass(frozen=True)
class Program:
    """One program to keep running. Programs of a lower `rank` are started before and stopped after the others."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    rank: int = 0


@dataclass(frozen=True)
class Pace:
    """Seconds: the first and longest wait before a restart, how long is steady, how long a stop may take."""

    first: float = 0.5
    longest: float = 30.0
    steady: float = 60.0
    grace: float = 4.0  # beyond the 3 s the doors give to answers on their way


Say = Callable[[str, str], None]  # a program's name, a line
Started = Callable[[int], Awaitable[None]]  # awaited after each rank was started


async def supervise(
    programs: Sequence[Program], *, stop: asyncio.Event, say: Say, started: Started, pace: Pace | None = None
) -> None:
    """Runs all programs until `stop` is set. `started(rank)` is awaited before the next rank is started."""
    pace = pace or Pace()
    ranks = [list(group) for _, group in groupby(sorted(programs, key=lambda it: it.rank), key=lambda it: it.rank)]
    running: list[list[tuple[Keeper, asyncio.Task[None]]]] = []
    try:
        for rank in ranks:
            keepers = [Keeper(program, pace, say) for program in rank]
            running.append([(keeper, asyncio.create_task(keeper.keep())) for keeper in keepers])
            await _unless(stop, started(rank[0].rank))
            if stop.is_set():
                return
        await stop.wait()
    finally:
        for kept in reversed(running):
            await asyncio.gather(*(keeper.stop() for keeper, _ in kept))
            await asyncio.gather(*(task for _, task in kept))


class Keeper:
    """Keeps one program running."""

    def __init__(self, program: Program, pace: Pace, say: Say) -> None:
        self.program = program
        self._pace, self._say = pace, say
        self._stopping = asyncio.Event()
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        return self._process.pid if self._process else None

    async def keep(self) -> None:
        """Runs the program, again and again until told to stop."""
        wait = self._pace.first
        while not self._stopping.is_set():
            began = time.monotonic()
            ended = await self._run()
            if self._stopping.is_set():
                return
            alive = time.monotonic() - began
            wait = self._pace.first if alive >= self._pace.steady else wait
            self._say(self.program.name, f"{ended} after {alive:.1f} s; starts again in {wait:g} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
            wait = min(wait * 2, self._pace.longest)

    async def stop(self) -> None:
        """Asks the program to end, kills it after the grace."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self._pace.grace)
        except TimeoutError:
            self._say(self.program.name, f"did not stop within {self._pace.grace:g} s; killed")
            self.kill()

    def kill(self) -> None:
        """Kills the program and all it started, at once."""
        self._stopping.set()
        if self._process is not None:
            sweep(self._process.pid)

    async def _run(self) -> str:
        # A pipe of our own: asyncio's would make a program's end wait for every process that inherited it.
        outlet, inlet = os.pipe()
        try:
            self._process = process = await self._start(inlet)
        except OSError as error:
            os.close(outlet)
            return f"could not be started ({error.strerror})"
        finally:
            os.close(inlet)
        self._say(self.program.name, f"started as process {process.pid}")
        if self._stopping.is_set():  # told to while it was being started
            self.kill()
        lines = asyncio.create_task(self._pass_on(outlet))
        code = await process.wait()
        sweep(process.pid)  # what it had started does not run on beside its successor
        await asyncio.wait([lines], timeout=LAST_LINES)
        lines.cancel()
        await asyncio.wait([lines])
        return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"

    async def _start(self, inlet: int) -> Process:
        parent = os.getpid()
        return await asyncio.create_subprocess_exec(
            *self.program.command,
            env=self.program.environment,
            stdin=DEVNULL,
            stdout=inlet,
            stderr=inlet,
            start_new_session=True,  # away from the terminal: Ctrl-C reaches us alone, who stop the others in order
            preexec_fn=lambda: die_with_parent(parent),
        )

    async def _pass_on(self, outlet: int) -> None:
        reader = asyncio.StreamReader(limit=LONGEST_LINE)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(outlet, "rb"))
        try:
            while not reader.at_eof():
                with suppress(ValueError):  # too long a line
                    line = await reader.readline()
                    if line:
                        self._say(self.program.name, line.decode(errors="replace").rstrip())
        finally:
            transport.close()


async def _unless(stop: asyncio.Event, waited: Awaitable[None]) -> None:
    """Waits for `waited`, or until `stop` is set."""
    tasks = [asyncio.ensure_future(waited), asyncio.create_task(stop.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
