"""My area: the posts of my home's division, and what neighbours say without being known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.resident.desk import Desk
from api.resident.neighborhood import flagging, neighborhood
from feed import posting, tickets
from storage import audit, endings
from storage.db import AIRLOCK, OPERATOR
from storage.identity.limits import Limit
from storage.kit import clock
from storage.kit.ids import PostId
from storage.moderation import flags
from storage.posts import comments
from storage.posts.posts import Verb
from tests.api.asking import Client
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import decide, published
from workers.airlock.admit import Airlock


@pytest.fixture
def post(ada: Neighbour, desk: Desk, airlock: Airlock) -> dict[str, Any]:
    """A post of Ada's in Central."""
    return published(ada, desk, airlock)[1]


def titles(of: Neighbour, query: str = "") -> list[str]:
    """What their area shows."""
    return [item["title"] for item in of.get(f"/v1/neighborhood/posts{query}")["items"]]


def test_an_area_is_the_division_of_ones_home(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock, town: Town
) -> None:
    """Live posts, newest first, and nothing of the division next door."""
    for title, block in (("one", town.blocks[0]), ("two", town.blocks[1]), ("east", town.east_block)):
        published(ada, desk, airlock, title=title, block_id=block)
    _, hidden = published(ada, desk, airlock, title="hidden")
    decide(desk, hidden["id"], Verb.HIDE)

    assert titles(neighbour("bob")) == ["two", "one"]
    assert titles(neighbour("eve", "east")) == ["east"]


