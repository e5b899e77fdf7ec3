"""Requests for footage: composed by a case's detective, judged by a second person, ended and never changed."""

from __future__ import annotations

from datetime import datetime

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from storage import audit
from storage.audit import Sought
from storage.db import OPERATOR, Database
from storage.footage.answers import batch_at
from storage.kit.clock import HOUR
from storage.schema import footage_requests, staff_log_ins
from storage.staff.staff import Role
from tests import builders
from tests.api.staff.casework import Casework, Person, an_incident, casework  # noqa: F401 - fixture
from tests.api.staff.footage_work import LARGE, TEXT, a_draft, ask, the_work  # noqa: F401 - fixture
from tests.storage.footage.asked import squares


@pytest.mark.engines("sqlite")
def test_a_preview_says_what_would_become_of_it(record: Database, work: Casework) -> None:
    """How it reads, how far it reaches, alone and with what was asked before; and nothing is kept."""
    path = work.opened()
    ask(work.detective, path, squares(range(8)))

    told = work.detective.ask.post(f"{path}/requests/previews", a_draft(squares(range(8), range(1, 2)))).json()
    wrong = work.detective.ask.post(
        f"{path}/requests/previews", a_draft(squares(range(1)), text="You must share it.", case_number="none of ours")
    ).json()

    assert (told["blocks"], told["square_miles"], told["minutes"]) == (8, 0.16, 120)
    assert (told["square_miles_together"], told["minutes_together"], told["second_person"]) == (0.32, 120, True)
    assert (told["faults"], told["broken"], told["number_ok"]) == ([], [], True)
    assert told["reads"] == {
        "division": "Central",
        "kind": "burglary",
        "window_from": a_draft()["window_from"],
        "window_to": a_draft()["window_to"],
        "text": TEXT,
    }
    assert (wrong["faults"], [one["id"] for one in wrong["broken"]], wrong["number_ok"]) == (
        ["area_small"],
        ["pressure"],
        False,
    )
    assert len(work.detective.ask.get(f"{path}/requests").json()["items"]) == 1
    assert [one["kind"] for one in work.lead.ask.get(path).json()["timeline"]] == ["ask", "consent", "footage"]


@pytest.mark.engines("sqlite")
def test_a_small_one_goes_out_and_a_large_one_waits(record: Database, work: Casework) -> None:
    """For a lead of the division, or another detective of the case; who asked is told it takes another."""
    path = work.opened()

    (small,) = ask(work.detective, path).json()["items"]
    large = ask(work.detective, path, LARGE, text="Another.").json()["items"][0]
    own = work.detective.ask.post(f"/v1/requests/{large['id']}/approve")
    approved = work.lead.ask.post(f"/v1/requests/{large['id']}/approve", {"why": "Fine."})

    assert (small["state"], small["by"], small["approved_by"], small["may"]) == ("sent", "Dee", None, ["resolve"])
    assert (large["state"], large["may"], large["sent_at"], large["ends_at"]) == ("waiting", ["resolve"], None, None)
    sent, shown = (int(datetime.fromisoformat(small[name]).timestamp() * 1000) for name in ("sent_at", "next_at"))
    assert (shown, large["next_at"]) == (batch_at(sent, sent), None)
    assert (own.status_code, own.json()["error"]["code"]) == (403, "second_person")
    (told, _) = approved.json()["items"]
    assert (told["state"], told["approved_by"], told["may"]) == ("sent", "Lee", ["resolve"])
    assert (told["case_number"], told["text"], told["blocks"]) == ("CR-1", "Another.", sorted(LARGE))
    entries = work.lead.ask.get(path).json()["timeline"][2:]
    assert [(one["kind"], one["by"], one["text"]) for one in entries] == [
        ("footage", "Dee", ""),
        ("footage", "Dee", ""),
        ("approve", "Lee", "Fine."),
    ]


