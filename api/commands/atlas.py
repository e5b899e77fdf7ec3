"""`porchlight atlas build|load`: an operator cuts the city into cells, then makes that the current version."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from storage.atlas import versions
from storage.atlas.files import read_atlas, write_atlas
from storage.atlas.from_files import Properties, build_from_files
from storage.atlas.homes import Columns
from storage.atlas.shapes import K_DEFAULT, K_LEAST
from storage.db import OPERATOR
from storage.kit import settings
from storage.kit.errors import PorchlightError
from storage.record import open_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight atlas`."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    build = verbs.add_parser("build", help="cut divisions into cells of at least k homes")
    build.add_argument("--divisions", type=Path, required=True, help="polygons, GeoJSON")
    build.add_argument("--homes", type=Path, required=True, help="one row a home, CSV or a .zip holding one")
    build.add_argument(
        "--homes-where", default="", help="rows that count, e.g. 'landusecode~^11 and classification=UR'"
    )
    build.add_argument("--streets", type=Path, help="named lines, GeoJSON: labels by street")
    build.add_argument("--neighborhoods", type=Path, help="named polygons, GeoJSON: labels by neighbourhood")
    build.add_argument("--k", type=int, default=K_DEFAULT, help=f"homes in a cell, {K_LEAST} or more (%(default)s)")
    build.add_argument("--out", type=Path, required=True, help="the atlas, GeoJSON")
    for column in ("lon", "lat", "address"):
        build.add_argument(f"--{column}-column", default="", help=f"CSV column of the {column}")
    for kind in ("division", "street", "neighborhood"):
        build.add_argument(f"--{kind}-name", default="", help=f"GeoJSON property that names a {kind}")
    load = verbs.add_parser("load", help="make an atlas the current version")
    load.add_argument("file", type=Path)
    load.add_argument("--data", type=Path, default=Path("var"), help="the data folder (%(default)s/)")


def run(args: argparse.Namespace) -> int:
    """0 when done; 1 with the reason on stderr."""
    try:
        return {"build": _build, "load": _load}[args.verb](args)
    except PorchlightError as error:
        print(error.message, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    return 1


def _build(args: argparse.Namespace) -> int:
    atlas, report = build_from_files(
        divisions=args.divisions,
        homes=args.homes,
        where=args.homes_where,
        streets=args.streets,
        neighborhoods=args.neighborhoods,
        k=args.k,
        columns=Columns(args.lon_column, args.lat_column, args.address_column),
        properties=Properties(args.division_name, args.street_name, args.neighborhood_name),
    )
    write_atlas(atlas, args.out)
    print("\n".join([*report.lines(), f"version {atlas.digest[:12]} is in {args.out}"]))
    return 0


def _load(args: argparse.Namespace) -> int:
    atlas = read_atlas(args.file)
    settings.choose_data_folder(args.data)
    record = open_record(settings.record().database)
    with record.write(by=OPERATOR) as tx:
        number = versions.load(tx, atlas)
    print(f"atlas {number} is current: {len(atlas.blocks)} cells in {len(atlas.divisions)} divisions")
    return 0