def test_an_area_is_narrowed_and_paged(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """By category and time; each page follows the one before."""
    for number, category in enumerate(("crime", "animal", "crime")):
        published(ada, desk, airlock, title=str(number), category=category)

    first = ada.get("/v1/neighborhood/posts?limit=2")
    second = ada.get(f"/v1/neighborhood/posts?limit=2&cursor={first['cursor']}")

    assert titles(ada, "?category=crime") == ["2", "0"]
    assert titles(ada, "?category=crime&since=2026-01-01T00:00:00Z") == ["2", "0"]
    assert titles(ada, "?since=2099-01-01T00:00:00Z") == []
    assert [item["title"] for part in (first, second) for item in part["items"]] == ["2", "1", "0"]
    assert second["cursor"] is None


@pytest.mark.parametrize("path", ["/v1/neighborhood/posts", "/v1/posts/" + "a" * 26])
def test_without_a_home_there_is_no_area(neighbour: NewNeighbour, path: str) -> None:
    """The page asks for one."""
    answer = neighbour("bob", home=None).ask("GET", path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_home")


def test_police_get_the_same_bytes(
    ada: Neighbour, neighbour: NewNeighbour, analyst: Client, post: dict[str, Any]
) -> None:
    """For one post and in a list, to its author and to a neighbour."""
    police = analyst.get(f"/v1/posts/{post['id']}")

    for somebody in (ada, neighbour("bob")):
        for path in ("", "/as-police-see-it"):
            told = somebody.ask("GET", f"/v1/posts/{post['id']}{path}")
            assert told.status_code == police.status_code == 200
            assert told.content == police.content
        assert somebody.ask("GET", "/v1/neighborhood/posts").content == analyst.get("/v1/posts").content


def test_a_post_of_another_division_is_not_there(neighbour: NewNeighbour, post: dict[str, Any]) -> None:
    """Byte for byte as one that never was, whatever is asked of it."""
    eve = neighbour("eve", "east")
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/as-police-see-it", None),
        ("GET", "/comments", None),
        ("POST", "/comments", {"text": "hello"}),
        ("POST", "/flags", {"reason": "privacy"}),
    ):
        answers = [eve.ask(method, f"/v1/posts/{one}{path}", body) for one in (post["id"], "a" * 26)]
        assert answers[0].status_code == 404, path
        assert answers[0].content == answers[1].content
    media = [eve.ask("GET", f"/v1/media/{one}/480p.mp4") for one in (post["id"], "a" * 26)]
    assert media[0].status_code == 404
    assert media[0].content == media[1].content


def test_ones_own_post_is_seen_wherever_it_stands(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock, town: Town
) -> None:
    """In another division, and after a moderator took it off; for a neighbour it is gone."""
    _, east = published(ada, desk, airlock, block_id=town.east_block)
    decide(desk, east["id"], Verb.HIDE)

    assert ada.get(f"/v1/posts/{east['id']}")["state"] == "hidden"
    assert ada.ask("GET", f"/v1/media/{east['id']}/poster.jpg").status_code == 200
    assert neighbour("eve", "east").ask("GET", f"/v1/posts/{east['id']}").status_code == 404


def test_media_are_played_in_ranges(ada: Neighbour, post: dict[str, Any]) -> None:
    """By cookie or bearer, each time asked for anew; without a log-in not at all."""
    path = f"/v1/media/{post['id']}/480p.mp4"
    whole = ada.ask("GET", path)
    piece = ada.ask("GET", path, headers={"range": "bytes=4-7"})

    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert (piece.status_code, piece.content) == (206, whole.content[4:8])
    assert ada.ask("HEAD", path).headers["content-length"] == str(len(whole.content))
    assert ada.ask("GET", path, headers={"authorization": "Bearer " + "a" * 52}).status_code == 401


def test_a_comment_is_scrubbed_and_under_a_name_of_this_post_alone(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock
) -> None:
    """The same person has the same name under one post and another one under the next."""
    posts = [published(ada, desk, airlock)[1]["id"] for _ in range(3)]
    bob = neighbour("bob")
    for post_id in posts:
        for somebody in (ada, bob, bob):
            answer = somebody.ask("POST", f"/v1/posts/{post_id}/comments", {"text": " Call 816-555-0142 "})
            assert answer.status_code == 201

    threads = [ada.get(f"/v1/posts/{post_id}/comments")["items"] for post_id in posts]

    names = [[one["name"] for one in thread] for thread in threads]
    assert all(one["text"] == "Call [phone]" for thread in threads for one in thread)
    assert all(set(one) == {"id", "name", "text", "at"} for thread in threads for one in thread)
    assert all(name[1] == name[2] != name[0] for name in names)
    assert len({name[1] for name in names}) == 3
    assert all(one["at"].endswith((":00:00Z", ":15:00Z", ":30:00Z", ":45:00Z")) for one in threads[0])
    assert bob.get(f"/v1/posts/{posts[0]}/comments")["items"] == threads[0]


@pytest.mark.parametrize("text", ["", "  ", "x" * 1001, None])
def test_a_comment_says_something_and_not_too_much(ada: Neighbour, post: dict[str, Any], text: str | None) -> None:
    """Otherwise the field is named."""
    answer = ada.ask("POST", f"/v1/posts/{post['id']}/comments", {"text": text})

    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, ["text"])


def test_a_flag_tells_nobody_who_raised_it(
    neighbour: NewNeighbour, desk: Desk, post: dict[str, Any], tmp_path: Path
) -> None:
    """Not in its row, not on the audit, not in any byte of the record."""
    bob = neighbour("bob")

    answer = bob.ask(
        "POST",
        f"/v1/posts/{post['id']}/flags",
        {"reason": "privacy", "text": "my number is 816-555-0142", "at_seconds": 3.9},
    )

    assert (answer.status_code, list(answer.json())) == (202, ["slip"])
    with desk.stores.record.read() as conn:
        (flag,) = flags.of_posts(conn, [PostId(post["id"])])[PostId(post["id"])]
        entry = audit.page(conn, before=None, limit=1)[0]
    assert (flag.origin, flag.reason, flag.text, flag.at_seconds) == ("neighbour", "privacy", "my number is [phone]", 3)
    assert flag.flagged_at % clock.QUARTER_HOUR == 0
    assert (entry.by, entry.action) == ("resident", "flag.add")
    with desk.stores.vault.read() as conn:
        everyone = conn.exec_driver_sql("select id from residents").scalars().all()
    record = b"".join(file.read_bytes() for file in tmp_path.glob("record.db*"))
    for resident in everyone:
        assert resident.encode() not in record


