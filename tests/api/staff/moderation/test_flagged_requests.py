"""Staff flag a request for footage, a moderator judges it on the one queue, and its case reads the same until then."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from storage.db import AIRLOCK, Database
from storage.kit.ids import RequestId, new_id
from storage.moderation.request_flags import bring
from storage.staff.staff import Role
from tests.api.staff.casework import Casework, casework
from tests.api.staff.footage_work import TEXT, ask, the_work
from tests.storage.footage.asked import a_batch, squares

__all__ = ["casework", "the_work"]
pytestmark = pytest.mark.engines("sqlite")


def _flag(record: Database, request: str) -> None:
    with record.write(by=AIRLOCK) as tx:
        bring(tx, RequestId(request), flag_id=new_id(), reason="race_only", text="Only race.", shown_at=a_batch())


def test_a_moderator_judges_it_on_the_one_queue_and_its_case_is_told(record: Database, work: Casework) -> None:
    """What owners read, its ground and hours, and no case or name. Kept, undone, taken back; then its case knows."""
    path = work.opened()
    (asked,) = ask(work.detective, path).json()["items"]
    mo, far = work.new(Role.MODERATOR, "Central", name="Mo"), work.new(Role.MODERATOR, "East", name="Far")
    before = work.detective.ask.get(f"{path}/requests").content
    _flag(record, asked["id"])
    assert work.detective.ask.get(f"{path}/requests").content == before, "nobody of the case learns of a flag"

    (item,) = mo.ask.get("/v1/moderation/queue").json()["items"]
    shown = item["request"]
    assert (item["about"], item["id"], item["count"], item["recallable"]) == ("request", asked["id"], 1, True)
    assert (shown["text"], shown["kind"], shown["blocks"]) == (TEXT, "burglary", sorted(squares(range(2))))
    assert [(one["reason"], one["text"], one["from"]) for one in item["flags"]] == [
        ("race_only", "Only race.", "resident")
    ]
    told = mo.ask.get("/v1/moderation/queue").text
    assert not [word for word in ("CR-1", "Dee", path.split("/")[-1]) if word in told]
    assert far.ask.get("/v1/moderation/queue").json()["items"] == []

    decide, keeps = f"/v1/requests/{asked['id']}/decisions", {"verb": "dismiss", "reason": "within_guidelines"}
    assert far.ask.post(decide, keeps).status_code == 404
    assert mo.ask.ask("PUT", f"/v1/requests/{asked['id']}/claim").json()["mine"]
    assert mo.ask.post(decide, {"verb": "take_back", "reason": "within_guidelines"}).status_code == 422
    assert mo.ask.post(decide, {"verb": "take_back", "reason": ""}).status_code == 422
    assert mo.ask.post(decide, keeps).json() == {"verb": "dismiss"}
    assert work.detective.ask.get(f"{path}/requests").content == before
    assert mo.ask.ask("PUT", f"/v1/requests/{asked['id']}/claim").status_code == 404, "nothing waits"
    assert mo.ask.ask("DELETE", f"{decide}/last").json() == {"verb": "undo"}
    assert mo.ask.post(decide, {"verb": "take_back", "reason": "race_only"}).json() == {"verb": "take_back"}
    assert mo.ask.ask("DELETE", f"{decide}/last").json()["error"]["code"] == "not_undoable"

    (after,) = work.detective.ask.get(f"{path}/requests").json()["items"]
    assert (after["state"], after["recalled"], after["may"]) == (
        "recalled",
        {"reason": "race_only", "guidelines": 1},
        [],
    )
    last = work.lead.ask.get(path).json()["timeline"][-1]
    assert (last["kind"], last["by"]) == ("recall", "Mo")


def test_whoever_may_see_a_request_flags_it_and_learns_the_outcome(
    record: Database, work: Casework, staff_app: FastAPI
) -> None:
    """Those of its case, leads and moderators of its division; for others it is not there. Leads read what waits."""
    path = work.opened()
    (asked,) = ask(work.detective, path).json()["items"]
    mo, lead = work.new(Role.MODERATOR, "Central", name="Mo"), work.new(Role.LEAD, "Central", name="Lou")
    strangers = [work.new(role, "Central", name=f"X{role}") for role in (Role.ANALYST, Role.DETECTIVE)]
    there, said = f"/v1/requests/{asked['id']}/flags", {"reason": "not_footage", "text": "Call 816-555-0142."}
    slips = [one.ask.post(there, said).json()["slip"] for one in (work.detective, lead, mo)]
    assert {one.ask.post(there, said).status_code for one in strangers} == {404}
    assert mo.ask.post(there, {"reason": "hateful"}).status_code == 422
    assert mo.ask.post("/v1/requests/nothing/flags", said).status_code == 404

    (item,) = mo.ask.get("/v1/moderation/queue").json()["items"]
    assert item["count"] == 3
    assert {one["from"] for one in item["flags"]} == {"police"}
    assert "816-555" not in str(item)
    (read,) = lead.ask.get("/v1/moderation/requests").json()["items"]
    assert read["id"] == asked["id"]
    assert "CR-1" not in str(read)

    mo.ask.post(f"/v1/requests/{asked['id']}/decisions", {"verb": "take_back", "reason": "not_footage"})
    outcomes = [
        one.ask.get(f"/v1/flags/{slip}").json() for one, slip in zip((work.detective, lead), slips, strict=False)
    ]
    assert {(one["verb"], one["guideline"]) for one in outcomes} == {("take_back", "not_footage")}
    assert lead.ask.get("/v1/moderation/requests").json()["items"] == []
