"""Cases: it takes two to open one, only who works there sees it, and each step leaves one line in the audit."""

from __future__ import annotations

from typing import Any

import pytest

from storage import audit
from storage.audit import Sought
from storage.db import OPERATOR, Database
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.staff.casework import Casework, Person, an_incident, casework  # noqa: F401 - fixture
from tests.at_once import at_once


def _lines(record: Database, case_path: str) -> list[str]:
    """What the audit says of a case, oldest first."""
    with record.read() as conn:
        told = audit.page(conn, before=None, limit=50, sought=Sought(subject=case_path.rpartition("/")[2]))
    return [line.action for line in reversed(told)]


def _kinds(case: dict[str, Any]) -> list[str]:
    return [entry["kind"] for entry in case["timeline"]]


def test_a_case_goes_from_asking_to_its_end(record: Database, casework: Casework) -> None:  # noqa: F811
    """Asked for, consented to by another, worked in, closed, opened again: each an entry, and a line of the audit."""
    asked = casework.asked()
    assert asked.status_code == 201, asked.text
    case, path = asked.json(), f"/v1/cases/{asked.json()['id']}"
    assert (case["number"], case["state"], case["asked_by"], case["mine"], case["may"]) == (
        "CR-1",
        "asked",
        "Dee",
        True,
        [],
    )
    assert (case["incident"]["number"], case["division"]["name"]) == ("25-1", "Central")
    assert casework.lead.ask.get(path).json()["may"] == ["consent", "refuse"]

    steps: list[tuple[Person, str, dict[str, str]]] = [
        (casework.lead, "consent", {"why": "Go ahead."}),
        (casework.detective, "notes", {"text": "Called the shop."}),
        (casework.detective, "close", {"why": "Solved."}),
        (casework.lead, "reopen", {}),
    ]
    for person, step, said in steps:
        answer = person.ask.post(f"{path}/{step}", said)
        assert answer.status_code in (200, 201), answer.text

    told = casework.detective.ask.get(path).json()
    may = ["note", "link", "cameras", "export", "footage", "second_footage", "write", "close"]
    assert (told["state"], told["may"]) == ("open", may)
    assert _kinds(told) == ["ask", "consent", "note", "close", "reopen"]
    assert [entry["text"] for entry in told["timeline"]] == [
        *("A van was seen twice.", "Go ahead.", "Called the shop.", "Solved."),
        "",
    ]
    assert [entry["by"] for entry in told["timeline"]] == ["Dee", "Lee", "Dee", "Dee", "Lee"]
    assert _lines(record, path) == [f"case.{kind}" for kind in _kinds(told)]


@pytest.mark.engines("sqlite")
def test_no_word_of_a_case_stands_in_the_audit(record: Database, casework: Casework) -> None:  # noqa: F811
    """The timeline holds what was said; the audit, that it was."""
    path = casework.opened()
    casework.detective.ask.post(f"{path}/notes", {"text": "A secret of ours."})

    with record.read() as conn:
        told = audit.page(conn, before=None, limit=50, sought=Sought())

    assert not [line for line in told if "secret" in repr(line.payload) or "van" in repr(line.payload)]


