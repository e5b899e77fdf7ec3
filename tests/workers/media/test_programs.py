"""Where ffmpeg and ffprobe are."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.media import programs


def test_both_programs_are_found_new_enough() -> None:
    """And confined unless the operator says otherwise."""
    found = programs.find()

    assert programs.version(found.ffmpeg) >= programs.OLDEST
    assert programs.version(found.ffprobe) >= programs.OLDEST
    assert found.confined
    assert not programs.find(unsafe_no_sandbox=True).confined


def test_what_is_missing_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to do."""
    monkeypatch.setattr(programs, "_in_wheels", lambda name: [])
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(programs.MissingProgram, match=r"make setup"):
        programs.find()


def test_an_old_program_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A version before 5.1 does not do."""
    old = tmp_path / "ffmpeg"
    old.write_text("#!/bin/sh\necho ffmpeg version 4.4.2\n")
    old.chmod(0o755)
    monkeypatch.setattr(programs, "_in_wheels", lambda name: [old])
    monkeypatch.setenv("PATH", "/nowhere")

    assert programs.version(old) == (4, 4)
    with pytest.raises(programs.MissingProgram):
        programs.find()
    assert programs.version(tmp_path / "absent") == (0, 0)
