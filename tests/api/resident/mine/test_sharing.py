"""An author makes links to their post, by their list or by the receipt, and takes them back."""

from __future__ import annotations

from typing import Any

import pytest

from api.resident.desk import Desk
from storage.kit.errors import NotThere
from storage.public import shared_links
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import published
from workers.airlock.admit import Airlock

WISH = {"shows": "words", "place": "division"}


def works(desk: Desk, made: dict[str, Any]) -> bool:
    """Whether the link leads anywhere."""
    with desk.stores.record.read() as conn:
        try:
            shared_links.find(conn, made["url"].partition("#")[2])
        except NotThere:
            return False
    return True


def test_links_are_made_listed_and_revoked(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock
) -> None:
    """By list and by receipt they are the same; where one leads is told once, behind a `#`; nobody else makes one."""
    receipt, post = published(ada, desk, airlock)
    (mine,) = ada.get("/v1/posts/mine")["items"]
    listed, by_receipt = f"/v1/posts/mine/{mine['handle']}/links", f"/v1/receipts/{receipt}/links"
    eve = neighbour("eve")

    first = ada.ask("POST", listed, WISH)
    second = eve.ask("POST", by_receipt, {"shows": "all", "place": "block"})  # whoever has the receipt is its author

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["url"].startswith(f"http://127.0.0.1:{desk.settings.ports.public}/shared#")
    assert {one["id"] for one in ada.get(listed)["items"]} == {one.json()["id"] for one in (first, second)}
    assert ada.get(listed) == eve.get(by_receipt)
    assert "url" not in ada.get(listed)["items"][0]
    assert eve.ask("POST", listed, WISH).status_code == 404
    assert ada.ask("POST", f"/v1/receipts/{post['id']}/links", WISH).status_code == 404

    assert ada.ask("DELETE", f"{listed}/{first.json()['id']}").status_code == 204

    assert [works(desk, one.json()) for one in (first, second)] == [False, True]
    assert eve.ask("DELETE", f"{listed}/{second.json()['id']}").status_code == 404
    assert eve.ask("DELETE", f"{by_receipt}/{second.json()['id']}").status_code == 204
    assert not works(desk, second.json())


@pytest.mark.parametrize("wish", [{"shows": "everything", "place": "block"}, {"shows": "all"}, {**WISH, "who": "me"}])
def test_what_cannot_be_shown_is_refused(ada: Neighbour, wish: dict[str, str]) -> None:
    """As any other field that nobody knows."""
    receipt = ada.posted()

    assert ada.ask("POST", f"/v1/receipts/{receipt}/links", wish).status_code == 422


def test_what_is_not_on_the_feed_is_not_shared(ada: Neighbour) -> None:
    """One that is still on its way has no link yet."""
    receipt = ada.posted()

    assert ada.ask("POST", f"/v1/receipts/{receipt}/links", WISH).status_code == 404
    assert ada.get(f"/v1/receipts/{receipt}/links") == {"items": []}
