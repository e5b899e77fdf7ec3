"""What a confined program can and cannot do."""

from __future__ import annotations

import os
import signal
import sys
import sysconfig
import threading
import time
from pathlib import Path

import pytest

from workers.media.programs import Programs
from workers.media.sandbox import Cancelled, Limits, Part, SandboxBroken, libraries_of, run, run_all
from workers.media.watching import End

INTERPRETER = Path(sys.executable).resolve()
PYTHON = (INTERPRETER, "-I", "-S")
LIBRARY = Path(sysconfig.get_path("stdlib")).resolve()
ENDLESS = "while True: pass"


def test_a_program_runs_and_tells_what_it_used() -> None:
    """Exit status, output, wall and CPU seconds and memory come back."""
    outcome = run([*PYTHON, "-c", "print('hello')"], read=[LIBRARY])

    assert outcome.ok
    assert outcome.stdout == b"hello\n"
    assert outcome.cpu_seconds > 0
    assert outcome.memory_bytes > 1 << 20


def test_a_failing_program_is_an_outcome() -> None:
    """A status other than nought is told, with the last words."""
    outcome = run([*PYTHON, "-c", "raise SystemExit('no')"], read=[LIBRARY])

    assert (outcome.ok, outcome.code, outcome.stderr) == (False, 1, b"no\n")


def test_what_is_not_named_cannot_be_read(tmp_path: Path) -> None:
    """A file beside the input is out of reach."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "other").write_text("other")
    code = "import sys; print(open(sys.argv[1]).read()); open(sys.argv[2])"

    outcome = run(
        [*PYTHON, "-c", code, tmp_path / "mine", tmp_path / "other"],
        read=[LIBRARY, tmp_path / "mine"],
    )

    assert outcome.stdout == b"mine\n"
    assert b"PermissionError" in outcome.stderr


def test_the_environment_is_empty_and_input_closed() -> None:
    """Nothing of ours is handed on."""
    code = "import os, sys; print(dict(os.environ).keys() - {'LC_CTYPE'}, sys.stdin.read())"

    assert run([*PYTHON, "-c", code], read=[LIBRARY]).stdout == b"set() \n"


def test_the_deadline_kills() -> None:
    """A program that never ends is gone at the deadline."""
    started = time.monotonic()

    outcome = run([*PYTHON, "-c", ENDLESS], read=[LIBRARY], limits=Limits(wall_seconds=0.6))

    assert (outcome.end, outcome.out_of_time) == (End.DEADLINE, True)
    assert time.monotonic() - started < 5


def test_cpu_time_is_bounded() -> None:
    """A busy program is killed by the kernel."""
    outcome = run([*PYTHON, "-c", ENDLESS], read=[LIBRARY], limits=Limits(cpu_seconds=1))

    assert (outcome.end, outcome.out_of_time) == (End.NO_CPU_LEFT, True)


def test_memory_is_bounded() -> None:
    """More address space than allowed is an error inside."""
    limits = Limits(memory_bytes=256 << 20)

    outcome = run([*PYTHON, "-c", "bytes(1 << 30)"], read=[LIBRARY], limits=limits)

    assert b"MemoryError" in outcome.stderr


def test_files_are_bounded(tmp_path: Path) -> None:
    """No file grows beyond its limit."""
    code = "import sys; open(sys.argv[1], 'wb').write(bytes(1 << 20))"
    limits = Limits(file_bytes=1000)

    outcome = run([*PYTHON, "-c", code, tmp_path / "big"], read=[LIBRARY], write=tmp_path, limits=limits)

    assert not outcome.ok
    assert (tmp_path / "big").stat().st_size <= 1000


def test_output_is_bounded() -> None:
    """A program that talks without end is stopped; of its complaints only the last are kept."""
    code = "import sys\nwhile True: print('x' * 1000); print('y' * 1000, file=sys.stderr)"

    outcome = run([*PYTHON, "-c", code], read=[LIBRARY], limits=Limits(told_bytes=100_000))

    assert outcome.end is End.TOLD_TOO_MUCH
    assert len(outcome.stdout) < 200_000
    assert len(outcome.stderr) <= 16 << 10


def test_a_program_that_closes_its_output_is_waited_for() -> None:
    """Silence is not the end."""
    code = "import os, time; os.close(1); os.close(2); time.sleep(0.3); os._exit(7)"

    assert run([*PYTHON, "-c", code], read=[LIBRARY]).code == 7


def test_cancelling_kills_at_once() -> None:
    """Within a look or two of `cancelled` saying yes the program is gone."""
    started = time.monotonic()

    with pytest.raises(Cancelled):
        run(
            [*PYTHON, "-c", ENDLESS],
            read=[LIBRARY],
            cancelled=lambda: time.monotonic() - started > 0.3,
        )

    assert time.monotonic() - started < 5


def test_a_fault_of_the_listener_kills_the_program_and_goes_through() -> None:
    """A lost lease may be raised from where lines are heard."""

    def lost(line: bytes) -> None:
        raise RuntimeError(line.decode())

    with pytest.raises(RuntimeError, match="ready"):
        run([*PYTHON, "-c", f"print('ready', flush=True)\n{ENDLESS}"], read=[LIBRARY], on_line=lost)


def test_a_program_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    """It is not mistaken for a clip that cannot be read."""
    with pytest.raises(OSError, match="No such file"):
        run([tmp_path / "nothing"])


def test_without_landlock_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail closed: no confinement, no run."""
    monkeypatch.setattr("workers.media.landlock.CREATE", 9999)

    with pytest.raises(SandboxBroken):
        run([*PYTHON, "-c", "pass"])


