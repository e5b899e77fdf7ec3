"""What is said about `porchlight up` before it starts anything."""

from __future__ import annotations

import os
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from api.cli import main
from api.stack import Running, lanes, metrics_ports, programs, worker_count
from storage.kit import settings
from storage.kit.settings import IDENTITY_VARIABLES, LOOPBACK
from tests.api.running import free_port
from workers.queue import Lane


def test_a_taken_port_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A port in use ends the start with one line that names it."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]

        code = main(["up", "--data", str(tmp_path), "--ports", str(port)])

    assert code == 1
    assert capsys.readouterr().err.startswith(f"porchlight: Port {port} is taken")


def test_a_real_city_is_not_turned_into_a_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--demo` refuses a data folder that holds other data."""
    (tmp_path / "identity").mkdir()
    (tmp_path / "identity" / "identity.db").touch()

    code = main(["up", "--demo", "--data", str(tmp_path), "--ports", str(free_port())])

    assert code == 1
    assert "other than demo data" in capsys.readouterr().err
    assert not settings.is_demo(tmp_path)


def test_the_record_side_gets_no_identity_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff, public, feed and chores start without any credential of the identity side; the others have them."""
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path))
    (tmp_path / "vault.key").write_bytes(bytes(32))
    for name in IDENTITY_VARIABLES:
        monkeypatch.setenv(name, str(tmp_path / "vault.key"))

    held = {it.name: sorted(set(IDENTITY_VARIABLES) & set(it.environment)) for it in programs(tmp_path, 8000, 1)}

    for name in ("staff", "public", "feed", "chores", "record-redis"):
        assert held[name] == []
    for name in ("resident", "airlock-worker-1", "airlock-schedule"):
        assert held[name] == sorted(IDENTITY_VARIABLES)


@pytest.mark.parametrize(
    ("workers", "small", "large", "ladder"), [(1, 1, 1, 1), (3, 1, 1, 1), (4, 2, 1, 1), (10, 6, 2, 2)]
)
def test_every_lane_has_somebody(workers: int, small: int, large: int, ladder: int) -> None:
    """One queue per worker, so at least one to each; most take small clips."""
    assert lanes(workers) == {Lane.SMALL: small, Lane.LARGE: large, Lane.LADDER: ladder}
    assert worker_count() >= len(Lane)


def test_no_password_stands_in_a_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The airlock's Redis reads its password from a file only its owner can read."""
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path))

    commands = [word for program in programs(tmp_path, 8000, 1) for word in program.command]

    password = settings.identity({"PORCHLIGHT_DATA": str(tmp_path)}).redis_password
    conf = tmp_path / "identity" / "redis" / "redis.conf"
    assert password not in " ".join(commands)
    assert f"requirepass {password}" in conf.read_text()
    assert conf.stat().st_mode & 0o077 == 0
    assert "requirepass" not in (tmp_path / "record" / "redis" / "redis.conf").read_text()


def test_a_running_stack_tells_its_ports(tmp_path: Path) -> None:
    """What one stack leaves in its data folder, another command reads; after it stopped there is nothing."""
    (tmp_path / "record").mkdir()
    Running.here(8100).write(tmp_path)

    found = Running.read(tmp_path)
    Running.forget(tmp_path)

    assert found == Running.here(8100)
    assert found.pid == os.getpid()
    assert Running.read(tmp_path) is None


def test_a_stack_that_was_killed_is_none(tmp_path: Path) -> None:
    """What `kill -9` left behind is not taken for a running stack, also where its number is another process's now."""
    (tmp_path / "record").mkdir()
    gone = subprocess.Popen(["true"])
    gone.wait()
    told = {}

    for name, left in (("gone", Running(8100, gone.pid, 1)), ("another", replace(Running.here(8100), began=1))):
        left.write(tmp_path)
        told[name] = Running.read(tmp_path)

    assert told == {"gone": None, "another": None}


@pytest.mark.parametrize("command", [["watch", "--token", "t"], ["post", "clip.mp4", "--token", "t"]])
def test_who_asks_a_killed_stack_is_told_so(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At once, instead of waiting for doors that nobody opens."""
    (tmp_path / "record").mkdir()
    replace(Running.here(8100), began=1).write(tmp_path)
    more = ["--block", "b", "--category", "crime", "--title", "t"] if command[0] == "post" else []

    assert main([*command, *more, "--data", str(tmp_path)]) == 1
    assert "was killed: start it again" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_nobodys_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt --data is said, and does not ask whatever stands at the usual doors."""
    assert main(["watch", "--token", "t", "--data", str(tmp_path / "vra")]) == 1
    assert "there is no such folder" in capsys.readouterr().err


def test_each_program_tells_its_figures_at_a_port_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --metrics, from BASE+10 on, on this machine only; Redis and a start without it have none."""
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path))

    with_figures = programs(tmp_path, 8000, 2, metrics=True)
    without = programs(tmp_path, 8000, 2)

    told = {it.name: it.environment.get("PORCHLIGHT_METRICS") for it in with_figures}
    ports = metrics_ports(8000, with_figures)
    assert told == {"record-redis": None, "airlock-redis": None} | {
        name: f"127.0.0.1:{port}" for name, port in ports.items()
    }
    assert sorted(ports.values()) == list(range(8010, 8020))
    assert [it.name for it in without if "PORCHLIGHT_METRICS" in it.environment] == []


@pytest.mark.parametrize("base", ["80", "65533", "70000"])
def test_ports_out_of_reach_are_refused(base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A first port that leaves no room for four, or needs root, is refused in words."""
    assert main(["up", "--data", str(tmp_path), "--ports", base]) == 1
    assert "1024" in capsys.readouterr().err
