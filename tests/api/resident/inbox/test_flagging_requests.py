"""Residents say what is wrong with a request: out of the inbox with a batch, and of the public log at once."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from api.resident.desk import Desk
from storage.db import AIRLOCK, OPERATOR
from storage.identity.cameras import inbox, inbox_flags
from storage.identity.schema import inbox_flags as rows
from storage.kit.clock import MINUTE
from storage.kit.ids import RequestId
from storage.schema import published_requests
from tests import builders
from tests.api.resident.asking_town import arrives, path
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour

FLAG = {"reason": "pressure", "text": "It says must. Call 816-555-0142."}


def test_an_owner_flags_what_is_asked_and_takes_it_back(desk: Desk, ada: Neighbour, town: Town) -> None:
    """It is no answer and changes none; scrubbed; until an hour before its batch nothing is left of one taken back."""
    ada.registered()
    request = arrives(desk, town)
    ada.ask("PUT", path(request, "answer"), {"kind": "nothing"})
    before = ada.get(path(request))
    record = builders.all_rows(desk.stores.record)

    told = ada.ask("PUT", path(request, "flag"), FLAG).json()
    assert (told["flag"]["reason"], told["flag"]["may_change"], told["flag"]["told"]) == ("pressure", True, False)
    assert "816-555" not in told["flag"]["text"]
    assert told["flag"]["shown_at"] == told["answer"]["shown_at"], "with all that is answered"
    assert {**told, "flag": None} == before
    (listed,) = ada.get("/v1/inbox/flags")["items"]
    assert (listed["request"], listed["about"], listed["verb"]) == (request, "burglary", None)
    assert ada.ask("PUT", path(request, "flag"), {"reason": "hateful"}).status_code == 422
    assert builders.all_rows(desk.stores.record) == record

    assert ada.ask("DELETE", path(request, "flag")).status_code == 204
    assert ada.get(path(request)) == before
    assert ada.get("/v1/inbox/flags")["items"] == []

    ada.ask("PUT", path(request, "flag"), FLAG)
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        tx.execute(update(rows).values(shown_at=tx.now() + 30 * MINUTE))
    for method, body in (("PUT", FLAG), ("DELETE", None)):
        assert ada.ask(method, path(request, "flag"), body).json()["error"]["code"] == "flag_told"


@pytest.mark.engines("sqlite")
def test_what_is_asked_no_more_is_not_flagged_and_its_flag_can_go(
    desk: Desk, ada: Neighbour, neighbour: NewNeighbour, town: Town
) -> None:
    """It stands in one's own list once the request is over, and can be taken back as before; strangers have none."""
    ada.registered()
    eve = neighbour("eve")
    request = arrives(desk, town)
    ada.ask("PUT", path(request, "flag"), FLAG)
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        inbox.end(tx, [RequestId(request)])

    assert ada.get("/v1/inbox")["items"] == []
    assert len(ada.get("/v1/inbox/flags")["items"]) == 1
    assert ada.ask("PUT", path(request, "flag"), FLAG).status_code == 404
    assert eve.ask("PUT", path(request, "flag"), FLAG).content == eve.ask("PUT", path("none", "flag"), FLAG).content
    assert eve.get("/v1/inbox/flags")["items"] == []
    assert ada.ask("DELETE", path(request, "flag")).status_code == 204
    with desk.stores.vault.read() as conn:
        assert inbox_flags.due(conn, 1 << 60) == []


@pytest.mark.engines("sqlite")
def test_what_police_asked_here_is_read_and_flagged(desk: Desk, ada: Neighbour, town: Town) -> None:
    """Of the division one lives in alone, page by page; the slip tells the outcome."""
    with desk.stores.record.write(by=OPERATOR) as tx:
        for number, division in enumerate((town.central, town.central, town.east)):
            row = {"id": f"{number}" * 26, "day": f"2026-11-0{number + 1}", "division_id": division, "kind": "theft"}
            said = {"window_from": 0, "window_to": 900_000, "square_miles": 40, "places": '["Central, cell 1"]'}
            tx.execute(insert(published_requests).values(**row, **said))
        tx.audit("test", "")

    first = ada.get("/v1/neighborhood/requests?limit=1")
    (one,) = first["items"]
    (two,) = ada.get(f"/v1/neighborhood/requests?limit=1&cursor={first['cursor']}")["items"]
    assert [one["day"], two["day"]] == ["2026-11-02", "2026-11-01"]
    assert (one["kind"], one["places"], one["square_miles"]) == ("theft", ["Central, cell 1"], 0.04)
    assert len(ada.get("/v1/neighborhood/requests")["items"]) == 2
    elsewhere = ada.ask("POST", f"/v1/requests/{'2' * 26}/flags", FLAG)
    assert elsewhere.status_code == 404
    assert elsewhere.content == ada.ask("POST", "/v1/requests/none/flags", FLAG).content
