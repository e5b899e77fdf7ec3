"""Leaving by the page's own calls: what was chosen goes, the rest stays without me, and nothing says I was there."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from api.resident.desk import Desk
from storage import audit
from storage.db import AIRLOCK, RESIDENT
from storage.identity.schema import log_ins, metadata as identity_tables
from storage.kit.clock import HOUR
from storage.posts import comments
from storage.schema import comments as comment_rows, flags as flag_rows
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import published
from tests.storage.identity.making import bytes_below
from workers.airlock.admit import Airlock
from workers.airlock.reconcile import reconcile

LEAVES = {"posts": "leave", "comments": "leave", "one_by_one": False}


def leave(who: Neighbour, **wish: Any) -> httpx.Response:
    """They leave."""
    return who.ask("POST", "/v1/me/leave", LEAVES | wish)


def states(who: Neighbour, receipts: list[str]) -> list[str]:
    """Where the posts stand that these receipts open."""
    return [who.get(f"/v1/receipts/{receipt}")["state"] for receipt in receipts]


def handle_of(who: Neighbour, title: str) -> str:
    """What their own list calls a post."""
    return next(one["handle"] for one in who.get("/v1/posts/mine")["items"] if one["title"] == title)


def finish(desk: Desk, airlock: Airlock) -> None:
    """A round of whoever reconciles."""
    reconcile(airlock, desk.doorbell)


@pytest.mark.parametrize(
    ("fate", "states_after"), [("take_back", ["withdrawn", "received"]), ("leave", ["received", "withdrawn"])]
)
def test_one_choice_for_all_posts_and_another_for_some(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock, fate: str, states_after: list[str]
) -> None:
    """The receipts of both go on to say how they stand, to whoever holds them."""
    receipts = [ada.posted(title=title) for title in ("One", "Two")]
    other = handle_of(ada, "Two")

    answer = leave(ada, posts=fate, except_posts=[other])

    finish(desk, airlock)
    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert ada.ask("GET", "/v1/me").status_code == 401
    assert states(neighbour("eve"), receipts) == states_after


def test_comments_go_too_and_nobody_elses(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock
) -> None:
    """Nothing says whose one is: they are found by marks that only their writer's name makes."""
    eve = neighbour("eve")
    post = published(ada, desk, airlock)[1]
    path = f"/v1/posts/{post['id']}/comments"
    for who in (ada, eve):
        assert who.ask("POST", path, {"text": "I saw it too."}).status_code == 201
    with desk.stores.record.write(by=RESIDENT) as tx:  # one from before there were marks: its name is hers
        mine = eve.get(path)["items"][0]["name"]
        comments.add(tx, post["id"], name=mine, text="Before there were marks.", at=0)

    assert leave(ada, comments="take_back").status_code == 204

    finish(desk, airlock)
    assert [one["text"] for one in eve.get(path)["items"]] == ["I saw it too."]
    with desk.stores.record.read() as conn:
        assert len(conn.execute(select(comment_rows)).all()) == 1


def test_nods_come_off_their_counts_and_nobody_elses(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock
) -> None:
    """Under each post, of each kind, whoever's it is; the audit says of them what it says of any nod taken back."""
    eve = neighbour("eve")
    addresses = [f"/v1/posts/{published(ada, desk, airlock)[1]['id']}/nods" for _ in range(2)]
    for address in addresses:
        for who, kind in ((ada, "thanks"), (ada, "seen_too"), (eve, "thanks")):
            assert who.ask("PUT", f"{address}/{kind}").status_code == 200

    assert leave(ada).status_code == 204

    finish(desk, airlock)
    assert [_nods(eve, address) for address in addresses] == [{"seen_too": 0, "thanks": 1}] * 2
    eve.ask("DELETE", f"{addresses[0]}/thanks")
    with desk.stores.record.read() as conn:
        said = [one for one in audit.page(conn, before=None, limit=99) if one.action == "nod.take_back"]
    assert [one.by for one in said] == [RESIDENT.name] * 5


