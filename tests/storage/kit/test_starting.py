"""How a program starts; tests/walls/test_keys.py starts the real ones."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.kit import confine, starting
from storage.kit.errors import Unavailable
from storage.kit.settings import IDENTITY_VARIABLES, RECORD_VARIABLES, MisconfiguredError


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


@pytest.mark.parametrize("missing", [*RECORD_VARIABLES, *IDENTITY_VARIABLES])
def test_a_citys_forgotten_store_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_to_shut_out_of: list[Path], missing: str
) -> None:
    """By its name, before anything is made: a folder in a container would be gone with it."""
    key = tmp_path / "a.key"
    key.write_bytes(bytes(32))
    for name in {*RECORD_VARIABLES, *IDENTITY_VARIABLES} - {missing}:
        monkeypatch.setenv(name, str(key) if name.endswith("_FILE") else "redis://x")
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path / "data"))

    with pytest.raises(MisconfiguredError, match=missing):
        starting.on_both_sides()
    if missing in RECORD_VARIABLES:
        for name in IDENTITY_VARIABLES:
            monkeypatch.delenv(name)
        with pytest.raises(MisconfiguredError, match=missing):
            starting.on_the_record_side()

    assert not (tmp_path / "data").exists()


def test_a_program_need_not_be_given_what_it_does_not_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_to_shut_out_of: list[Path]
) -> None:
    """The public one opens the record and nothing else."""
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path))
    monkeypatch.setenv("PORCHLIGHT_RECORD_DATABASE", "postgresql+psycopg://public")

    assert starting.on_the_record_side("PORCHLIGHT_RECORD_DATABASE").database == "postgresql+psycopg://public"
