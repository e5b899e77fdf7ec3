"""What is said about keeping programs running, with toy programs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path

from api.supervise import Pace, Program, supervise

QUICK = Pace(first=0.05, longest=0.2, steady=60, grace=1)
DEADLINE = 40.0  # seconds; what sleeps a minute is not over by then
PATIENT = replace(QUICK, grace=DEADLINE)  # who stops by itself is not killed, however busy the machine
SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
# A parent that supervises one deaf child and prints what is said.
PARENT = f"""
import asyncio, sys
from api.supervise import Program, supervise

async def nothing(rank): pass

toy = Program("toy", (sys.executable, "-c", "{DEAF}"), {{}})
asyncio.run(supervise([toy], stop=asyncio.Event(), say=lambda name, line: print(line, flush=True), started=nothing))
"""


class Heard:
    """All lines said so far; `of` leaves out that a program was started."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def of(self, name: str) -> list[str]:
        return [line for said, line in self.lines if said == name and not line.startswith("started as process")]


def test_a_program_that_dies_is_started_again_later_each_time() -> None:
    """A program that dies is started again, and each wait is twice the last up to the longest."""
    heard = Heard()

    _supervise([_toy("toy", "raise SystemExit(3)")], heard, until=lambda: len(heard.of("toy")) >= 4)

    waits = [line.split("starts again in ")[1] for line in heard.of("toy")]
    assert waits[:4] == ["0.05 s", "0.1 s", "0.2 s", "0.2 s"]
    assert heard.of("toy")[0].startswith("ended with 3 after ")


def test_a_killed_program_is_named_with_its_signal() -> None:
    """The line about a program that was killed names the signal."""
    heard = Heard()

    _supervise([_toy("toy", "import os; os.kill(os.getpid(), 9)")], heard, until=lambda: bool(heard.of("toy")))

    assert heard.of("toy")[0].startswith("ended by SIGKILL")


def test_a_steady_program_is_started_again_soon() -> None:
    """Who ran long enough before dying waits only the first wait."""
    heard, pace = Heard(), Pace(first=0.05, longest=10, steady=0, grace=1)

    _supervise([_toy("toy", "pass")], heard, until=lambda: len(heard.of("toy")) >= 3, pace=pace)

    assert all(line.endswith("starts again in 0.05 s") for line in heard.of("toy"))


def test_what_a_program_prints_is_passed_on_under_its_name() -> None:
    """Lines of standard output and standard error come with the program's name."""
    heard = Heard()
    toy = _toy("toy", "import sys, time; print('out', flush=True); print('err', file=sys.stderr); time.sleep(60)")

    _supervise([toy], heard, until=lambda: len(heard.of("toy")) >= 2)

    assert heard.of("toy") == ["out", "err"]


def test_programs_stop_in_the_opposite_order() -> None:
    """The highest rank is stopped first, and the lowest only when the others are gone."""
    heard = Heard()
    code = (
        "import signal, sys, time\n"
        "def end(*_): time.sleep(0.2); print('gone', flush=True); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(60)"
    )
    toys = [_toy(name, code, rank=rank) for rank, name in enumerate(("store", "worker", "door"))]

    _supervise(toys, heard, until=lambda: sum(line == "up" for _, line in heard.lines) == 3, pace=PATIENT)

    assert [name for name, line in heard.lines if line == "gone"] == ["door", "worker", "store"]


def test_a_program_deaf_to_the_request_is_killed() -> None:
    """Who does not stop within the grace is killed, and said so."""
    heard, began = Heard(), time.monotonic()

    _supervise([_toy("toy", DEAF)], heard, until=lambda: heard.of("toy") == ["up"])

    assert heard.of("toy")[-1] == "did not stop within 1 s; killed"
    assert time.monotonic() - began < DEADLINE


def test_the_next_rank_waits_until_the_one_before_it_is_ready() -> None:
    """No program of a higher rank starts before `started` has come back for the lower."""
    heard = Heard()

    async def started(rank: int) -> None:
        await asyncio.sleep(0.1)
        heard("supervisor", f"rank {rank} is ready")

    toys = [_toy("first", SLEEPER, rank=0), _toy("second", SLEEPER, rank=1)]

    _supervise(toys, heard, until=lambda: heard.of("second") == ["up"], started=started)

    assert heard.lines.index(("supervisor", "rank 0 is ready")) < heard.lines.index(("second", "up"))


def test_what_a_dead_program_left_behind_is_ended() -> None:
    """A process that a dead program had started does not run on beside its successor."""
    heard = Heard()
    code = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True)"

    _supervise([_toy("toy", code)], heard, until=lambda: len(heard.of("toy")) >= 2)

    assert _gone(int(heard.of("toy")[0]))


def test_a_program_that_is_not_there_is_said_so() -> None:
    """A command that cannot be started is told and tried again, and stops nobody else."""
    heard = Heard()

    _supervise([Program("toy", ("/nowhere/at/all",), {})], heard, until=lambda: len(heard.of("toy")) >= 2)

    assert heard.of("toy")[0].startswith("could not be started (No such file or directory)")


def test_children_die_with_a_killed_parent(tmp_path: Path) -> None:
    """After kill -9 of the supervising process none of its programs is left."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(root)}
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline().removeprefix("started as process "))

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert _gone(child)


def _toy(name: str, code: str, *, rank: int = 0) -> Program:
    return Program(name, (sys.executable, "-c", code), dict(os.environ), rank)


def _supervise(
    programs: list[Program],
    heard: Heard,
    *,
    until: Callable[[], bool],
    started: Callable[[int], Awaitable[None]] | None = None,
    pace: Pace = QUICK,
) -> None:
    """Supervises until the condition holds, then stops; fails after the deadline."""

    async def at_once(rank: int) -> None:
        pass

    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(_coroutine(stop))
        deadline = time.monotonic() + DEADLINE
        while not until() and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        met = until()
        stop.set()
        await asyncio.wait_for(running, DEADLINE)
        assert met, heard.lines

    def _coroutine(stop: asyncio.Event) -> Coroutine[None, None, None]:
        return supervise(programs, stop=stop, say=heard, started=started or at_once, pace=pace)

    asyncio.run(run())


def _gone(pid: int) -> bool:
    """Whether the process ends within the deadline (a zombie is gone too)."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.01)
    return False
