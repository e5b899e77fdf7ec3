"""Processes that are killed in the middle of a step."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """A function of ours by its owner and name; the process dies before or after its `nth` call."""

    owner: Any
    name: str
    when: str
    nth: int = 1

    def __str__(self) -> str:
        owner = getattr(self.owner, "__name__", "").rpartition(".")[2]
        return f"{self.when} {owner}.{self.name}" + (f" {self.nth}" if self.nth > 1 else "")


def dies_at(step: Step, run: Callable[[], object]) -> None:
    """Runs `run` in a process of its own, which is killed at the step as if by `kill -9`."""
    pid = os.fork()
    if pid == 0:
        try:
            _arm(step)
            run()
        finally:
            os._exit(7)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), f"it never came to {step}: exit {os.waitstatus_to_exitcode(status)}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def _arm(step: Step) -> None:
    original, calls = getattr(step.owner, step.name), []

    def deadly(*args: Any, **named: Any) -> Any:
        calls.append(1)
        its_time = len(calls) == step.nth
        if its_time and step.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = original(*args, **named)
        if its_time:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(step.owner, step.name, deadly)
