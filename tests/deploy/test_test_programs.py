"""What `make test` installs where it may, and says where it may not: no test is skipped in silence."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.walls.reading import ROOT


def test_who_may_not_install_is_told_what_is_skipped(tmp_path: Path) -> None:
    """One plain line for each program that is missing, with its remedy; that is no error."""
    said = _make(tmp_path, user=1000)

    assert said.splitlines() == [
        "chromium is not here: browser journeys are skipped (remedy: apt install chromium).",
        "nginx-light is not here: tests of the proxies are skipped (remedy: apt install nginx-light).",
    ]


def test_who_may_gets_what_is_missing(tmp_path: Path) -> None:
    """As Debian's packages."""
    said = _make(tmp_path, user=0)

    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == ["install -y -qq chromium", "install -y -qq nginx-light"]
    assert [line.split(" for ")[0] for line in said.splitlines()] == [
        "Installing Debian's chromium",
        "Installing Debian's nginx-light",
    ]


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    """Without a word."""
    for name in ("chromium", "nginx"):
        _program(tmp_path, name, "exit 0")

    assert _make(tmp_path, user=0) == ""
    assert not (tmp_path / "asked").exists()


def _make(folder: Path, *, user: int) -> str:
    """`make test-programs` on a machine that has nothing but what lies in `folder`."""
    make = shutil.which("make")
    assert make
    _program(folder, "id", f"echo {user}")
    _program(folder, "apt-get", f'echo "$@" >>{folder}/asked')
    for tool in ("rm", "chmod"):
        (folder / tool).symlink_to(str(shutil.which(tool)))
    done = subprocess.run(
        [make, "--no-print-directory", "test-programs"],
        cwd=ROOT,
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _program(folder: Path, name: str, does: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o700)