@pytest.mark.engines("sqlite")
def test_it_is_refused_or_resolved_and_never_changed(record: Database, work: Casework) -> None:
    """By a second person, and by whoever works in the case; there is no call that changes a word of it."""
    path = work.opened()
    large = ask(work.detective, path, LARGE).json()["items"][0]["id"]
    small = ask(work.detective, path, squares(range(9, 11), range(4, 6))).json()["items"][0]["id"]

    refused = work.lead.ask.post(f"/v1/requests/{large}/refuse", {"why": "Too wide."}).json()["items"]
    resolved = work.detective.ask.post(f"/v1/requests/{small}/resolve").json()["items"]

    assert {one["id"]: one["state"] for one in refused} == {large: "refused", small: "sent"}
    assert {one["id"]: (one["state"], one["may"]) for one in resolved}[small] == ("resolved", [])
    for method in ("PUT", "PATCH", "DELETE"):
        assert work.detective.ask.ask(method, f"/v1/requests/{small}", json={"text": "x"}).status_code in (404, 405)
    with record.read() as conn:
        lines = audit.page(conn, before=None, limit=9, sought=Sought(subject=path.split("/")[-1]))
    assert [line.action for line in lines][:4] == ["case.resolve", "case.deny", "case.footage", "case.footage"]
    assert TEXT not in str(lines)


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"text": ""}, "no_words", "text"),
        ({"text": "You must share it."}, "pressure", "text"),
        ({"text": "You m\u00adust share it."}, "pressure", "text"),
        ({"text": "Footage of the protest, please."}, "assembly", "text"),
        ({"case_number": "none of ours"}, "case_number", "case_number"),
        ({"blocks": []}, "area_small", "blocks"),
        ({"blocks": sorted(squares(range(9), range(3)))}, "area_large", "blocks"),
        ({"window_to": "2099-01-01T00:00:00Z"}, "window_long", "window"),
    ],
)
@pytest.mark.engines("sqlite")
def test_what_cannot_be_asked_says_why(
    record: Database, work: Casework, said: dict[str, object], code: str, field: str
) -> None:
    """By a stable code and the part of the form; nothing is entered."""
    path = work.opened()

    answer = ask(work.detective, path, **said)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert field in answer.json()["error"]["fields"]
    assert work.detective.ask.get(f"{path}/requests").json() == {"items": []}


@pytest.mark.engines("sqlite")
def test_a_tiling_one_is_refused_whatever_path_it_takes(record: Database, work: Casework) -> None:
    """Beside what was asked, or with a block left out between; the preview says so too."""
    path = work.opened()
    for row in range(2):
        ask(work.detective, path, squares(range(12), range(row, row + 1)))

    for row in (2, 3):
        tiling = squares(range(12), range(row, row + 1))
        assert ask(work.detective, path, tiling).json()["error"]["code"] == "tiles_area"
        seen = work.detective.ask.post(f"{path}/requests/previews", a_draft(tiling)).json()
        assert seen["faults"] == ["tiles_area"]


@pytest.mark.engines("sqlite")
def test_a_lead_is_shown_what_several_came_to_and_nobody_else_is(record: Database, work: Casework) -> None:
    """A detective learns that it takes a lead; what others asked, in which case and where, the lead alone."""
    thirds = [squares(range(12), range(row, row + 1)) for row in range(3)]
    paths = {}
    for number, third in zip("123", thirds, strict=True):
        who = work.new(Role.DETECTIVE, "Central", name=f"Det {number}")
        said = {"number": f"CR-{number}", "incident_id": an_incident(record, f"25-{number}"), "why": "A van."}
        path = f"/v1/cases/{who.ask.post('/v1/cases', said).json()['id']}"
        assert work.lead.ask.post(f"{path}/consent").status_code == 200
        told = who.ask.post(f"{path}/requests/previews", a_draft(third)).json()
        assert (told["second_person"], told["lead"], told["faults"]) == (number == "3", number == "3", [])
        assert "CR-1" not in str(told) or number == "1"
        paths[number] = (path, ask(who, path, third).json()["items"][0], who)

    path, waiting, who = paths["3"]
    (seen,) = work.lead.ask.get(f"{path}/requests").json()["items"]
    assert (waiting["state"], waiting["lead"], waiting["among"], waiting["may"]) == ("waiting", True, None, ["resolve"])
    assert (seen["lead"], seen["among"]["square_miles"], seen["among"]["minutes"]) == (True, 0.72, 120)
    assert {(one["case_number"], one["by"], len(one["blocks"])) for one in seen["among"]["items"]} == {
        ("CR-1", "Det 1", 12),
        ("CR-2", "Det 2", 12),
    }
    second = work.new(Role.DETECTIVE, "Central")
    work.lead.ask.post(f"{path}/members", {"member_id": second.id})
    refused = second.ask.post(f"/v1/requests/{waiting['id']}/approve")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "lead_decides")
    (told,) = work.lead.ask.post(f"/v1/requests/{waiting['id']}/approve").json()["items"]
    assert (told["state"], told["approved_by"], told["lead"], told["among"]) == ("sent", "Lee", False, None)


