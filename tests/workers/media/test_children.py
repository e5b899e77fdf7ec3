"""Children and their end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from workers.media.children import LAST_WORDS, Child, end_all, widen

PYTHON = (sys.executable, "-I", "-S", "-c")


def child(code: str, feeds: int | None = None) -> Child:
    """One in a group of its own."""
    return Child(subprocess.Popen([*PYTHON, code], stderr=subprocess.PIPE, start_new_session=True), feeds)


def test_those_that_run_are_ended_with_their_group_and_those_that_are_gone_are_told_apart() -> None:
    """A grandchild holds standard error open: once that is closed, it is gone too."""
    forking = "import os, time\nos.fork()\ntime.sleep(600)"
    over, running = child("raise SystemExit(3)"), child(forking)
    assert over.reap(0)
    held = os.dup(running.process.stderr.fileno())  # type: ignore[union-attr]

    end_all([over, running])

    assert (over.process.returncode, over.gone_before) == (3, True)
    assert (running.process.returncode, running.gone_before) == (-signal.SIGKILL, False)
    assert os.read(held, 1) == b""
    os.close(held)


def test_what_one_used_is_told_once_it_is_gone() -> None:
    """And asking again changes nothing."""
    used = child("sum(range(10 ** 6))")

    assert used.reap(0)
    assert used.reap(0)
    assert used.cpu_seconds > 0
    assert used.memory_bytes > 1 << 20
    end_all([used])


def test_the_next_hears_the_end_when_it_is_let_go() -> None:
    """Not before, though the one that wrote is gone."""
    told, feeds = os.pipe()
    writer = child("pass", feeds)
    writer.reap(0)
    os.set_blocking(told, False)
    try:
        os.read(told, 1)
    except BlockingIOError:
        writer.let_go()
    writer.let_go()

    assert os.read(told, 1) == b""
    os.close(told)
    end_all([writer])


def test_of_complaints_the_last_are_kept() -> None:
    """A program may complain without end."""
    loud = child("pass")
    loud.keep_stderr(b"x" * LAST_WORDS)
    loud.keep_stderr(b"the end")

    assert len(loud.stderr) == LAST_WORDS
    assert loud.stderr.endswith(b"xthe end")
    end_all([loud])


def test_a_pipe_that_cannot_be_widened_stays_as_it_is() -> None:
    """A file is none."""
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123
        widen(nothing)

    assert nothing.closed
