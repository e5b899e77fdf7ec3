"""What is said about programs whose life is tied to their parent's."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from storage.kit.lifeline import sweep

DEADLINE = 40.0  # seconds; what sleeps a minute is not over by then
ORPHAN = "import os, sys; sys.path.insert(0, sys.argv[1]); from storage.kit.lifeline import die_with_parent; {}"


def test_all_that_a_program_left_behind_is_ended() -> None:
    """What a program had started is ended, also where it went into a process group of its own."""
    code = "import subprocess; print(subprocess.Popen(['sleep', '60'], process_group=0, stdout=subprocess.DEVNULL).pid)"
    dead = subprocess.run(
        [sys.executable, "-c", f"import os; os.setsid(); print(os.getpid()); {code}"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    leader, left = (int(word) for word in dead.stdout.split())

    assert sweep(leader) == 1
    assert _gone(left)


def test_nothing_else_is_ended() -> None:
    """Programs that another one started are left alone."""
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        try:
            assert sweep(2**22 + 1) == 0
            assert other.poll() is None
        finally:
            other.kill()


def test_a_child_whose_parent_is_gone_already_ends_at_once() -> None:
    """A child that comes too late to be tied to its parent does not live on."""
    code = ORPHAN.format("die_with_parent(os.getppid() + 1); print('lives')")

    told = subprocess.run([sys.executable, "-c", code, Path(__file__).parents[3]], stdout=subprocess.PIPE, check=False)

    assert (told.returncode, told.stdout) == (1, b"")


def _gone(pid: int) -> bool:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.01)
    return False
