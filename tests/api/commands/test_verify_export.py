"""What is said about `porchlight verify-export`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from api.cli import main
from workers.court.form import Package

SALT = "5a" * 16


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package that stands, in which one original can be proved."""
    made = tmp_path / "case.zip"
    salted = hashlib.sha256(bytes.fromhex(SALT) + b"the original").hexdigest()
    with made.open("wb") as out, Package(out) as package:
        package.add("README.txt", [b"Read me."])
        package.seal(bytes(32), {"case": "CR-1", "made_at": "2026-11-30T12:00:00Z", "originals": {"p": salted}})
    return made


def test_a_package_stands_or_each_fault_is_told(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 and the key; 1 and a line for each fault, also where the key is another."""
    assert main(["verify-export", str(package)]) == 0
    told = capsys.readouterr().out
    assert "The package stands: 1 files of case CR-1" in told
    assert "Compare that key" in told

    assert main(["verify-export", str(package), "--key", "00" * 32]) == 1
    assert "another key" in capsys.readouterr().err
    package.write_bytes(package.read_bytes().replace(b"Read me.", b"Read it."))
    assert main(["verify-export", str(package)]) == 1
    told = capsys.readouterr().err
    assert "README.txt" in told
    assert told.endswith("This package does not stand: 1 fault.\n")


def test_an_original_is_proved(package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By file and salt together; another file, no salt, or what is no salt is said so."""
    original, other = tmp_path / "mine.mp4", tmp_path / "other.mp4"
    original.write_bytes(b"the original")
    other.write_bytes(b"another")
    asked = ["verify-export", str(package), "--original"]

    assert main([*asked, str(original), "--salt", SALT]) == 0
    assert "is the original of post p." in capsys.readouterr().out
    assert main([*asked, str(other), "--salt", SALT]) == 1
    assert main([*asked, str(original), "--salt", "salt"]) == 1
    assert main([*asked, str(original)]) == 1
    assert main([*asked, str(tmp_path / "none"), "--salt", SALT]) == 1
    assert main(["verify-export", str(tmp_path / "none")]) == 1
