"""Processes that fail at a step: forked, watched, and woken again where they were frozen."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable

from storage.db import Database
from storage.identity.clips import leases
from tests.faults.steps import Step, StepFailed, Way, failing, watching

SHORT_LEASE = 150  # milliseconds, of a process that will be frozen: its test does not wait for the minute of a real one
HEAD_START = 0.4  # seconds the others have before a frozen process is woken: it may hold a lock they wait for
SECONDS = 60.0  # in which a process comes to its end
FAILED, NEVER_CAME = 3, 7

Run = Callable[[], object]


def steps_of(run: Run, *databases: Database) -> list[Step]:
    """All steps that `run` takes, in a process of its own."""
    outlet, inlet = os.pipe()
    pid = _forked(databases)
    if pid == 0:
        try:
            taken: list[Step] = []
            signal.alarm(int(SECONDS))
            with watching(taken.append):
                run()
            with os.fdopen(inlet, "w") as pipe:
                json.dump([(step.called, step.nth) for step in taken], pipe)
            os._exit(0)
        finally:
            os._exit(FAILED)
    os.close(inlet)
    with os.fdopen(outlet) as heard:
        told: str = heard.read()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, "the dry run failed"
    return [Step(*each) for each in json.loads(told)]


def fails_at(step: Step, how: Way, run: Run, then: Run, *databases: Database) -> None:
    """Runs `run` in a process that fails at the step, then `then` here; a frozen one is woken after that, or meanwhile.

    A fault that `run` does not catch ends the process, as it would end a request or a job.
    """
    pid = _forked(databases)
    if pid == 0:
        _child(step, how, run)
    try:
        if how is Way.FREEZE:
            _, status = os.waitpid(pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status), f"it never came to {step}: {os.waitstatus_to_exitcode(status)}"
            time.sleep(SHORT_LEASE / 1000 + 0.01)
            _wake(pid, then)
        code = _ended(pid)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    assert code == {Way.KILL: -signal.SIGKILL}.get(how, 0), f"{how} at {step} ended with {code}"
    then()  # for a frozen one again: what it did when it woke is mended too


def _forked(databases: tuple[Database, ...]) -> int:
    for database in databases:  # no connection may have two owners
        database.engine.dispose()
    return os.fork()


def _child(step: Step, how: Way, run: Run) -> None:
    code, came = NEVER_CAME, threading.Event()
    fail = failing(step, how)

    def reached(at: Step) -> None:
        if at == step:
            came.set()
        fail(at)

    try:
        if how is Way.FREEZE:
            leases.LEASE = SHORT_LEASE
        with watching(reached):
            run()
        code = 0
    except (StepFailed, SystemExit):
        code = 0
    except Exception as error:  # noqa: BLE001  whatever a library made of our fault
        code = 0 if any(isinstance(each, StepFailed) for each in _chain(error)) else FAILED
    finally:
        os._exit(code if came.is_set() else NEVER_CAME)


def _chain(error: BaseException | None) -> list[BaseException]:
    return [] if error is None else [error, *_chain(error.__cause__ or error.__context__)]


def _wake(pid: int, then: Run) -> None:
    """Lets the others work, and wakes the frozen process when they are done or wait for what it holds."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            then()
        except BaseException as error:  # noqa: BLE001  raised again in the test's own thread
            failed.append(error)

    others = threading.Thread(target=work)
    others.start()
    others.join(HEAD_START)
    os.kill(pid, signal.SIGCONT)
    others.join(SECONDS)
    assert not others.is_alive(), "the others wait for ever"
    if failed:
        raise failed[0]


def _ended(pid: int) -> int:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    raise AssertionError("it never ended")
