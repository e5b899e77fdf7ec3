"""The police's file of incidents: every line is understood, or none is taken and each fault is named by its line."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest

from api.staff.cases import incident_file
from api.staff.cases.incident_file import Places
from storage.atlas.versions import KnownDivision
from storage.cases.incidents import NewIncident
from storage.kit.errors import Malformed, Refused
from storage.kit.ids import BlockId
from tests import builders
from tests.builders import NOON

PLACES = Places(
    divisions=[KnownDivision(builders.division(name), name) for name in ("Central", "East")],
    blocks={
        (builders.division("Central"), "100 oak st"): {builders.block("Central", 0)},
        (builders.division("Central"), builders.block("Central", 0)): {builders.block("Central", 0)},
        (builders.division("East"), "200 elm st"): {builders.block("East", 0)},
        (builders.division("Central"), "main st"): {builders.block("Central", 1)},
        (builders.division("East"), "main st"): {builders.block("East", 1)},
    },
    zone=ZoneInfo("America/Chicago"),
    now=NOON,
)
HEADING = "number,type,time,division,block\n"


def _read(lines: str, heading: str = HEADING) -> Mapping[int, NewIncident]:
    return incident_file.read((heading + lines).encode(), PLACES)


def _an_incident(number: str = "25-1", *, division: str = "Central", block: BlockId | None = None) -> NewIncident:
    return NewIncident(number, "Burglary", NOON, builders.division(division), block)


def test_a_place_is_a_division_or_a_block_by_id_or_name() -> None:
    """In any case of letters; a label that two divisions have needs its division."""
    block, elm, main = builders.block("Central", 0), builders.block("East", 0), builders.block("East", 1)
    time = "2025-11-22T12:00:00Z"

    found = _read(
        f"1,Burglary,{time},central,\n2,Burglary,{time},{builders.division('East')},\n3,Burglary,{time},,100 Oak St\n"
        f"4,Burglary,{time},Central,{block}\n5,Burglary,{time},,200 ELM St\n6,Burglary,{time},east,Main St\n"
    )

    assert list(found.values()) == [
        _an_incident("1"),
        _an_incident("2", division="East"),
        _an_incident("3", block=block),
        _an_incident("4", block=block),
        _an_incident("5", division="East", block=elm),
        _an_incident("6", division="East", block=main),
    ]


@pytest.mark.parametrize(
    "said", ["2025-11-22T12:00:00Z", "2025-11-22T06:00:00-06:00", "2025-11-22 06:00", "2025-11-22 06:00:00"]
)
def test_a_time_without_a_zone_is_by_the_citys_clock(said: str) -> None:
    """Each of these is one moment."""
    assert _read(f"25-1,Burglary,{said},Central,\n") == {2: _an_incident()}


def test_columns_stand_in_any_order_and_cells_may_be_quoted() -> None:
    """As spreadsheets write them: a mark at the beginning, CRLF, empty lines, a comma within quotes."""
    found = _read(
        '2025-11-22T12:00:00Z,"Burglary",Central,"25-1"\r\n\r\n,,,\r\n', "\ufefftime,Type,division,NUMBER\r\n"
    )

    assert found == {2: _an_incident()}


@pytest.mark.parametrize("between", [";", "\t"])
def test_semicolons_and_tabs_stand_between_cells_too(between: str) -> None:
    """A spreadsheet of a country that writes 1,5 puts semicolons; a comma in a cell is then a comma."""
    heading = "number,type,time,division\n".replace(",", between)

    found = _read(between.join(("25-1", "Burglary, with a van", "2025-11-22T12:00:00Z", "Central")), heading)

    assert [one.kind for one in found.values()] == ["Burglary, with a van"]


def test_a_line_that_stands_twice_is_one_incident() -> None:
    """Said alike, it is harmless; said otherwise, the later line is at fault."""
    line = "25-1,Burglary,2025-11-22T12:00:00Z,Central,\n"
    assert set(_read(line + line).values()) == {_an_incident()}

    with pytest.raises(Refused) as refused:
        _read(line + line.replace("Burglary", "Theft"))
    assert set(refused.value.fields) == {"3.twice"}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("25-1,Burglary,2025-11-22T12:00:00Z,Central", "cells"),
        (",Burglary,2025-11-22T12:00:00Z,Central,", "number"),
        ("=1+1,Burglary,2025-11-22T12:00:00Z,Central,", "number"),
        ("25-1,,2025-11-22T12:00:00Z,Central,", "type"),
        (f"25-1,{'b' * 81},2025-11-22T12:00:00Z,Central,", "type"),
        ("25-1,Burglary \u202eyralgruB,2025-11-22T12:00:00Z,Central,", "type"),
        ("25-1,Burglary\u2028Theft,2025-11-22T12:00:00Z,Central,", "type"),
        ("25-1,Burglary,yesterday,Central,", "time"),
        ("25-1,Burglary,2025-11-22,Central,", "time"),
        ("25-1,Burglary,2025-11-22T12:00:01Z,Central,", "time"),
        ("25-1,Burglary,0001-01-01T00:00:00+14:00,Central,", "time"),
        ("25-1,Burglary,2025-11-22T12:00:00Z,North,", "division"),
        ("25-1,Burglary,2025-11-22T12:00:00Z,Central,200 Elm St", "block"),
        ("25-1,Burglary,2025-11-22T12:00:00Z,,Main St", "block"),
        ("25-1,Burglary,2025-11-22T12:00:00Z,,", "place"),
    ],
)
def test_what_is_wrong_is_said_by_line_and_repeats_nothing(line: str, what: str) -> None:
    """The good line before it does not save the file; no sentence holds a cell."""
    with pytest.raises(Refused) as refused:
        _read(f"25-0,Burglary,2025-11-22T12:00:00Z,Central,\n{line}\n")

    assert refused.value.code == "lines"
    assert refused.value.fields == {f"3.{what}": incident_file.SENTENCES[what]}


def test_many_faults_are_told_in_part() -> None:
    """Twenty of them, and how many there are."""
    with pytest.raises(Refused) as refused:
        _read("x\n" * 30)

    assert len(refused.value.fields) == incident_file.MOST_TOLD
    assert "30 lines" in refused.value.message


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "heading"),
        (b"number,type\n", "heading"),
        (b"number,type,time,who\n", "heading"),
        (b"number,type,time,time\n", "heading"),
        (b"number,type,time\n\xff", "not_csv"),
        (b'number,type,time\n"a"b,c,d', "not_csv"),
        (b"number,type,time\n" + b"a,b,c\n" * (incident_file.MOST_LINES + 1), "too_many_lines"),
    ],
    ids=["empty", "a column is missing", "a column too many", "twice", "not UTF-8", "not CSV", "long"],
)
def test_what_is_no_such_file_is_refused_as_a_whole(raw: bytes, code: str) -> None:
    """Before any line is looked at."""
    with pytest.raises(Malformed) as refused:
        incident_file.read(raw, PLACES)

    assert refused.value.code == code
