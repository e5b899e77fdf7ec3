"""Home points from a CSV file: which rows count, and what was wrong with those that do not."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from storage.kit.errors import Malformed, Refused

LON = ("longitude", "lon", "lng", "long", "x")
LAT = ("latitude", "lat", "y")
ADDRESS = ("address", "addr", "street_address", "full_address", "situs")

Row = Mapping[str, str | None]


@dataclass(frozen=True, eq=False)
class Homes:
    """Home points in degrees, with their addresses ("" where none), and rows refused by reason."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    addresses: Sequence[str]
    refused: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Columns:
    """Names of the columns; an empty one is looked for under its usual names."""

    lon: str = ""
    lat: str = ""
    address: str = ""


USUAL = Columns()


def read_homes(path: Path, *, where: str = "", columns: Columns = USUAL) -> Homes:
    """The rows of a CSV (or of the first CSV in a .zip) that `where` accepts, one home each."""
    lon, lat, addresses, refused = [], [], [], Counter[str]()
    with _opened(path) as text:
        rows = csv.DictReader(text)
        names = rows.fieldnames or []
        x, y = _column(names, columns.lon, LON), _column(names, columns.lat, LAT)
        address = _column(names, columns.address, ADDRESS, needed=bool(columns.address))
        accepted = condition(where, names)
        for row in rows:
            if not accepted(row):
                continue
            place = _place(row[x], row[y])
            if isinstance(place, str):
                refused[place] += 1
                continue
            lon.append(place[0])
            lat.append(place[1])
            addresses.append((row[address] or "") if address else "")
    return Homes(np.array(lon, dtype=float), np.array(lat, dtype=float), addresses, dict(sorted(refused.items())))


def condition(text: str, names: Sequence[str]) -> Callable[[Row], bool]:
    """Whether a row counts: `COLUMN=VALUE`, `COLUMN!=VALUE` or `COLUMN~REGEX`, joined by ` and `.

    `landusecode~^11 and classification!=UR` reads: the land use begins with 11 and the zone is not UR.
    Empty text accepts every row; a name that is no column is Refused.
    """
    tests = [_test(part, names) for part in re.split(r"\s+and\s+", text.strip()) if part]
    return lambda row: all(test(row) for test in tests)


def _test(text: str, names: Sequence[str]) -> Callable[[Row], bool]:
    found = re.fullmatch(r"\s*([\w .-]+?)\s*(!=|=|~)\s*(.*?)\s*", text)
    if not found:
        raise Refused("A condition reads COLUMN=VALUE, COLUMN!=VALUE or COLUMN~REGEX.", code="bad_condition")
    column, sign, value = found.groups()
    name = _column(names, column, ())
    if sign == "~":
        try:
            pattern = re.compile(value)
        except re.error as error:
            raise Refused(f"The pattern for {column} cannot be read.", code="bad_condition") from error
        return lambda row: bool(pattern.search(row[name] or ""))
    return lambda row: ((row[name] or "").strip() == value) == (sign == "=")


def _column(names: Sequence[str], wanted: str, usual: Sequence[str], *, needed: bool = True) -> str:
    by_name = {name.strip().casefold(): name for name in reversed(names)}
    for name in [wanted.casefold()] if wanted else usual:
        if name in by_name:
            return by_name[name]
    if needed:
        sought = wanted or " or ".join(usual)
        raise Refused(f"There is no column {sought}; there are {', '.join(names)}.", code="no_column")
    return ""


def _place(x: str | None, y: str | None) -> tuple[float, float] | str:
    """Longitude and latitude, or why this is no place."""
    if not (x or "").strip() or not (y or "").strip():
        return "missing"
    try:
        lon, lat = float(x or ""), float(y or "")
    except ValueError:
        return "not a number"
    if not math.isfinite(lon) or not math.isfinite(lat):
        return "not a number"
    if lon == 0 and lat == 0:  # what a geocoder answers when it found nothing
        return "zero"
    if abs(lat) > 90 or abs(lon) > 180:
        return "swapped" if abs(lon) <= 90 and abs(lat) <= 180 else "out of range"
    return lon, lat


@contextmanager
def _opened(path: Path) -> Iterator[io.TextIOWrapper]:
    """The text of a CSV file, or of the first one inside a .zip."""
    if path.suffix.lower() != ".zip":
        with path.open("rb") as raw:
            yield _text(raw)
        return
    try:
        archive = zipfile.ZipFile(path)
        name = next(n for n in archive.namelist() if n.lower().endswith(".csv"))
    except (zipfile.BadZipFile, StopIteration) as error:
        raise Malformed(f"{path.name} holds no CSV file.") from error
    with archive, archive.open(name) as raw:
        yield _text(raw)


def _text(raw: IO[bytes]) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, "utf-8-sig", errors="replace", newline="")
