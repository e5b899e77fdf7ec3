"""A moderator reads what everybody reads of requests in the own divisions, and flags one from there."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage.db import OPERATOR, Database
from storage.kit.clock import DAY
from storage.schema import footage_requests
from storage.staff.staff import Role
from tests import builders
from tests.api.staff.casework import Casework, casework
from tests.api.staff.footage_work import TEXT, ask, the_work
from workers.publishing import publish_requests

__all__ = ["casework", "the_work"]
pytestmark = pytest.mark.engines("sqlite")
LIST = "/v1/moderation/requests/told"


def test_a_moderator_finds_a_request_and_flags_it(record: Database, work: Casework) -> None:
    """Page by page, by division; neither words, case nor who asked; once flagged it waits in the queue."""
    path = work.opened()
    for text in (TEXT, f"{TEXT} It came back."):
        assert ask(work.detective, path, text=text).status_code == 201
    mo, far = work.new(Role.MODERATOR, "Central", "East", name="Mo"), work.new(Role.MODERATOR, "East", name="Far")
    assert mo.ask.get(LIST).json() == {"items": [], "cursor": None}
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(footage_requests).values(ends_at=tx.now(), sent_at=footage_requests.c.sent_at - 8 * DAY))
        tx.audit("test", "")
    publish_requests(record)

    first = mo.ask.get(f"{LIST}?limit=1").json()
    (one,), (two,) = first["items"], mo.ask.get(f"{LIST}?limit=1&cursor={first['cursor']}").json()["items"]
    central = builders.division("Central")
    assert one["id"] < two["id"]
    assert (one["division"], one["kind"]) == ({"id": central, "name": "Central"}, "burglary")
    assert set(one) == {
        *("id", "day", "division", "kind", "window_from", "window_to", "square_miles", "places"),
        *("waits", "taken_back"),
    }
    assert not [word for word in ("CR-1", "Dee", TEXT, path.split("/")[-1]) if word in mo.ask.get(LIST).text]
    assert len(mo.ask.get(f"{LIST}?division={central}").json()["items"]) == 2
    elsewhere = mo.ask.get(f"{LIST}?division={builders.division('East')}").content
    assert elsewhere == far.ask.get(f"{LIST}?division={central}").content == far.ask.get(LIST).content
    assert work.lead.ask.get(LIST).status_code == 403

    assert mo.ask.post(f"/v1/requests/{one['id']}/flags", {"reason": "race_only"}).status_code == 202
    assert [(row["waits"], row["taken_back"]) for row in mo.ask.get(LIST).json()["items"]] == [
        (True, False),
        (False, False),
    ]
    assert [item["id"] for item in mo.ask.get("/v1/moderation/queue").json()["items"]] == [one["id"]]
