"""My digest by mail: asked for at the desk, to a mailbox of the city's own, and ended there."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api.staff.app import create_app
from api.stores import Stores
from storage.db import OPERATOR, Database
from storage.kit.settings import RecordSettings
from storage.schema import digest_mails
from storage.staff import staff
from storage.staff.staff import Role
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
    nothing = {"asked": None, "domains": ["police.example.gov"], "time_zone": "America/Chicago", "demo_code": None}
    assert analyst.get("/v1/digest").json() == nothing

    asked = _put(analyst).json()["asked"]
    assert asked == {**MINE, "next_at": asked["next_at"], "confirmed": False}
    assert asked["next_at"][11:16] in ("11:00", "12:00")  # six o'clock there, in summer and in winter
    changed = _put(analyst, time="14:30", divisions=[builders.division("East")]).json()
    assert changed["asked"]["divisions"] == [builders.division("East")]
    assert analyst.get("/v1/digest").json() == changed
    assert b"ana@police.example.gov" in builders.all_rows(record)

    assert [analyst.ask("DELETE", "/v1/digest").status_code for _ in range(2)] == [204, 204]
    assert analyst.get("/v1/digest").json() == nothing
    assert b"ana@police.example.gov" not in builders.all_rows(record)


def test_a_mailbox_is_its_owners_by_the_code_that_went_there(record: Database, analyst: Client) -> None:
    """Wrong codes do nothing; a changed time asks for none, a changed mailbox does; only the mail tells it."""
    first = _put(analyst)
    code = _mailed(record)
    wrong = str((int(code) + 1) % 10**6).zfill(6)
    assert code not in first.text

    refused = analyst.post("/v1/digest/code", {"code": wrong})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "wrong_code")
    assert not analyst.get("/v1/digest").json()["asked"]["confirmed"]
    assert analyst.post("/v1/digest/code", {"code": f" {code} "}).json()["asked"]["confirmed"]
    assert analyst.post("/v1/digest/code", {"code": code}).status_code == 422  # it is used up
    assert _put(analyst, time="14:30").json()["asked"]["confirmed"]
    assert _mailed(record) == code

    assert not _put(analyst, mailbox="bo@police.example.gov").json()["asked"]["confirmed"]
    assert _mailed(record) != code
    assert analyst.post("/v1/digest/code", {"code": code}).status_code == 422


def test_a_demo_shows_the_code(given: Stores, record: Database, client: NewClient, a_member: NewStaff) -> None:
    """Where there is no mail to read; and when the mailbox is confirmed there is none to show."""
    app: FastAPI = create_app(replace(given, settings=replace(given.settings, demo=True)))
    member = a_member(Role.ANALYST, "Central")
    with record.write(by=OPERATOR) as tx:
        analyst = client(app, staff.log_in(tx, member))

    code = _put(analyst).json()["demo_code"]

    assert code == _mailed(record)
    assert analyst.post("/v1/digest/code", {"code": code}).json()["asked"]["confirmed"]
    assert _put(analyst, time="14:30").json()["demo_code"] is None


def _mailed(record: Database) -> str:
    """The newest code in the outbox."""
    newest = select(digest_mails.c.told).order_by(digest_mails.c.made_at.desc())
    with record.read() as conn:
        return str(json.loads(conn.execute(newest).scalars().first() or "{}")["code"])


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
