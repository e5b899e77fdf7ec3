"""What is said about `porchlight verify-audit`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from api.cli import main


def test_a_whole_chain_is_counted(demo_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The number of lines is told."""
    assert main(["verify-audit", "--data", str(demo_data)]) == 0
    assert capsys.readouterr().out.startswith("The audit stands: ")


def test_a_changed_line_is_named(demo_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line somebody edited in the file is the first that does not stand, and the exit code is 1."""
    with sqlite3.connect(demo_data / "record" / "record.db") as record:
        record.execute("update audit_entries set subject = 'another' where seq = 3")
    record.close()

    assert main(["verify-audit", "--data", str(demo_data)]) == 1
    assert "broken at line 3; the 2 before it stand" in capsys.readouterr().err
