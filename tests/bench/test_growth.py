"""What the soak takes for growth."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from bench.growth import Program, watched

HOLDS_MORE_AND_MORE = """
import sys, time
held = []
while True:
    held.append(open("/dev/null"))
    time.sleep(0.02)
"""


@pytest.mark.parametrize(
    ("memory", "grown"),
    [
        ([100.0] * 10, 0.0),
        ([10.0, 50.0, 90.0, 100.0, 100.0, 100.0, 100.0, 100.0, 100.0, 100.0], 0.0),
        ([float(n) for n in range(10)], 5.0),
        ([100.0, 110.0] * 5, 0.0),
    ],
    ids=["flat", "warms up", "grows", "up and down"],
)
def test_growth_is_what_comes_after_warming_up(memory: list[float], grown: float) -> None:
    """A line is laid through what was seen once it was warm; its rise until the end is the growth."""
    program = Program("any", at=[float(n) for n in range(10)], memory=memory, descriptors=[7.0] * 10)

    assert program.grown(program.memory) == pytest.approx(grown, abs=8)
    assert program.grown(program.descriptors) == 0


def test_a_program_below_that_grows_is_seen() -> None:
    """Descriptors of a process started by the one that is watched are counted, each time."""
    with subprocess.Popen([sys.executable, "-c", HOLDS_MORE_AND_MORE]) as child, watched(child.pid, 0.05) as seen:
        deadline = time.monotonic() + 20
        while len(seen.get(child.pid, Program("")).at) < 20 and time.monotonic() < deadline:
            time.sleep(0.05)
        child.kill()

    program = seen[child.pid]
    assert program.grown(program.descriptors) > 5
    assert min(program.memory) > 1_000
