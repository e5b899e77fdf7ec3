"""Where this process keeps its data, and the short folder of its sockets."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from storage.kit import folders
from storage.kit.variables import MisconfiguredError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which temporary ones are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_data_folder_is_absolute_and_var_where_nobody_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chosen, it is so for whatever this process starts."""
    assert folders.data_folder({}) == Path.cwd() / "var"
    assert folders.data_folder({"PORCHLIGHT_DATA": "here"}) == Path.cwd() / "here"
    monkeypatch.setenv("PORCHLIGHT_DATA", "")

    folders.choose_data_folder(Path("there"))

    assert os.environ["PORCHLIGHT_DATA"] == str(Path.cwd() / "there")


def test_a_demo_is_known_by_its_mark(tmp_path: Path) -> None:
    """And a folder without it is a city's."""
    assert not folders.is_demo(tmp_path)
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "demo").touch()

    assert folders.is_demo(tmp_path)


def test_sockets_lie_in_a_short_folder_of_this_user_alone(here: Path) -> None:
    """One for each data folder, however long its path; the same again."""
    long = Path("/srv") / ("a" * 100)

    found = folders.socket_folder(long)

    assert (found.parent, found.stat().st_mode & 0o777) == (here, 0o700)
    assert folders.socket_folder(long) == found != folders.socket_folder(Path("/srv"))
    assert len(found.name) < 40


@pytest.mark.parametrize("kind", ["open", "link"])
def test_a_folder_that_others_could_reach_is_refused(here: Path, kind: str) -> None:
    """Whoever made it first could put a socket of their own there."""
    found = folders.socket_folder(Path("/srv"))
    if kind == "open":
        found.chmod(0o755)
    else:
        found.rmdir()
        found.symlink_to(here)

    with pytest.raises(MisconfiguredError, match="is not private"):
        folders.socket_folder(Path("/srv"))
