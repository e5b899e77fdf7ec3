"""An author marks a post as resolved, by list and by receipt, and everybody sees it."""

from __future__ import annotations

import pytest

from api.resident.desk import Desk
from feed.resolving import MARK
from tests.api.asking import Client
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import published
from workers.airlock.admit import Airlock

pytestmark = pytest.mark.engines("sqlite")


def test_it_reaches_police_and_neighbours_alike(
    ada: Neighbour, neighbour: NewNeighbour, analyst: Client, desk: Desk, airlock: Airlock
) -> None:
    """The same words to all of them; taken back by the receipt they are as before; nobody else can."""
    receipt, post = published(ada, desk, airlock)
    (mine,) = ada.get("/v1/posts/mine")["items"]
    eve = neighbour("eve")

    said = ada.ask("PUT", f"/v1/posts/mine/{mine['handle']}/resolved")

    assert said.json()["text"] == f"{post['text']}\n\n{MARK}".lstrip()
    assert eve.get(f"/v1/posts/{post['id']}") == analyst.get(f"/v1/posts/{post['id']}").json() == said.json()
    assert eve.ask("PUT", f"/v1/posts/mine/{mine['handle']}/resolved").status_code == 404
    assert ada.ask("DELETE", f"/v1/receipts/{receipt}/resolved").json()["text"] == post["text"]
    assert ada.ask("PUT", f"/v1/receipts/{receipt}/resolved").json() == said.json()
    assert ada.ask("DELETE", f"/v1/posts/mine/{mine['handle']}/resolved").json()["text"] == post["text"]