def test_what_stays_is_what_the_page_says_stays(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock
) -> None:
    """A flag, which its slip opens for whoever has it; and a comment that is left: who comes again is another."""
    eve = neighbour("eve")
    post = published(ada, desk, airlock)[1]
    said = ada.ask("POST", f"/v1/posts/{post['id']}/comments", {"text": "I saw it too."}).json()
    slip = ada.ask("POST", f"/v1/posts/{post['id']}/flags", {"reason": "other"}).json()["slip"]
    with desk.stores.record.read() as conn:
        before = conn.execute(select(flag_rows)).all()

    assert leave(ada).status_code == 204

    finish(desk, airlock)
    with desk.stores.record.read() as conn:
        assert conn.execute(select(flag_rows)).all() == before
    assert eve.ask("GET", f"/v1/flags/{slip}").status_code == 200
    again = neighbour("ada")
    assert [one["id"] for one in again.get(f"/v1/posts/{post['id']}/comments")["items"]] == [said["id"]]
    assert leave(again, comments="take_back").status_code == 204
    finish(desk, airlock)
    assert [one["id"] for one in eve.get(f"/v1/posts/{post['id']}/comments")["items"]] == [said["id"]]


def test_what_goes_one_by_one_does_not_go_together(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock
) -> None:
    """Of three posts none is gone in the next round; each has a time of its own, and no row says whose they were."""
    receipts = [ada.posted() for _ in range(3)]

    leave(ada, posts="take_back", one_by_one=True)

    finish(desk, airlock)
    assert states(neighbour("eve"), receipts) == ["received"] * 3
    partings = identity_tables.tables["partings"]
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        rows = tx.connection.execute(select(partings)).all()
        tx.execute(update(partings).values(due_at=0))
    assert len({row.due_at for row in rows}) == 3
    finish(desk, airlock)
    assert states(neighbour("eve"), receipts) == ["withdrawn"] * 3


def _nods(who: Neighbour, address: str) -> dict[str, int]:
    return {one["kind"]: one["count"] for one in who.get(address)["items"]}


@pytest.mark.engines("sqlite")
def test_no_file_of_the_identity_side_holds_the_address(ada: Neighbour, desk: Desk) -> None:
    """Not the mail with a code that lay there, and not the database: it is as if nobody had come."""
    assert ada.client.post("/v1/log-ins", {"email": "ada@example.org"}).status_code == 202
    assert ada.ask("POST", "/v1/feed/tickets").status_code == 200
    ada.registered()
    folder = desk.identity.folder.parent
    assert b"ada@example.org" in bytes_below(folder)

    assert leave(ada).status_code == 204

    assert b"ada@example.org" not in bytes_below(folder)
    with desk.stores.vault.read() as conn:
        left = {name: conn.execute(select(table)).all() for name, table in identity_tables.tables.items()}
    assert {name for name, rows in left.items() if rows} <= {"vault_canary"}


def test_who_did_not_just_log_in_does_not_leave(ada: Neighbour, desk: Desk, town: Town) -> None:
    """A page that was left open is no consent; nor can it fetch what is held."""
    with desk.stores.vault.write(by=RESIDENT) as tx:
        tx.execute(update(log_ins).values(ends_at=log_ins.c.ends_at - HOUR))

    answers = [leave(ada), ada.ask("GET", "/v1/me/held")]

    assert [(one.status_code, one.json()["error"]["code"]) for one in answers] == [(403, "log_in_anew")] * 2
    assert ada.get("/v1/me")["home"]["id"] == town.blocks[0]


def test_another_ones_post_is_no_exception(ada: Neighbour, neighbour: NewNeighbour) -> None:
    """What is named and not theirs is not there, and nobody has left."""
    eve = neighbour("eve")
    eve.posted(title="Hers")

    answer = leave(ada, except_posts=[handle_of(eve, "Hers")])

    assert answer.status_code == 404
    assert ada.ask("GET", "/v1/me").status_code == 200
