"""Incidents: a file goes in as a whole or not at all, twice is once, and lists show one's own divisions."""

from __future__ import annotations

import httpx
import pytest

from storage import audit
from storage.audit import Sought
from storage.db import Database
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient
from tests.at_once import at_once

FILE = (
    "number,type,time,division,block\n"
    "25-1,Burglary,2025-11-20T10:00:00Z,Central,\n"
    '25-2,Theft,2025-11-21T10:00:00Z,,"Central, cell 1"\n'
)


def _send(client: Client, file: str, kind: str = "text/csv") -> httpx.Response:
    return client.ask("POST", "/v1/incidents", content=file.encode(), headers={"content-type": kind})


def _imports(record: Database) -> list[object]:
    with record.read() as conn:
        return [
            line.payload for line in audit.page(conn, before=None, limit=9, sought=Sought(action="incident.import"))
        ]


@pytest.mark.engines("sqlite")
def test_a_file_is_taken_in_once(record: Database, as_staff: NewClient) -> None:
    """Each line is an incident; the same file again adds none, and no line to the audit; a longer one adds its rest."""
    lead = as_staff(Role.LEAD, "Central")

    assert _send(lead, FILE).json() == {"lines": 2, "added": 2}
    assert _send(lead, FILE, "text/csv; charset=utf-8").json() == {"lines": 2, "added": 0}
    assert _send(lead, FILE + "25-3,Theft,2025-11-22T10:00:00Z,Central,\n").json() == {"lines": 3, "added": 1}

    assert _imports(record) == [{"count": 1}, {"count": 2}]
    found = as_staff(Role.ANALYST, "Central").get("/v1/incidents").json()["items"]
    assert [one["number"] for one in found] == ["25-3", "25-2", "25-1"]
    assert found[1] == {
        "id": found[1]["id"],
        "number": "25-2",
        "type": "Theft",
        "happened_at": "2025-11-21T10:00:00Z",
        "division": {"id": builders.division(), "name": "Central"},
        "block": {"id": builders.block(number=1), "label": "Central, cell 1", "homes": builders.HOMES},
    }


@pytest.mark.engines("sqlite")
def test_a_file_with_a_fault_leaves_nothing(record: Database, as_staff: NewClient) -> None:
    """Neither where a line cannot be read, nor where a known number is said otherwise: the line is named."""
    lead = as_staff(Role.LEAD, "Central")
    unread = _send(lead, FILE + "25-3,Theft,soon,Central,\n25-4,Theft,2025-11-22T10:00:00Z,East,\n")
    assert (unread.status_code, set(unread.json()["error"]["fields"])) == (422, {"4.time", "5.division"})
    assert lead.get("/v1/incidents").json()["items"] == []

    _send(lead, FILE)
    differs = _send(lead, FILE.replace("Theft", "Robbery") + "25-3,Theft,2025-11-22T10:00:00Z,Central,\n")
    assert (differs.status_code, set(differs.json()["error"]["fields"])) == (422, {"3.differs"})
    assert {one["type"] for one in lead.get("/v1/incidents").json()["items"]} == {"Burglary", "Theft"}
    assert _imports(record) == [{"count": 2}]


@pytest.mark.engines("sqlite")
def test_a_number_of_another_division_tells_nothing_here(as_staff: NewClient) -> None:
    """A lead gets the same answer whether it stands elsewhere or nowhere, and each division has its own."""
    for division in ("East", "Central"):
        answer = _send(
            as_staff(Role.LEAD, division),
            f"number,type,time,division\n26-1,{division},2025-11-22T10:00:00Z,{division}\n",
        )
        assert answer.json() == {"lines": 1, "added": 1}

    (mine,) = as_staff(Role.ANALYST, "Central").get("/v1/incidents").json()["items"]
    assert mine["type"] == "Central"


def test_the_same_file_at_once_is_taken_in_once(record: Database, as_staff: NewClient) -> None:
    """Two desks that send it together: each incident is there once, and the two say together how many."""
    desks = [as_staff(Role.LEAD, "Central") for _ in range(2)]

    answers = at_once(2, lambda number: _send(desks[number], FILE).json()["added"])

    assert sum(answers) == 2
    assert len(desks[0].get("/v1/incidents").json()["items"]) == 2


@pytest.mark.engines("sqlite")
def test_a_list_shows_ones_divisions_by_the_beginning_of_a_number(as_staff: NewClient) -> None:
    """In pages, the newest first; wild cards are plain signs."""
    _send(as_staff(Role.LEAD), FILE + "26-1,Theft,2025-11-22T09:00:00Z,East,\n")
    detective = as_staff(Role.DETECTIVE, "Central")

    first = detective.get("/v1/incidents", params={"limit": 1}).json()
    second = detective.get("/v1/incidents", params={"limit": 1, "cursor": first["cursor"]}).json()
    assert [one["number"] for one in first["items"] + second["items"]] == ["25-2", "25-1"]
    assert second["cursor"] is None

    for begins, numbers in (("25-1", ["25-1"]), ("26", []), ("2_", []), ("%", None)):
        answer = detective.get("/v1/incidents", params={"number": begins})
        shown = [one["number"] for one in answer.json()["items"]] if answer.status_code == 200 else None
        assert shown == numbers


@pytest.mark.engines("sqlite")
def test_what_is_no_file_is_refused(as_staff: NewClient) -> None:
    """JSON by its type, and more than a megabyte before the rest of it is read."""
    lead = as_staff(Role.LEAD, "Central")

    assert _send(lead, FILE, "application/json").status_code == 415
    assert _send(lead, FILE + "x" * 1024 * 1024).status_code == 413
    assert _send(lead, "number\n").json()["error"]["code"] == "heading"
