"""The escapes a worker tries at start."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from workers.media import escapes, landlock, self_test
from workers.media.programs import Programs
from workers.media.sandbox import SandboxBroken


def test_thirteen_escapes_are_denied_and_the_own_folder_is_not(tools: Programs) -> None:
    """Files, network, processes, kernel doors: all shut; its own output is open."""
    attempts = self_test.self_test(tools)

    assert {name for name, worked in attempts.items() if worked} == {"own_folder"}
    assert len(attempts) == 14


def test_without_confinement_the_escapes_work(tmp_path: Path) -> None:
    """The attempts are real: outside the sandbox they succeed, so a denial means something."""
    (tmp_path / "secret").write_text("x")
    argv: list[str | Path] = [sys.executable, "-I", "-S", escapes.__file__, tmp_path / "secret", tmp_path, tmp_path]

    told = subprocess.run(argv, capture_output=True, text=True, check=False).stdout.split("\n")

    worked = {line.split()[0] for line in told if line.endswith("worked")}
    assert worked >= {"read_passwords", "read_another_clip", "write_outside", "tcp", "udp", "unix_socket"}
    assert worked >= {"new_process", "signal_outside", "own_folder"}
    assert not any(line.startswith("shell") for line in told)


@pytest.mark.parametrize("hole", ["seccomp", "landlock"])
def test_a_worker_refuses_to_work_if_one_wall_is_missing(
    hole: str, tools: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either wall alone is not enough, and the self-test sees it."""
    if hole == "seccomp":
        monkeypatch.setattr("workers.media.seccomp.filter_for", lambda: b"\x06\0\0\0\0\0\xff\x7f")
    else:
        monkeypatch.setattr(landlock, "enter", _no_new_privileges)

    with pytest.raises(SandboxBroken, match="does not hold"):
        self_test.self_test(tools)


def test_the_switch_for_platforms_without_it_warns(tools: Programs) -> None:
    """Working unconfined announces itself."""
    with pytest.warns(self_test.NoSandboxWarning):
        assert self_test.self_test(replace(tools, confined=False)) == {}


def _no_new_privileges(rules: int) -> None:
    landlock._libc.prctl(landlock.NO_NEW_PRIVILEGES, 1, 0, 0, 0)
