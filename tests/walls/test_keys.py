"""The programs of the record side, started for real: without identity's keys, and shut out of its folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.kit import confine
from storage.kit.settings import IDENTITY_VARIABLES
from storage.kit.variables import names
from tests.servers.ports import free_ports
from tests.walls.reading import ROOT

PROGRAMS = {
    "staff": ["-m", "api.staff"],
    "public": ["-m", "api.public"],
    "feed": ["-m", "feed"],
    "chores": ["-m", "workers.schedule"],
}
HELD = [each for name in IDENTITY_VARIABLES for each in names(name)]  # by value, and by the file that holds it
WITHIN = 150.0  # seconds, on a busy machine
# Python runs this before the program; on a signal the running program itself tries both folders, as its code could.
PROBE = """
import os, signal
from pathlib import Path

data = Path(os.environ["PORCHLIGHT_DATA"])


def reach(file):
    try:
        return file.read_text()
    except OSError as error:
        return type(error).__name__


def probe(*_):
    found = f"{reach(data / 'identity' / 'secret')} {reach(data / 'record' / 'known')}"
    draft = data / "record" / "draft"
    draft.write_text(found)
    draft.rename(data / "record" / "probed")


signal.signal(signal.SIGUSR1, probe)
"""


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_with_keys_of_identity_does_not_start(tmp_path: Path, program: str) -> None:
    """It says in one line which variables it must not hold, never a value, and ends before it makes anything."""
    done = subprocess.run(
        [sys.executable, *PROGRAMS[program]],
        cwd=ROOT,
        env=_environment(tmp_path) | dict.fromkeys(HELD, "a-credential"),
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )

    assert done.returncode != 0
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith(f"{program}: This program must not hold identity credentials: ")
    assert [name for name in HELD if f" {name}" not in done.stderr] == []
    assert "a-credential" not in done.stderr + done.stdout
    assert not (tmp_path / "record").exists()


@pytest.mark.skipif(not confine.can_confine(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_running_program_cannot_open_the_identity_folder(tmp_path: Path, program: str) -> None:
    """Once it runs, its own process is refused identity's files, and reads the record's."""
    for side, name in (("identity", "secret"), ("record", "known")):
        (tmp_path / side).mkdir()
        (tmp_path / side / name).write_text(name)

    with _running(program, tmp_path) as process:
        process.send_signal(signal.SIGUSR1)
        found = _wait_for(tmp_path / "record" / "probed", process)

    assert found == "PermissionError known"


def test_the_probe_itself_sees(tmp_path: Path) -> None:
    """In a program that is not shut out, the same probe reads both: it is the wall that refuses, not the probe."""
    for side, name in (("identity", "secret"), ("record", "known")):
        (tmp_path / side).mkdir()
        (tmp_path / side / name).write_text(name)
    command = [sys.executable, "-c", "import signal, os; os.kill(os.getpid(), signal.SIGUSR1)"]

    subprocess.run(command, env=_environment(tmp_path), cwd=ROOT, check=True, timeout=WITHIN)

    assert (tmp_path / "record" / "probed").read_text() == "secret known"


@contextmanager
def _running(program: str, data: Path) -> Iterator[subprocess.Popen[bytes]]:
    log = data / "log"
    with log.open("wb") as lines:
        process = subprocess.Popen(
            [sys.executable, *PROGRAMS[program]], cwd=ROOT, env=_environment(data), stderr=lines, stdout=lines
        )
    try:
        _wait_until_it_is_up(log, process)
        yield process
    finally:
        process.terminate()
        process.wait(WITHIN)


def _wait_until_it_is_up(log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + WITHIN
    while "shut_out_of_identity" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.02)


def _wait_for(file: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + WITHIN
    while not file.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return file.read_text()


def _environment(data: Path) -> dict[str, str]:
    site = data / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(PROBE)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORCHLIGHT_")}
    ports = {"PORCHLIGHT_PORTS": str(free_ports(4)[0])}
    return kept | ports | {"PORCHLIGHT_DATA": str(data), "PYTHONPATH": str(site)}
