"""What tests of commands stand on: an environment that is put back, and demo data."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.commands import demo
from storage.kit import settings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command sets for its children does not outlive the test."""
    monkeypatch.setenv("PORCHLIGHT_PORTS", "")
    monkeypatch.delenv("PORCHLIGHT_PORTS")


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Demo data, made once: ten passwords take seconds to hash."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "record").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORCHLIGHT_DATA", str(folder))
        demo.mark(folder)
        demo.prepare()
    return folder


@pytest.fixture
def demo_data(demo_template: Path, tmp_path: Path, environment: None) -> Path:
    """A data folder with the demo in it, chosen as this process's."""
    shutil.copytree(demo_template, tmp_path, dirs_exist_ok=True)
    settings.choose_data_folder(tmp_path)
    return tmp_path
