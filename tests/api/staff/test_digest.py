"""My digest by mail: asked for at the desk, to a mailbox of the city's own, and ended there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI

from api.staff.app import create_app
from api.stores import Stores
from storage import staff
from storage.db import OPERATOR, Database
from storage.kit.settings import RecordSettings
from storage.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient, NewStaff

MINE = {"mailbox": "ana@police.example.gov", "time": "06:00", "divisions": None}


@pytest.fixture
def settings(settings: RecordSettings) -> RecordSettings:
    """A city with mail of its own, in Kansas City's time."""
    return replace(settings, staff_mail_domains=("police.example.gov",), time_zone=ZoneInfo("America/Chicago"))


@pytest.fixture
def analyst(as_staff: NewClient) -> Client:
    """An analyst of Central and East."""
    return as_staff(Role.ANALYST, "Central", "East")


def _put(client: Client, **changed: Any) -> Any:
    return client.ask("PUT", "/v1/digest", json={**MINE, **changed})


def test_a_digest_is_asked_for_changed_and_ended(record: Database, analyst: Client) -> None:
    """Nobody has one who did not ask; ended, the mailbox is nowhere on the record."""
    nothing = {"asked": None, "domains": ["police.example.gov"], "time_zone": "America/Chicago"}
    assert analyst.get("/v1/digest").json() == nothing

    asked = _put(analyst).json()["asked"]
    assert asked == {**MINE, "next_at": asked["next_at"]}
    assert asked["next_at"][11:16] in ("11:00", "12:00")  # six o'clock there, in summer and in winter
    changed = _put(analyst, time="14:30", divisions=[builders.division("East")]).json()
    assert changed["asked"]["divisions"] == [builders.division("East")]
    assert analyst.get("/v1/digest").json() == changed
    assert b"ana@police.example.gov" in builders.all_rows(record)

    assert [analyst.ask("DELETE", "/v1/digest").status_code for _ in range(2)] == [204, 204]
    assert analyst.get("/v1/digest").json() == nothing
    assert b"ana@police.example.gov" not in builders.all_rows(record)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"mailbox": "ana@elsewhere.org"}, "mailbox"),
        ({"mailbox": "ana@police.example.gov.elsewhere.org"}, "mailbox"),
        ({"mailbox": "ana@police.example.gov\r\nBcc: x@elsewhere.org"}, "mailbox"),
        ({"mailbox": "x@elsewhere.org,ana@police.example.gov"}, "mailbox"),
        ({"mailbox": "ana"}, "mailbox"),
        ({"time": "24:00"}, "time"),
        ({"time": "6:00"}, "time"),
        ({"divisions": []}, "divisions"),
    ],
)
def test_what_no_digest_can_be_is_refused(analyst: Client, changed: dict[str, Any], field: str) -> None:
    """Above all a mailbox that is not the city's own."""
    answer = _put(analyst, **changed)

    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, [field])
    assert analyst.get("/v1/digest").json()["asked"] is None


def test_divisions_are_ones_own(analyst: Client) -> None:
    """One of others is not there."""
    assert _put(analyst, divisions=[builders.division("North")]).status_code == 404


def test_a_city_without_mail_of_its_own_sends_none(
    given: Stores, record: Database, client: NewClient, a_member: NewStaff
) -> None:
    """Nothing is kept, and the page can tell before it asks."""
    app: FastAPI = create_app(replace(given, settings=replace(given.settings, staff_mail_domains=())))
    member = a_member(Role.ANALYST, "Central")
    with record.write(by=OPERATOR) as tx:
        analyst = client(app, staff.log_in(tx, member))

    assert analyst.get("/v1/digest").json()["domains"] == []
    answer = _put(analyst)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_staff_mail")
