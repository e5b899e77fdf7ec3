"""Which block a post is to carry: named, or found on this machine from whole files, as a browser does."""

from __future__ import annotations

import argparse
from typing import Any

import httpx
from shapely.geometry import shape

from api.commands.asking import ask
from storage.atlas.finding import Finder
from storage.kit.errors import NotThere, Refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say where."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--block", metavar="ID", help="the block's id, or a larger block's")
    where.add_argument("--at", metavar="LAT,LON", help="finds the block here; no coordinate leaves this machine")
    parser.add_argument("--larger", action="store_true", help="with --at: the larger block that this one is part of")


def block_of(http: httpx.Client, block: str | None, point: str | None, *, larger: bool) -> str:
    """The block's id; Refused or NotThere rather than a finer place than was asked for."""
    if larger and point is None:
        raise Refused("--larger goes with --at; --block takes the larger block's own id.")
    if point is None:
        assert block is not None, "one of the two is demanded"
        return block
    try:
        lat, lon = (float(number) for number in point.split(","))
    except ValueError:
        raise Refused("--at wants two numbers: LAT,LON.") from None
    divisions = ask(http, "GET", "/v1/places/divisions")["features"]
    file = ask(http, "GET", _holding(divisions, lat, lon)["cells"])
    cell = str(_holding(file["features"], lat, lon)["id"])
    return _larger(file, cell) if larger else cell


def _larger(file: dict[str, Any], cell: str) -> str:
    """The one that has this cell among its own, which are places in the list of features."""
    for one in file["larger"]:
        if any(file["features"][place]["properties"]["id"] == cell for place in one["cells"]):
            return str(one["id"])
    raise NotThere("That place is in no larger block.")


def _holding(features: list[dict[str, Any]], lat: float, lon: float) -> dict[str, Any]:
    found = int(Finder([shape(feature["geometry"]) for feature in features]).find([lon], [lat])[0])
    if found < 0:
        raise NotThere("That place is in no block of this city.")
    properties: dict[str, Any] = features[found]["properties"]
    return properties
