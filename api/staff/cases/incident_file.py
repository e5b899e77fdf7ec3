"""The police's file of reported incidents, read as a whole: every line can be used, or nothing is.

CSV in UTF-8, with commas, semicolons or tabs between, and a heading: `number`, `type`, `time`, and `division` (its id
or name) or `block` (its id or label) or both, in any order. Times are RFC 3339, or `2026-11-30 18:05` by the city's
clock.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.atlas.versions import KnownDivision
from storage.cases.incidents import NewIncident
from storage.kit import clock
from storage.kit.errors import Malformed, Refused
from storage.kit.ids import BlockId, DivisionId

MOST_BYTES = 1024 * 1024  # ten thousand lines and more
MOST_LINES = 5_000
MOST_TOLD = 20  # faults in one answer: whoever mends a file mends them and asks again
NEEDED = frozenset({"number", "type", "time"})
COLUMNS = NEEDED | {"division", "block"}
NUMBER = r"[A-Za-z0-9][A-Za-z0-9./_-]{0,39}"
# No control sign, and none that turns round what is written behind it.
_KIND = re.compile(r"[^\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069]{1,80}")
_BETWEEN = ",;\t"  # what spreadsheets of this world put between cells

# What is wrong with a line, by a word that pages know; no sentence repeats what the line says.
SENTENCES = {
    "cells": "This line has more or fewer cells than the heading.",
    "number": "A number has 1 to 40 letters, digits and . / _ -, and begins with a letter or digit.",
    "twice": "This number stands in an earlier line and is said otherwise there.",
    "type": "A type has 1 to 80 characters.",
    "time": "A time is written 2026-11-30T18:05:00-06:00, or 2026-11-30 18:05 by the city's clock, and is past.",
    "division": "This is not a division that you lead.",
    "block": "This is not a block of such a division, or more than one is called that.",
    "place": "A division or a block is needed.",
    "differs": "This number is known, and something else was said of it.",
}


@dataclass(frozen=True)
class Places:
    """Where incidents may be said to have happened, and whose clock a time without a zone is by."""

    divisions: Sequence[KnownDivision]
    blocks: Mapping[tuple[DivisionId, str], Collection[BlockId]]
    zone: ZoneInfo
    now: int


@dataclass(frozen=True)
class _WrongError(Exception):
    what: str


def read(raw: bytes, places: Places) -> Mapping[int, NewIncident]:
    """Incidents by the number of their line; raises Malformed for what is no such file, Refused by line."""
    rows = _rows(raw)
    found: dict[int, NewIncident] = {}
    said: dict[str, NewIncident] = {}
    wrong: dict[int, str] = {}
    for line, row in rows:
        try:
            one = _incident(row, places)
            if said.setdefault(one.number, one) != one:
                raise _WrongError("twice")
            found[line] = one
        except _WrongError as fault:
            wrong[line] = fault.what
    if wrong:
        raise refused(wrong)
    return found


def refused(wrong: Mapping[int, str]) -> Refused:
    """The answer that names lines and what is wrong with each: `fields` are called `7.time`."""
    told = sorted(wrong.items())[:MOST_TOLD]
    count = "1 line cannot" if len(wrong) == 1 else f"{len(wrong)} lines cannot"
    fields = {f"{line}.{what}": SENTENCES[what] for line, what in told}
    return Refused(f"{count} be used, so nothing was taken in.", code="lines", fields=fields)


def _rows(raw: bytes) -> list[tuple[int, Mapping[str, str]]]:
    try:
        text = raw.decode("utf-8-sig")
        first = text.lstrip().partition("\n")[0]
        between = max(_BETWEEN, key=first.count)
        reader = csv.reader(io.StringIO(text, newline=None), strict=True, delimiter=between)
        heading = [name.strip().casefold() for name in next(reader, [])]
        if len(set(heading)) != len(heading) or not NEEDED <= set(heading) <= COLUMNS:
            raise Malformed(f"The first line names the columns: {', '.join(sorted(COLUMNS))}.", code="heading")
        rows: list[tuple[int, Mapping[str, str]]] = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                whole = len(cells) == len(heading)
                named = dict(zip(heading, (cell.strip() for cell in cells), strict=True)) if whole else {}
                rows.append((reader.line_num, named))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Malformed("This is no CSV file in UTF-8.", code="not_csv") from error
    if len(rows) > MOST_LINES:
        raise Malformed(f"A file has at most {MOST_LINES} lines. Send it in parts.", code="too_many_lines")
    return rows


def _incident(row: Mapping[str, str], places: Places) -> NewIncident:
    if not row:
        raise _WrongError("cells")
    if not re.fullmatch(NUMBER, row["number"]):
        raise _WrongError("number")
    if not _KIND.fullmatch(row["type"]):
        raise _WrongError("type")
    division, block = _where(row.get("division", ""), row.get("block", ""), places)
    return NewIncident(row["number"], row["type"], _when(row["time"], places), division, block)


def _when(said: str, places: Places) -> int:
    try:
        at = datetime.fromisoformat(said)
        moment = clock.from_datetime(at if at.tzinfo else at.replace(tzinfo=places.zone))
    except (ValueError, OverflowError):
        raise _WrongError("time") from None
    if len(said) < len("2026-11-30 18:05") or not 0 <= moment <= places.now:
        raise _WrongError("time")
    return moment


def _where(division: str, block: str, places: Places) -> tuple[DivisionId, BlockId | None]:
    named = [one.id for one in places.divisions if division.casefold() in ("", one.id, one.name.casefold())]
    if not division and not block:
        raise _WrongError("place")
    if not named:
        raise _WrongError("division")
    if not block:
        return named[0], None
    found = [(one, each) for one in named for each in places.blocks.get((one, block.casefold()), ())]
    if len(found) != 1:
        raise _WrongError("block")
    return found[0]