def test_a_static_program_needs_no_library(tools: Programs) -> None:
    """The wheel's ffmpeg sees nothing but its input; a dynamic Python sees its libraries."""
    assert all(path.exists() for path in libraries_of(tools.ffmpeg))
    assert any(path.name.startswith("ld-") for path in libraries_of(INTERPRETER))


def test_bytes_are_handed_over_as_they_come_and_not_kept() -> None:
    """A stream is taken while the program still runs, past what may be told, up to what a file may have."""
    code = "import os\nfor _ in range(20): os.write(1, bytes(1000))\nos.read(0, 1)"
    came: list[bytes] = []

    outcome = run([*PYTHON, "-c", code], read=[LIBRARY], limits=Limits(told_bytes=1000), on_bytes=came.append)

    assert (outcome.ok, outcome.stdout, len(b"".join(came))) == (True, b"", 20_000)


def test_a_stream_is_bounded() -> None:
    """As a file would be."""
    endless = "import os\nwhile True: os.write(1, bytes(1000))"
    came: list[bytes] = []

    outcome = run([*PYTHON, "-c", endless], read=[LIBRARY], limits=Limits(file_bytes=100_000), on_bytes=came.append)

    assert outcome.end is End.TOLD_TOO_MUCH
    assert len(b"".join(came)) < 1 << 20


def test_whoever_takes_the_bytes_may_end_the_run() -> None:
    """Their error comes out, and nothing runs on."""

    def take(_chunk: bytes) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run([*PYTHON, "-c", "import os\nwhile True: os.write(1, b'x')"], read=[LIBRARY], on_bytes=take)


def test_a_program_can_be_told_to_stand_back() -> None:
    """Ten steps behind whoever started it."""
    outcome = run([*PYTHON, "-c", "import os; print(os.nice(0))"], confined=False, nice=10)  # confined, it cannot ask

    assert int(outcome.stdout) == min(19, os.nice(0) + 10)


def ours() -> set[str]:
    """The children of this thread that were not reaped yet."""
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


