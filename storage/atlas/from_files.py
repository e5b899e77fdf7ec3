"""The whole build, from an operator's files to an atlas and its report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from storage.atlas import homes as homes_file
from storage.atlas.areas import read_areas
from storage.atlas.building import build
from storage.atlas.homes import Columns, read_homes
from storage.atlas.labels import read_streets
from storage.atlas.report import Report
from storage.atlas.shapes import K_DEFAULT, Atlas


@dataclass(frozen=True)
class Properties:
    """Which GeoJSON property holds the name; an empty one is looked for under its usual names."""

    division: str = ""
    street: str = ""
    neighborhood: str = ""


USUAL = Properties()


def build_from_files(
    *,
    divisions: Path,
    homes: Path,
    where: str = "",
    streets: Path | None = None,
    neighborhoods: Path | None = None,
    k: int = K_DEFAULT,
    columns: Columns = homes_file.USUAL,
    properties: Properties = USUAL,
) -> tuple[Atlas, Report]:
    """Divisions, streets and neighbourhoods from GeoJSON, homes from a CSV (also inside a .zip); see `build`."""
    return build(
        read_areas(divisions, name=properties.division),
        read_homes(homes, where=where, columns=columns),
        k=k,
        streets=read_streets(streets, name=properties.street) if streets else (),
        neighborhoods=read_areas(neighborhoods, name=properties.neighborhood) if neighborhoods else (),
    )
