"""Neighbours nod at a post."""

from __future__ import annotations

from typing import Any

import pytest

from api.resident.desk import Desk
from api.resident.neighborhood import nodding
from feed import posting
from storage.db import OPERATOR
from storage.identity.limits import Limit
from storage.kit import clock
from storage.kit.ids import PostId
from storage.posts.posts import Verb
from storage.schema import nods
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import published
from workers.airlock.admit import Airlock

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def post(ada: Neighbour, desk: Desk, airlock: Airlock) -> dict[str, Any]:
    """A live post of Central, ada's."""
    return published(ada, desk, airlock)[1]


def counted(answer: Any) -> dict[str, tuple[int, bool]]:
    """What was answered, by kind."""
    assert answer.status_code == 200, answer.text
    return {one["kind"]: (one["count"], one["mine"]) for one in answer.json()["items"]}


def test_nods_are_counted_and_taken_back(ada: Neighbour, neighbour: NewNeighbour, post: dict[str, Any]) -> None:
    """The author nods like anybody: nothing tells who is who."""
    bob, address = neighbour("bob"), f"/v1/posts/{post['id']}/nods"

    assert counted(bob.ask("GET", address)) == {"seen_too": (0, False), "thanks": (0, False)}
    for somebody in (bob, bob, ada):
        somebody.ask("PUT", f"{address}/thanks")
    assert counted(bob.ask("PUT", f"{address}/seen_too")) == {"seen_too": (1, True), "thanks": (2, True)}
    assert counted(bob.ask("DELETE", f"{address}/thanks")) == {"seen_too": (1, True), "thanks": (1, False)}
    assert bob.ask("PUT", f"{address}/likes").status_code == 422


def test_a_mark_joins_no_two_posts_of_one_neighbour(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock, post: dict[str, Any]
) -> None:
    """Under another post it is another."""
    bob, second = neighbour("bob"), published(ada, desk, airlock)[1]

    for one in (post, second):
        bob.ask("PUT", f"/v1/posts/{one['id']}/nods/thanks")

    with desk.stores.record.read() as conn:
        assert len(set(conn.execute(nods.select()).scalars(2))) == 2


def test_what_is_elsewhere_or_off_the_feed_is_not_nodded_at(
    neighbour: NewNeighbour, desk: Desk, post: dict[str, Any]
) -> None:
    """Another division's neighbour finds nothing there; nor does anybody once it is hidden."""
    bob, eve, address = neighbour("bob"), neighbour("eve", home="east"), f"/v1/posts/{post['id']}/nods"

    elsewhere = [eve.ask(method, path) for method, path in (("GET", address), ("PUT", f"{address}/thanks"))]
    with desk.stores.record.write(by=OPERATOR) as tx:
        posting.decide(tx, desk.stores.bell, PostId(post["id"]), Verb.HIDE, reason="privacy")

    assert [answer.status_code for answer in elsewhere] == [404, 404]
    assert bob.ask("PUT", f"{address}/thanks").status_code == 404


def test_so_many_nods_a_day_are_enough(ada: Neighbour, post: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever for."""
    monkeypatch.setattr(nodding, "NODS_A_DAY", Limit("nods", 1, clock.DAY))
    address = f"/v1/posts/{post['id']}/nods"

    assert [ada.ask("PUT", f"{address}/{kind}").status_code for kind in ("thanks", "seen_too")] == [200, 429]