def descriptors() -> int:
    """How many this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def python(code: str, **how: object) -> Part:
    """A part of a run that is told `code`."""
    return Part([*PYTHON, "-c", code], read=[LIBRARY], **how)  # type: ignore[arg-type]


WRITES = "import os\nfor _ in range(300): os.write(1, bytes(1000))"
HANDS_ON = "import os\nwhile more := os.read(0, 9999): os.write(1, more)"
COUNTS = "import sys\nprint(len(sys.stdin.buffer.read()))"


def test_programs_feed_each_other() -> None:
    """The first reads nothing, the last is listened to, each tells what it used."""
    outcomes = run_all([python(WRITES), python(HANDS_ON), python(COUNTS)])

    assert [outcome.ok for outcome in outcomes] == [True] * 3
    assert [outcome.stdout for outcome in outcomes] == [b"", b"", b"300000\n"]
    assert all(outcome.cpu_seconds > 0 for outcome in outcomes)


def test_each_has_rules_and_bounds_of_its_own(tmp_path: Path) -> None:
    """What one may read the next may not; what one may use is not another's."""
    (tmp_path / "clip").write_text("a clip")
    reads = f"print(open({str(tmp_path / 'clip')!r}).read(), flush=True)"
    large = "bytes(1 << 30)\nprint('had room')"
    first = Part([*PYTHON, "-c", reads], read=[LIBRARY, tmp_path / "clip"])

    outcomes = run_all([first, python(f"print(input())\n{reads}")])
    assert (outcomes[0].ok, outcomes[1].stdout) == (True, b"a clip\n")
    assert b"PermissionError" in outcomes[1].stderr
    few, many = Limits(memory_bytes=256 << 20), Limits(memory_bytes=3 << 30)
    outcomes = run_all([python(large, limits=few), python(large, limits=many)])
    assert b"MemoryError" in outcomes[0].stderr
    assert run_all([python(large, limits=many), python(COUNTS, limits=few)])[1].stdout == b"9\n"


def test_one_that_fails_is_not_taken_for_the_end_of_its_input() -> None:
    """The next is ended while it waits for more: it must not finish what it believes to be all."""
    failing = "import os\nos.write(1, b'half')\nos._exit(3)"

    first, last = run_all([python(failing), python(COUNTS)])

    assert (first.code, first.end) == (3, End.BY_ITSELF)
    assert (last.end, last.ok, last.stdout) == (End.CUT_OFF, False, b"")


def test_one_that_ends_brings_down_those_before_it() -> None:
    """By a broken pipe; its own status is told."""
    spoken = "import signal, os\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\nwhile True: os.write(1, bytes(9999))"

    first, last = run_all([python(spoken), python("raise SystemExit(7)")])

    assert first.code == -signal.SIGPIPE
    assert (last.code, last.end) == (7, End.BY_ITSELF)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_whichever_hangs_all_are_gone_at_the_deadline(place: int) -> None:
    """It is the last one's; of one that had ended by then its own end is told."""
    codes = [WRITES, HANDS_ON, COUNTS]
    codes[place] = "import time\ntime.sleep(600)"
    limits = Limits(wall_seconds=1.5)
    before, started = ours(), time.monotonic()

    outcomes = run_all([python(code, limits=limits) for code in codes])

    assert time.monotonic() - started < 10
    assert outcomes[-1].end is End.DEADLINE
    assert outcomes[place].code == -signal.SIGKILL
    assert ours() == before


def test_cancelling_ends_all_of_them() -> None:
    """At once, whichever is looked at."""
    before, started = ours(), time.monotonic()

    with pytest.raises(Cancelled):
        run_all([python(ENDLESS)] * 3, cancelled=lambda: time.monotonic() - started > 0.3)
    assert time.monotonic() - started < 10
    assert ours() == before


def test_one_that_cannot_be_started_leaves_none_of_the_others(tmp_path: Path) -> None:
    """Nor a descriptor of ours."""
    before = ours(), descriptors()

    with pytest.raises(OSError, match="No such file"):
        run_all([python(ENDLESS), Part([tmp_path / "nothing"]), python(ENDLESS)])

    assert (ours(), descriptors()) == before


def test_a_run_leaves_no_descriptor() -> None:
    """A worker lives for months."""
    before = descriptors()

    run_all([python(WRITES), python(HANDS_ON), python("raise SystemExit(1)")])

    assert descriptors() == before


def test_the_environment_is_what_it_is_given() -> None:
    """Fixed words of ours, and nothing beside them."""
    code = "import os; print(sorted(os.environ.keys() - {'LC_CTYPE'}))"

    (outcome,) = run_all([python(code, environment={"OMP_NUM_THREADS": "2"})])

    assert outcome.stdout == b"['OMP_NUM_THREADS']\n"
