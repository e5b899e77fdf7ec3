"""The rule set made in the parent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workers.media import landlock


def test_rules_are_a_descriptor_of_the_caller(tmp_path: Path) -> None:
    """It is open, and the caller's to close."""
    rules = landlock.rule_set(read=[tmp_path])

    os.fstat(rules)
    os.close(rules)


def test_a_missing_path_leaves_nothing_open(tmp_path: Path) -> None:
    """A fault closes what was opened on the way."""
    before = _open_files()

    with pytest.raises(FileNotFoundError):
        landlock.rule_set(read=[tmp_path / "absent"])

    assert _open_files() == before


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_kernel_without_it_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """No silent half measure."""
    monkeypatch.setattr(landlock, "CREATE", 9999)

    with pytest.raises(landlock.NoLandlock):
        landlock.rule_set()
