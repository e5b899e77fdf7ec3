"""The record side's rounds as a program: chores run, and no identity key is let in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from storage.kit.settings import IDENTITY_VARIABLES
from workers import chores, schedule

ROOT = Path(__file__).parents[2]


def start(folder: Path, redis_server: str, **variables: str) -> subprocess.Popen[bytes]:
    """The chores on a data folder of their own."""
    env = {**os.environ, "PORCHLIGHT_DATA": str(folder), "PORCHLIGHT_RECORD_REDIS": redis_server, **variables}
    return subprocess.Popen([sys.executable, "-m", "workers.schedule"], cwd=ROOT, env=env, stderr=subprocess.PIPE)


def test_chores_refuse_every_identity_credential(tmp_path: Path, redis_server: str) -> None:
    """One line, which names the variables and not their values."""
    with start(tmp_path, redis_server, **dict.fromkeys(IDENTITY_VARIABLES, "secret value")) as process:
        _, told = process.communicate(timeout=60)

    assert process.returncode == 1
    assert [name for name in IDENTITY_VARIABLES if name not in told.decode()] == []
    assert "secret value" not in told.decode()
    assert not (tmp_path / "record").exists()


def test_chores_run_shut_out_of_identity(tmp_path: Path, redis_server: str) -> None:
    """Where the kernel can; SIGTERM ends them."""
    (tmp_path / "identity").mkdir()
    with start(tmp_path, redis_server) as process:
        assert process.stderr is not None
        first = process.stderr.readline().decode()
        deadline = time.monotonic() + 60
        while not (tmp_path / "record" / "record.db").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=60)

    assert first.startswith("chores: shut_out_of_identity state=")
    assert process.returncode in (0, -signal.SIGTERM)  # it may come before the rounds began to listen for it
    assert b"round_failed" not in rest


def test_every_chore_has_its_pace() -> None:
    """None is forgotten."""
    listed = {name for name in dir(chores) if getattr(getattr(chores, name), "__module__", "") == chores.__name__}

    assert {chore.__name__ for chore in schedule.CHORES} == {name for name in listed if not name.startswith("_")}
    assert min(schedule.CHORES.values()) >= 60


def test_the_sweep_keeps_no_chore_waiting() -> None:
    """It goes through the whole bucket, and figures are due every 15 seconds."""
    assert {chores.sweep_media} == schedule.SLOW
    assert schedule.CHORES.keys() > schedule.SLOW