@pytest.mark.engines("sqlite")
def test_who_asks_never_consents(casework: Casework) -> None:  # noqa: F811
    """Not a lead to their own case, nor as detective and lead in one; another lead may."""
    case = casework.asked(by=casework.lead).json()
    path = f"/v1/cases/{case['id']}"

    for step in ("consent", "refuse"):
        answer = casework.lead.ask.post(f"{path}/{step}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "second_person")
    assert casework.detective.ask.post(f"{path}/consent").status_code == 403
    assert casework.lead.ask.get(path).json()["state"] == "asked"

    other = casework.new(Role.LEAD, "Central")
    assert other.ask.post(f"{path}/refuse", {"why": "Not ours."}).json()["state"] == "refused"
    assert other.ask.post(f"{path}/consent").status_code == 409


def test_two_leads_at_once_decide_once(record: Database, casework: Casework) -> None:  # noqa: F811
    """The first word counts; the second is told that it came late."""
    path = f"/v1/cases/{casework.asked().json()['id']}"
    other = casework.new(Role.LEAD, "Central")
    ways = [(casework.lead, "consent"), (other, "refuse")]

    statuses = at_once(2, lambda n: ways[n][0].ask.post(f"{path}/{ways[n][1]}").status_code)

    assert sorted(statuses) == [200, 409]
    assert len(_lines(record, path)) == 2


@pytest.mark.engines("sqlite")
def test_a_case_is_there_for_who_works_in_it_and_its_leads(casework: Casework) -> None:  # noqa: F811
    """For everybody else it is as if there were none, whatever they ask of it."""
    path = casework.opened()
    assert casework.new(Role.LEAD, "Central").ask.get("/v1/cases").json()["items"][0]["number"] == "CR-1"

    for role, division in ((Role.LEAD, "East"), (Role.DETECTIVE, "Central"), (Role.ANALYST, "Central")):
        other = casework.new(role, division).ask
        answers = [
            other.get(path),
            other.post(f"{path}/notes", {"text": "x"}),
            other.ask("DELETE", f"{path}/links/{'a' * 26}"),
            *([] if role is Role.ANALYST else [other.post(f"{path}/close")]),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert other.get("/v1/cases").json()["items"] == []
        assert other.get(path).content == other.get("/v1/cases/" + "a" * 26).content


@pytest.mark.engines("sqlite")
def test_assigned_is_who_a_lead_lets_in_for_as_long_as_they_work_there(record: Database, casework: Casework) -> None:  # noqa: F811
    """An analyst of the division sees it while assigned and an analyst; twice is once; nobody else can be let in."""
    path, analyst, stranger = (
        casework.opened(),
        casework.new(Role.ANALYST, "Central", name="Ann"),
        casework.new(Role.DETECTIVE, "East"),
    )
    people = casework.lead.ask.get(f"{path}/people").json()["items"]
    assert [one["name"] for one in people] == ["Ann", "Dee"]

    for _ in range(2):
        told = casework.lead.ask.post(f"{path}/members", {"member_id": analyst.id})
        assert [one["name"] for one in told.json()["members"]] == ["Ann", "Dee"]
    for nobody in (stranger.id, "a" * 26):
        assert casework.lead.ask.post(f"{path}/members", {"member_id": nobody}).status_code == 422
    assert casework.detective.ask.post(f"{path}/members", {"member_id": analyst.id}).status_code == 403

    assert analyst.ask.get(path).json()["may"] == ["note", "link", "write"]
    assert analyst.ask.post(f"{path}/close").status_code == 403
    with record.write(by=OPERATOR) as tx:
        staff.take_back(tx, analyst.id, Role.ANALYST, builders.division())
        staff.grant(tx, analyst.id, Role.ANALYST, builders.division("East"))
    assert analyst.ask.get(path).status_code == 404

    for _ in range(2):
        told = casework.lead.ask.ask("DELETE", f"{path}/members/{casework.detective.id}")
    assert [one["name"] for one in told.json()["members"]] == ["Ann"]
    assert [entry["about"] for entry in told.json()["timeline"][2:]] == ["Ann", "Dee"]
    assert casework.detective.ask.get(path).status_code == 404
    assert _lines(record, path)[2:] == ["case.assign", "case.unassign"]


@pytest.mark.engines("sqlite")
def test_a_closed_case_is_only_read(casework: Casework) -> None:  # noqa: F811
    """Nothing is added to it, not even by a lead; nor to one that waits for consent."""
    waiting, path = f"/v1/cases/{casework.asked('CR-2').json()['id']}", casework.opened()
    casework.detective.ask.post(f"{path}/close")
    link = {"incident_id": "a" * 26, "reason": "other", "confidence": "possible"}

    for case in (waiting, path):
        tried = [
            casework.detective.ask.post(f"{case}/notes", {"text": "More."}),
            casework.lead.ask.post(f"{case}/members", {"member_id": casework.detective.id}),
            casework.detective.ask.post(f"{case}/close"),
        ]
        assert [one.status_code for one in tried] == [409, 409, 409]
        assert casework.detective.ask.post(f"{case}/links", link).status_code == 404
        assert casework.detective.ask.get(case).status_code == 200


@pytest.mark.engines("sqlite")
def test_a_number_is_given_once_and_an_incident_must_be_mine(casework: Casework) -> None:  # noqa: F811
    """Asked for again it is taken; an incident of another division is not there."""
    assert casework.asked().status_code == 201
    assert casework.asked().json()["error"]["code"] == "number_taken"

    elsewhere = an_incident(casework.record, "25-9", division="East")
    other = casework.new(Role.DETECTIVE, "East")  # what is taken in one division is free in another, and tells nothing
    assert other.ask.post("/v1/cases", {"number": "CR-1", "incident_id": elsewhere, "why": "x"}).status_code == 201
    for incident in (elsewhere, "a" * 26):
        said = {"number": "CR-2", "incident_id": incident, "why": "x"}
        assert casework.detective.ask.post("/v1/cases", said).status_code == 404


@pytest.mark.engines("sqlite")
def test_what_no_case_can_be_is_refused(casework: Casework) -> None:  # noqa: F811
    """With the field's name, before anything is looked up."""
    for field, value in (("number", "=1"), ("number", ""), ("why", " "), ("why", "a\x00"), ("who", "x")):
        said = {"number": "CR-1", "incident_id": "a" * 26, "why": "x", field: value}
        answer = casework.detective.ask.post("/v1/cases", said)
        assert answer.status_code == 422
        assert (field if field != "who" else "body") in answer.json()["error"]["fields"]


@pytest.mark.engines("sqlite")
def test_the_list_pages_and_narrows_by_state(casework: Casework) -> None:  # noqa: F811
    """The newest first, each once."""
    casework.opened("CR-1")
    for number in ("CR-2", "CR-3"):
        casework.asked(number)

    first = casework.detective.ask.get("/v1/cases", params={"limit": 2}).json()
    second = casework.detective.ask.get("/v1/cases", params={"limit": 2, "cursor": first["cursor"]}).json()

    assert [item["number"] for item in first["items"] + second["items"]] == ["CR-3", "CR-2", "CR-1"]
    assert second["cursor"] is None
    opened = casework.lead.ask.get("/v1/cases", params={"state": "open"}).json()["items"]
    assert [item["number"] for item in opened] == ["CR-1"]
