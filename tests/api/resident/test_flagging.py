"""A neighbour flags, and learns what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from api.resident import flagging
from api.resident.desk import Desk
from feed import posting
from storage import posts
from storage.db import RESIDENT
from storage.kit.ids import PostId
from storage.posts import PostState, Verb
from tests import builders
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.test_posts import published
from workers.airlock.admit import Airlock

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def post(ada: Neighbour, desk: Desk, airlock: Airlock) -> dict[str, Any]:
    """A live post of Central, ada's."""
    return published(ada, desk, airlock)[1]


def test_flags_of_many_hide_nothing_and_each_has_a_slip_of_its_own(
    neighbour: NewNeighbour, desk: Desk, post: dict[str, Any]
) -> None:
    """However many neighbours agree, nobody but a moderator takes it off; a slip opens one flag, whoever shows it."""
    crowd = [neighbour(name) for name in ("bob", "eve", "max")]
    body = {"reason": "child", "at_seconds": 2}

    slips = [one.ask("POST", f"/v1/posts/{post['id']}/flags", body).json()["slip"] for one in crowd for _ in range(4)]

    assert len(set(slips)) == 12
    with desk.stores.record.read() as conn:
        assert posts.state_of(conn, PostId(post["id"])) is PostState.LIVE
    told = {"open": True, "verb": None, "guideline": None, "version": None}
    assert [crowd[0].get(f"/v1/flags/{slip}") for slip in slips] == [told] * 12


def test_of_a_post_that_is_gone_no_flag_is_left(neighbour: NewNeighbour, desk: Desk, post: dict[str, Any]) -> None:
    """Its slip opens what a made-up one opens: nothing."""
    bob = neighbour("bob")
    slip = bob.ask("POST", f"/v1/posts/{post['id']}/flags", {"reason": "other"}).json()["slip"]

    with desk.stores.record.write(by=RESIDENT) as tx:
        posting.end(tx, desk.stores.bell, PostId(post["id"]), Verb.WITHDRAW)

    answers = [bob.ask("GET", f"/v1/flags/{one}") for one in (slip, "b" * 52)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_no_flag_is_left_under_a_post_taken_back_a_moment_ago(
    ada: Neighbour, desk: Desk, post: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The post goes between the look and the write."""
    seen = flagging.visible

    def then_gone(*asked: Any) -> Any:
        found = seen(*asked)
        with desk.stores.record.write(by=RESIDENT) as tx:
            posting.end(tx, desk.stores.bell, found.id, Verb.WITHDRAW)
        return found

    monkeypatch.setattr(flagging, "visible", then_gone)
    flagged = ada.ask("POST", f"/v1/posts/{post['id']}/flags", {"reason": "privacy", "text": "xylograph"})

    assert flagged.status_code == 404
    assert b"xylograph" not in builders.all_rows(desk.stores.record)
