"""`porchlight atlas`: what an operator types and reads."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from api.commands import atlas as command
from storage.atlas.demo import demo_atlas
from storage.atlas.files import write_atlas
from storage.kit import settings
from tests.storage.atlas.cities import DIVISIONS, some_homes
from tests.storage.atlas.test_from_files import a_collection


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORCHLIGHT_RECORD_DATABASE", raising=False)


def porchlight_atlas(*words: object) -> int:
    """Runs the command as the command line does."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(word) for word in words]))


def the_city(folder: Path) -> tuple[object, ...]:
    """Files of a small city, as the options that name them."""
    homes = some_homes()
    rows = [f"{lon},{lat}" for lon, lat in zip(homes.lon, homes.lat, strict=True)]
    (folder / "h.csv").write_text("\n".join(["lon,lat", *rows]))
    divisions = a_collection(folder / "d.geojson", [({"name": area.name}, area.shape) for area in DIVISIONS])
    return "--divisions", divisions, "--homes", folder / "h.csv", "--out", folder / "atlas.geojson"


def test_built_then_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Build says how many cells and homes there are; load makes it the current version of the data folder."""
    assert porchlight_atlas("build", *the_city(tmp_path)) == 0
    assert "cells in 2 divisions hold 300 homes" in capsys.readouterr().out

    assert porchlight_atlas("load", tmp_path / "atlas.geojson", "--data", tmp_path / "var") == 0

    assert capsys.readouterr().out.startswith("atlas 1 is current: ")
    assert settings.data_folder() == tmp_path / "var"


def test_why_not_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A build or load that cannot be says why on stderr and ends with 1."""
    porchlight_atlas("build", *the_city(tmp_path))
    write_atlas(demo_atlas(), tmp_path / "demo.geojson")
    porchlight_atlas("load", tmp_path / "atlas.geojson", "--data", tmp_path / "var")

    codes = [
        porchlight_atlas("build", *the_city(tmp_path), "--k", 5),
        porchlight_atlas("load", tmp_path / "demo.geojson", "--data", tmp_path / "var"),
        porchlight_atlas("load", tmp_path / "none.geojson"),
    ]

    assert codes == [1, 1, 1]
    errors = capsys.readouterr().err
    assert "at least 8" in errors
    assert "may only unite cells" in errors
    assert "No such file" in errors
