"""What is said about finding the programs we start."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from storage.kit import programs


def test_the_redis_server_runs() -> None:
    """The Redis server found here starts and is new enough."""
    assert programs.version(programs.redis_server()) >= programs.OLDEST_REDIS


def test_npm_runs_under_the_node_that_was_found() -> None:
    """The two of the web build fit together."""
    told = subprocess.run([programs.node(), programs.npm(), "--version"], capture_output=True, text=True, check=True)

    assert int(told.stdout.split(".")[0]) >= 9


def test_without_wheel_one_on_the_path_is_taken_if_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no wheel is installed, a program on PATH serves."""
    _without_wheels(monkeypatch, tmp_path)
    _fake(tmp_path / "redis-server", "Redis server v=7.0.15 sha=00000000:0")

    assert programs.redis_server() == tmp_path / "redis-server"


def test_one_too_old_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old program on PATH is as good as none, and the error names the remedy."""
    _without_wheels(monkeypatch, tmp_path)
    _fake(tmp_path / "node", "v18.19.0")

    with pytest.raises(programs.MissingProgramError, match="make setup"):
        programs.node()


def test_a_file_that_does_not_run_has_no_version(tmp_path: Path) -> None:
    """A program that cannot be started counts as the oldest of all."""
    assert programs.version(tmp_path / "nothing") == (0, 0)


def _without_wheels(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(programs, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(path))


def _fake(program: Path, tells: str) -> None:
    program.write_text(f"#!/bin/sh\necho '{tells}'\n")
    program.chmod(0o755)
