"""Notices to a division: one lead writes, another consents, neighbours read it until it ends."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from storage import audit, notices
from storage.db import OPERATOR, Database
from storage.schema import notices as rows
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient

pytestmark = pytest.mark.engines("sqlite")
TEXT = "Two bicycles were taken from porches this week. Lock yours; if you saw something, post it."


@pytest.fixture
def lea(as_staff: NewClient) -> Client:
    """A lead of Central."""
    return as_staff(Role.LEAD, "Central")


@pytest.fixture
def leo(as_staff: NewClient) -> Client:
    """Another one."""
    return as_staff(Role.LEAD, "Central")


def written(lead: Client, text: str = TEXT, **other: Any) -> Any:
    """What a lead is told who writes one."""
    return lead.post("/v1/notices", {"division_id": builders.division("Central"), "text": text, **other})


def read(record: Database, division: str = "Central") -> list[str]:
    """What neighbours of a division read."""
    with record.read() as conn:
        return [one.text for one in notices.shown(conn, builders.division(division))]


def test_a_notice_is_shown_when_another_lead_consents_and_until_its_time(
    record: Database, lea: Client, leo: Client
) -> None:
    """Who wrote it cannot; neighbours of another division read nothing; the audit repeats no word."""
    notice = written(lea, days=2).json()["items"][0]
    own = lea.post(f"/v1/notices/{notice['id']}/consent")
    assert (own.status_code, own.json()["error"]["code"], read(record)) == (403, "second_person", [])
    assert [one["mine"] for one in leo.get("/v1/notices").json()["items"]] == [False]

    told = leo.post(f"/v1/notices/{notice['id']}/consent").json()["items"][0]

    assert (told["state"], read(record), read(record, "East")) == ("shown", [TEXT], [])
    assert leo.post(f"/v1/notices/{notice['id']}/refuse").json()["error"]["code"] == "notice_state"
    with record.read() as conn:
        lines = audit.page(conn, before=None, limit=10)
    assert [line.action for line in lines][:2] == ["notice.consent", "notice.write"]
    assert "bicycles" not in repr(lines)
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).values(ends_at=tx.now()))
        tx.audit("test", "")
    assert read(record) == []


def test_it_is_refused_or_taken_away_and_never_floods(record: Database, lea: Client, leo: Client) -> None:
    """At most three at once; what is over is over."""
    notice = written(lea).json()["items"][0]["id"]
    assert leo.post(f"/v1/notices/{notice}/refuse").json()["items"][0]["state"] == "refused"
    ids = [written(lea, f"{TEXT} {number}").json()["items"][0]["id"] for number in range(4)]
    answers = [leo.post(f"/v1/notices/{one}/consent").status_code for one in ids]
    assert (answers, len(read(record))) == ([200, 200, 200, 409], 3)

    assert lea.post(f"/v1/notices/{ids[0]}/end").status_code == 200

    assert len(read(record)) == 2
    assert lea.post(f"/v1/notices/{ids[0]}/end").json()["error"]["code"] == "notice_state"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Suspicious man walking down our street", "reword"),
        ("Call 816-555-0142", "no_contact"),
        ("More at https://x.example.org", "no_contact"),
    ],
)
def test_the_police_keep_to_the_guidelines_too(lea: Client, text: str, code: str) -> None:
    """And lead nobody anywhere that somebody could imitate."""
    answer = written(lea, text)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


def test_a_lead_of_another_division_finds_nothing(as_staff: NewClient, lea: Client) -> None:
    """To write, to read or to consent."""
    notice, other = written(lea).json()["items"][0]["id"], as_staff(Role.LEAD, "East")

    assert written(other).status_code == other.post(f"/v1/notices/{notice}/consent").status_code == 404
    assert other.get("/v1/notices").json() == {"items": []}
