"""How a program starts; tests/walls/test_keys.py starts the real ones."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.kit import confine, starting
from storage.kit.errors import Unavailable
from storage.kit.settings import IDENTITY_VARIABLES, MisconfiguredError


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Whatever `start` does to the log of this process is undone."""
    logger = logging.getLogger("porchlight")
    was = (list(logger.handlers), logger.level, logger.propagate)
    yield
    logger.handlers[:], logger.propagate = was[0], was[2]
    logger.setLevel(was[1])


@pytest.fixture
def asked_to_shut_out_of(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders this process was asked to shut itself out of: for real it would be for good, tests included."""
    folders: list[Path] = []

    def shut_out_of(folder: Path) -> bool:
        folders.append(folder)
        return True

    monkeypatch.setattr(confine, "shut_out_of", shut_out_of)
    return folders


def test_what_a_person_can_mend_is_one_line() -> None:
    """An error of the handful ends the program with its sentence, under the program's name."""
    with pytest.raises(SystemExit, match=r"^feed: Port 8002 is taken\.$"), starting.program("feed"):
        raise Unavailable("Port 8002 is taken.")


def test_a_fault_of_ours_goes_through() -> None:
    """Any other error keeps its traceback."""
    with pytest.raises(ZeroDivisionError), starting.program("feed"):
        _ = 1 / 0


def test_the_record_side_shuts_itself_out_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_to_shut_out_of: list[Path]
) -> None:
    """It has its own folder, and is shut out of identity's."""
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path))

    here = starting.on_the_record_side()

    assert here.data == tmp_path
    assert (tmp_path / "record").is_dir()
    assert asked_to_shut_out_of == [tmp_path / "identity"]


def test_a_key_of_identity_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_to_shut_out_of: list[Path]
) -> None:
    """Nothing is opened or written by a program that must not start."""
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path))
    monkeypatch.setenv(IDENTITY_VARIABLES[0], "a-credential")

    with pytest.raises(MisconfiguredError):
        starting.on_the_record_side()

    assert list(tmp_path.iterdir()) == []
    assert asked_to_shut_out_of == []