@pytest.mark.parametrize(
    ("body", "field"),
    [({"reason": "boring"}, "reason"), ({}, "reason"), ({"reason": "other", "at_seconds": -1}, "at_seconds")],
)
def test_a_flag_without_a_known_reason_is_refused(
    ada: Neighbour, post: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    """The field is named."""
    answer = ada.ask("POST", f"/v1/posts/{post['id']}/flags", body)

    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, [field])
    assert "boring" not in answer.text


def test_sixty_words_a_day_are_enough(ada: Neighbour, post: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments and flags together."""
    for part in (neighborhood, flagging):
        monkeypatch.setattr(part, "WORDS_A_DAY", Limit("words", 1, clock.DAY))
    ada.ask("POST", f"/v1/posts/{post['id']}/comments", {"text": "one"})

    answer = ada.ask("POST", f"/v1/posts/{post['id']}/flags", {"reason": "other"})

    assert answer.status_code == 429


def test_a_ticket_grants_ones_division_and_names_nobody(ada: Neighbour, desk: Desk, town: Town) -> None:
    """Its handle is drawn anew each time: two tickets of one resident cannot be joined."""
    told = [ada.ask("POST", "/v1/feed/tickets", {}).json() for _ in range(2)]

    with desk.stores.record.write(by=OPERATOR) as tx:
        grants = [tickets.redeem(tx, one["ticket"]) for one in told]
        again = tickets.redeem(tx, told[0]["ticket"])
    first, second = grants
    assert first is not None
    assert second is not None
    assert (first.audience, first.divisions, first.categories) == ("resident", (town.central,), None)
    assert first.handle != second.handle
    assert again is None
    assert {one["url"] for one in told} == {"ws://127.0.0.1:8002/v1/feed"}


@pytest.mark.parametrize("how", ["logged out", "moved"])
def test_who_listened_is_told_of_to_the_feed_by_its_tickets_word(
    ada: Neighbour, desk: Desk, town: Town, how: str
) -> None:
    """At once, when a log-in ends or its area becomes another."""
    told = ada.ask("POST", "/v1/feed/tickets", {}).json()
    with desk.stores.record.write(by=OPERATOR) as tx:
        grant = tickets.redeem(tx, told["ticket"])
    assert grant is not None

    if how == "moved":
        ada.ask("PUT", "/v1/me/home", {"block_id": town.east_block})
    else:
        ada.ask("DELETE", "/v1/log-ins/current")

    with desk.stores.record.read() as conn:
        assert endings.after(conn, 0)[1] == {grant.handle}


def test_a_post_that_ended_is_not_there(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, post: dict[str, Any]
) -> None:
    """Its comments end with it."""
    bob = neighbour("bob")
    bob.ask("POST", f"/v1/posts/{post['id']}/comments", {"text": "hello"})
    with desk.stores.record.write(by=OPERATOR) as tx:
        posting.end(tx, desk.stores.bell, PostId(post["id"]), Verb.EXPIRE)

    for somebody in (ada, bob):
        for path in ("", "/as-police-see-it", "/comments"):
            assert somebody.ask("GET", f"/v1/posts/{post['id']}{path}").status_code == 404


def test_categories_are_those_of_the_protocol(ada: Neighbour) -> None:
    """Each with the key of its name in the page's words."""
    items = ada.get("/v1/categories")["items"]

    ids = "crime suspicious safety animal lost_found kindness other".split()
    assert items == [{"id": one, "label_key": f"category.{one}"} for one in ids]


def test_nothing_is_added_under_a_post_taken_back_a_moment_ago(
    ada: Neighbour, post: dict[str, Any], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The post goes between the look and the write: no comment is left under its tombstone."""
    seen = neighborhood.visible

    def then_gone(*asked: Any) -> Any:
        found = seen(*asked)
        with desk.stores.record.write(by=AIRLOCK) as tx:
            posting.end(tx, desk.stores.bell, found.id, Verb.WITHDRAW)
        return found

    monkeypatch.setattr(neighborhood, "visible", then_gone)
    said = ada.ask("POST", f"/v1/posts/{post['id']}/comments", {"text": "Too late"})

    assert said.status_code == 404
    with desk.stores.record.read() as conn:
        assert comments.of_post(conn, post["id"]) == []
        assert flags.of_posts(conn, [post["id"]]) == {}
