"""An account that lists a camera stands in the open: it posts nothing without a name, and the other way round."""

from __future__ import annotations

from api.resident.desk import Desk
from storage.db import RESIDENT
from storage.identity.clips import clips
from tests.api.resident.cameras.test_cameras import mine
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import clip_ids

OPEN = {"address": "12 Orchard Way", "contact": "Mara at the counter"}


def test_a_listed_account_posts_nothing(ada: Neighbour, desk: Desk) -> None:
    """Refused with a code that says why, and told beforehand; listed no longer, it posts again."""
    path = f"/v1/cameras/{ada.registered()}/listing"
    listed = ada.ask("PUT", path, OPEN)
    assert (listed.status_code, listed.json()["listing"]) == (200, OPEN)
    assert (mine(ada)[0]["listing"], ada.get("/v1/me")["listed"]) == (OPEN, True)

    refused = ada.post()

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "account_listed")
    assert clip_ids(desk) == []
    assert ada.ask("DELETE", path).status_code == 204
    assert (mine(ada)[0]["listing"], ada.get("/v1/me")["listed"]) == (None, False)
    assert ada.post().status_code == 202


def test_an_account_with_posts_lists_nothing(ada: Neighbour, desk: Desk) -> None:
    """Nor when they are taken back: they would end as it says who it is. What was accepted before is answered still."""
    path, sent = f"/v1/cameras/{ada.registered()}/listing", {"key": "key-number-1", "upload_id": ada.upload()}
    moment = {"happened_at": "2026-11-29T12:00:00Z"}
    accepted = ada.post(**sent, **moment)

    refused = ada.ask("PUT", path, OPEN)

    assert (accepted.status_code, refused.status_code) == (202, 409)
    assert refused.json()["error"]["code"] == "account_posts"
    assert not ada.get("/v1/me")["listed"]
    with desk.stores.vault.write(by=RESIDENT) as tx:
        clips.withdraw(tx, clip_ids(desk)[0])
    assert ada.ask("PUT", path, OPEN).status_code == 409
    assert ada.post(**sent, **moment).json()["receipt"] == accepted.json()["receipt"]


def test_both_are_said_or_none(ada: Neighbour) -> None:
    """An address without a contact is no listing, nor is anything beside them taken."""
    path = f"/v1/cameras/{ada.registered()}/listing"

    for wrong in ({"address": "12 Orchard Way"}, {**OPEN, "contact": " "}, {**OPEN, "name": "Ada"}, {}):
        assert ada.ask("PUT", path, wrong).status_code == 422
    assert mine(ada)[0]["listing"] is None
