"""Rows of a CSV that are homes, and those that are not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from storage.atlas.homes import Columns, condition, read_homes
from storage.kit.errors import Malformed, Refused

ROWS = """longitude,latitude,landusecode,Address
-94.5,39.1,1111 - Single,2412 Park Ave
-94.6,39.2,2100 - Shop,1 Main St
"""


def a_csv(folder: Path, text: str = ROWS, name: str = "homes.csv") -> Path:
    """A file of homes."""
    path = folder / name
    path.write_text(text)
    return path


def test_columns_are_found_by_their_usual_names(tmp_path: Path) -> None:
    """Longitude, latitude and address are recognised in any case."""
    homes = read_homes(a_csv(tmp_path))

    assert homes.lon.tolist() == [-94.5, -94.6]
    assert homes.lat.tolist() == [39.1, 39.2]
    assert list(homes.addresses) == ["2412 Park Ave", "1 Main St"]


def test_columns_can_be_named(tmp_path: Path) -> None:
    """Other columns are used when named; one that is not there is refused with those that are."""
    path = a_csv(tmp_path, "e,n\n1,2\n")

    assert read_homes(path, columns=Columns("E", "n")).lat.tolist() == [2]
    with pytest.raises(Refused, match=r"longitude or lon.*e, n"):
        read_homes(path)
    with pytest.raises(Refused, match="street"):
        read_homes(path, columns=Columns("e", "n", "street"))


def test_where_chooses_rows(tmp_path: Path) -> None:
    """Only rows that fit the condition are homes."""
    assert read_homes(a_csv(tmp_path), where="landusecode~^11").lon.tolist() == [-94.5]


def test_a_zip_is_read_directly(tmp_path: Path) -> None:
    """The first CSV inside a .zip is read; a .zip without one is malformed."""
    packed, empty = tmp_path / "homes.zip", tmp_path / "none.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(a_csv(tmp_path), "inner/homes.csv")
    empty.write_bytes(b"PK no")

    assert len(read_homes(packed).lon) == 2
    with pytest.raises(Malformed, match="none"):
        read_homes(empty)


def test_bad_rows_are_counted_by_reason(tmp_path: Path) -> None:
    """A row without a usable place is left out and counted under its reason; a good one is kept."""
    bad = [",39.1", "-94.5,", "x,39", "nan,39", "0,0", "39.1,-94.5", "200,300", "10,95", "-94.5"]

    homes = read_homes(a_csv(tmp_path, "\n".join(["x,y", *bad, "-94.5,39.1", ""])))

    assert len(homes.lon) == 1
    assert homes.refused == {"missing": 3, "not a number": 2, "out of range": 1, "swapped": 2, "zero": 1}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("zone=R-6", True),
        ("Zone = R-6", True),
        ("zone=R", False),
        ("zone~^R", True),
        ("zone!=R-6", False),
        ("zone!=UR and code~^11", True),
        ("zone=R-6 and code=2", False),
    ],
)
def test_a_condition_reads_as_it_is_written(text: str, fits: bool) -> None:
    """Equal, unequal and pattern conditions hold together."""
    assert condition(text, ["zone", "code"])({"zone": "R-6", "code": "1111 - Single"}) is fits


@pytest.mark.parametrize("text", ["zone", "zone~(", "beat=3", "__import__('os')", "zone=1 and x"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    """Anything else is refused, and nothing is ever evaluated."""
    with pytest.raises(Refused):
        condition(text, ["zone", "code"])
