"""Rounds that come again and again, each at its own pace."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BEGIN = """
import logging, os, signal, sys, time
from workers import every
from workers.every import Round

logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="%(message)s")
started = time.monotonic()
said = []

def say(word):
    os.write(1, f"{word}\\n".encode())  # print lets another thread in before the line's end
    said.append(word)

def end():
    os.kill(os.getpid(), signal.SIGTERM)
"""


def run(text: str) -> subprocess.CompletedProcess[str]:
    """A program that repeats rounds until it ends itself."""
    program = BEGIN + textwrap.dedent(text)
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_each_round_runs_at_once_and_then_at_its_pace() -> None:
    """The quick one more often than the slow one, which does not wait for its first time."""
    done = run("""
        def quick():
            say("quick")
            if said.count("quick") == 4:
                end()
        every.repeat([Round("quick", 0.05, quick), Round("slow", 60, lambda: say("slow"))])
        print("ended")
    """)

    lines = done.stdout.split()
    assert (lines.count("quick"), lines.count("slow"), lines[-1]) == (4, 1, "ended")


def test_a_round_that_fails_comes_again() -> None:
    """It is told by its class, without its message, and the others are not kept from running."""
    done = run("""
        def fails():
            say("failed")
            raise ValueError("what a resident typed")
        def other():
            if said.count("failed") == 2:
                end()
        every.repeat([Round("fails", 0.05, fails), Round("other", 0.05, other)])
    """)

    assert done.returncode == 0
    assert done.stdout.split() == ["failed", "failed"]
    assert "round_failed error=ValueError" in done.stderr
    assert "typed" not in done.stderr


def test_a_slow_round_apart_keeps_nobody_waiting() -> None:
    """The others go on at their pace while it lasts, and the program ends without waiting for it."""
    done = run("""
        def slow():
            say("slow")
            time.sleep(50)
        def quick():
            say("quick")
            if said.count("quick") >= 4 and "slow" in said:
                end()
        every.repeat([Round("slow", 60, slow, apart=True), Round("quick", 0.05, quick)])
        print("ended")
    """)

    lines = done.stdout.split()
    assert (done.returncode, lines.count("slow"), lines[-1]) == (0, 1, "ended")
    assert lines.count("quick") >= 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_waiting_at_once(number: signal.Signals) -> None:
    """Also where the next round is an hour away."""
    program = BEGIN + "every.repeat([Round('one', 3600, lambda: say('here'))])\n"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"

        process.send_signal(number)

        assert process.wait(20) == 0


def test_a_round_that_never_ends_well_is_late() -> None:
    """After three times its pace and a minute of patience; how long each takes, and its age, are measured."""
    done = run("""
        from types import SimpleNamespace
        from storage.kit import metrics
        now = [0.0]
        every.time = SimpleNamespace(monotonic=lambda: now[0])  # a stall makes nobody late
        every.PATIENCE_SECONDS = 0.1
        def fails():
            raise ValueError
        rounds = [Round("fails", 0.05, fails), Round("works", 0.05, lambda: None)]
        def look():
            now[0] += 0.05
            if now[0] > 1:
                say(f"{every.is_late(rounds)} {every.is_late(rounds[1:])}")
                say(f"{metrics.value_of('round_age_seconds', round='fails') > 0.3}")
                say(f"{metrics.value_of('round_seconds', round='works') > 3}")
                end()
        every.repeat([*rounds, Round("look", 0.05, look)])
    """)

    assert done.stdout.split() == ["True", "False", "True", "True"]
