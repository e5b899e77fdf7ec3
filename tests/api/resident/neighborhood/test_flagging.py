"""A neighbour flags, and learns what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from api.resident.desk import Desk
from api.resident.neighborhood import flagging
from api.staff.app import create_app as create_staff
from api.stores import Stores
from feed import posting
from storage import audit
from storage.audit import Sought
from storage.db import OPERATOR, RESIDENT
from storage.kit.ids import PostId
from storage.moderation.decisions import UNDO_MS
from storage.posts import posts
from storage.posts.posts import PostState, Verb
from storage.schema import comments as comment_rows
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import published
from workers import chores
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


def test_a_flagged_comment_waits_for_a_moderator_and_its_slip_tells_the_outcome(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, post: dict[str, Any], moderator: Client
) -> None:
    """Moderators read its words while it waits; removed, nobody does; who flags learns what was decided."""
    eve, bob = neighbour("eve"), neighbour("bob")
    said = eve.ask("POST", f"/v1/posts/{post['id']}/comments", {"text": "Zwrkvltn lives there."}).json()
    other = eve.ask("POST", f"/v1/posts/{post['id']}/comments", {"text": "It was a cat."}).json()
    slips = [
        bob.ask("POST", f"/v1/comments/{one['id']}/flags", {"reason": "privacy", "text": "Call 816-555-0142."}).json()
        for one in (said, other)
    ]

    (item,) = moderator.get("/v1/moderation/queue").json()["items"]

    told = {one["id"]: one for one in item["comments"]}
    assert (item["kinds"], told[said["id"]]["name"]) == (["comment"], said["name"])
    assert (told[said["id"]]["text"], told[said["id"]]["notes"]) == ("Zwrkvltn lives there.", ["Call [phone]."])
    assert told[said["id"]]["by_police"] == 0
    for one, verb, reason in ((said, "remove", "privacy"), (other, "keep", "within_guidelines")):
        answer = moderator.post(f"/v1/comments/{one['id']}/decisions", {"verb": verb, "reason": reason})
        assert (answer.status_code, answer.json()) == (200, {"verb": verb})
    assert moderator.get("/v1/moderation/queue").json()["items"] == []
    assert [one["text"] for one in ada.get(f"/v1/posts/{post['id']}/comments")["items"]] == ["It was a cat."]
    outcomes = [bob.get(f"/v1/flags/{one['slip']}") for one in slips]
    assert [one["verb"] for one in outcomes] == ["remove_comment", "keep_comment"]
    again = moderator.post(f"/v1/comments/{said['id']}/decisions", {"verb": "keep", "reason": "other"})
    gone = bob.ask("POST", f"/v1/comments/{said['id']}/flags", {"reason": "other"})
    assert (again.status_code, gone.status_code) == (404, 404)


def test_a_removed_comment_comes_back_within_the_minute_and_is_erased_after(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, post: dict[str, Any], moderator: Client
) -> None:
    """Nobody reads it meanwhile; undone, it stands and waits as before; after the minute no byte of it is there."""
    eve, path = neighbour("eve"), f"/v1/posts/{post['id']}/comments"
    said = eve.ask("POST", path, {"text": "Zwrkvltn lives there."}).json()
    neighbour("bob").ask("POST", f"/v1/comments/{said['id']}/flags", {"reason": "privacy"})
    judge, remove = f"/v1/comments/{said['id']}/decisions", {"verb": "remove", "reason": "privacy"}
    before = ada.get(path), moderator.get("/v1/moderation/queue").json()["items"][0]["comments"]

    moderator.post(judge, remove)
    assert ada.get(path)["items"] == moderator.get(path).json()["items"] == []
    assert eve.ask("POST", path, {"text": "A cat."}).status_code == 201, "those behind it keep their places"
    assert moderator.ask("DELETE", f"{judge}/last").json() == {"verb": "undo"}
    again = ada.get(path), moderator.get("/v1/moderation/queue").json()["items"][0]["comments"]
    assert (again[0]["items"][0], again[1]) == (before[0]["items"][0], before[1])
    assert moderator.ask("DELETE", f"{judge}/last").json()["error"]["code"] == "nothing_to_undo"

    moderator.post(judge, remove)
    _forgets(desk)
    assert b"Zwrkvltn" in builders.all_rows(desk.stores.record), "the minute runs"
    with desk.stores.record.write(by=OPERATOR) as tx:
        tx.execute(update(comment_rows).values(removed_at=comment_rows.c.removed_at - UNDO_MS))
        tx.audit("test", "")
    _forgets(desk)
    assert b"Zwrkvltn" not in builders.all_rows(desk.stores.record)
    assert moderator.ask("DELETE", f"{judge}/last").json()["error"]["code"] == "comment_gone"


def test_moderators_and_leads_read_comments_and_nobody_else_of_the_staff(
    neighbour: NewNeighbour, desk: Desk, post: dict[str, Any], moderator: Client, client: NewClient
) -> None:
    """As neighbours do, each opening a line of the audit; flagged or removed directly; who investigates may not."""
    eve, path = neighbour("eve"), f"/v1/posts/{post['id']}/comments"
    said = eve.ask("POST", path, {"text": "Zwrkvltn lives there."}).json()
    others = {role: _staff(desk, client, role) for role in (Role.LEAD, Role.ANALYST, Role.DETECTIVE, Role.ADMIN)}

    assert moderator.get(path).json()["items"] == [said]
    assert others[Role.LEAD].get(path).json()["items"] == [said]
    for role in (Role.ANALYST, Role.DETECTIVE, Role.ADMIN):
        assert others[role].get(path).status_code == 403
        assert others[role].post(f"/v1/comments/{said['id']}/flags", {"reason": "other"}).status_code == 403
    with desk.stores.record.read() as conn:
        lines = audit.page(conn, before=None, limit=9, sought=Sought(action="comments.view"))
    assert [line.subject for line in lines] == [post["id"]] * 2
    assert moderator.get("/v1/posts/none/comments").status_code == 404

    flag = others[Role.LEAD].post(f"/v1/comments/{said['id']}/flags", {"reason": "privacy", "text": "816-555-0142"})
    assert others[Role.LEAD].post(f"/v1/comments/{said['id']}/flags", {"reason": "none"}).status_code == 422
    (item,) = moderator.get("/v1/moderation/queue").json()["items"]
    (told,) = item["comments"]
    assert (item["kinds"], told["notes"], told["count"], told["by_police"]) == (["comment"], ["[phone]"], 1, 1)
    moderator.post(f"/v1/comments/{said['id']}/decisions", {"verb": "remove", "reason": "privacy"})
    told = others[Role.LEAD].get(f"/v1/flags/{flag.json()['slip']}").json()
    assert (told["verb"], told["guideline"]) == ("remove_comment", "privacy")


def test_a_comment_elsewhere_and_none_are_the_same_nothing(
    neighbour: NewNeighbour, desk: Desk, post: dict[str, Any], moderator: Client
) -> None:
    """To flag, and to judge; with the post its flags go, and their words."""
    bob, far = neighbour("bob"), neighbour("far", home="east")
    said = bob.ask("POST", f"/v1/posts/{post['id']}/comments", {"text": "Zwrkvltn lives there."}).json()
    bob.ask("POST", f"/v1/comments/{said['id']}/flags", {"reason": "other"})

    answers = [far.ask("POST", f"/v1/comments/{one}/flags", {"reason": "other"}) for one in (said["id"], "a" * 26)]

    assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}
    with desk.stores.record.write(by=RESIDENT) as tx:
        posting.end(tx, desk.stores.bell, PostId(post["id"]), Verb.WITHDRAW)
    assert b"Zwrkvltn" not in builders.all_rows(desk.stores.record)
    body = {"verb": "remove", "reason": "other"}
    assert moderator.post(f"/v1/comments/{said['id']}/decisions", body).status_code == 404


@pytest.fixture
def moderator(desk: Desk, client: NewClient) -> Client:
    """One of Central, at the staff program."""
    return _staff(desk, client, Role.MODERATOR)


def _staff(desk: Desk, client: NewClient, role: Role) -> Client:
    stores = Stores(desk.stores.record, desk.stores.media, desk.stores.bell, desk.settings)
    with desk.stores.record.write(by=OPERATOR) as tx:
        member = staff.make(tx, f"the {role}")
        staff.grant(tx, member, role, None)
        return client(create_staff(stores), staff.log_in(tx, member))


def _forgets(desk: Desk) -> None:
    """The chores' round."""
    chores.forget_judged(desk.stores.record, desk.stores.media, desk.stores.bell)