@pytest.mark.engines("sqlite")
def test_only_the_detective_of_the_open_case_asks(record: Database, work: Casework) -> None:
    """The matrix: not its lead, not its analyst, not another detective, not while it waits or once it is closed."""
    waiting = f"/v1/cases/{work.asked('CR-2').json()['id']}"
    path = work.opened()
    analyst, other = work.new(Role.ANALYST, "Central"), work.new(Role.DETECTIVE, "Central")
    far = work.new(Role.DETECTIVE, "East")
    work.lead.ask.post(f"{path}/members", {"member_id": analyst.id})
    request = ask(work.detective, path, LARGE).json()["items"][0]["id"]

    asked = {
        "a lead": (work.lead, path, 403),
        "an analyst": (analyst, path, 403),
        "another detective": (other, path, 404),
        "one of another division": (far, path, 404),
        "no case": (work.detective, "/v1/cases/" + "a" * 26, 404),
        "one that waits": (work.detective, waiting, 409),
    }
    for name, (person, where, status) in asked.items():
        assert ask(person, where).status_code == status, name
        assert person.ask.post(f"{where}/requests/previews", a_draft()).status_code == status, name
    there = {person: person.ask.get(f"{path}/requests").status_code for person in (work.lead, analyst, other, far)}
    assert list(there.values()) == [200, 200, 404, 404]
    assert ask(work.detective, path, frozenset({builders.block("East")})).status_code == 404
    for act in ("approve", "refuse", "resolve"):
        none = work.lead.ask.post(f"/v1/requests/{'a' * 26}/{act}")
        assert other.ask.post(f"/v1/requests/{request}/{act}").json() == none.json()  # not there, or not theirs
        assert none.status_code == 404
    work.detective.ask.post(f"{path}/close")
    assert ask(work.detective, path).status_code == 409
    assert work.lead.ask.post(f"/v1/requests/{request}/approve").status_code == 409
    (closed,) = work.lead.ask.get(f"{path}/requests").json()["items"]
    assert (closed["may"], closed["state"]) == ([], "resolved")


@pytest.mark.engines("sqlite")
def test_asking_takes_a_second_factor_of_the_last_half_hour(record: Database, work: Casework) -> None:
    """So do sending a large one and opening a contact; reading and resolving do not."""
    path = work.opened()
    request = ask(work.detective, path, LARGE).json()["items"][0]["id"]
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(staff_log_ins).values(ends_at=staff_log_ins.c.ends_at - HOUR))
        tx.audit("test", "")

    answers = [
        ask(work.detective, path),
        work.lead.ask.post(f"/v1/requests/{request}/approve"),
        work.detective.ask.post(f"{path}/answers/{'a' * 26}/contact"),
    ]

    assert {(one.status_code, one.json()["error"]["code"]) for one in answers} == {(403, "prove_again")}
    assert work.detective.ask.get(f"{path}/requests").status_code == 200
    assert work.detective.ask.post(f"/v1/requests/{request}/resolve").status_code == 200


@pytest.mark.engines("sqlite")
def test_the_agencys_form_of_a_number_is_a_setting(record: Database, work: Casework, staff_app: FastAPI) -> None:
    """By default what case numbers usually are; what is written is kept with the request."""
    path = work.opened()

    asked = ask(work.detective, path, case_number="KC26-4711")

    assert asked.json()["items"][0]["case_number"] == "KC26-4711"
    with record.read() as conn:
        assert conn.execute(select(footage_requests.c.case_number)).scalar_one() == "KC26-4711"
