"""A resident's cameras over the API: registered, changed, moved, confirmed, retired; a neighbour has no part in it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from api.resident.cameras import cameras
from api.resident.desk import Desk
from storage.db import OPERATOR
from storage.identity.limits import Limit
from storage.identity.schema import cameras as rows
from storage.kit import clock
from storage.kit.ids import new_id
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import CAMERA, Neighbour
from workers.airlock.owners.cameras import look_after

EVERYTHING = (
    ("PATCH", "/v1/cameras/{}", {"indoor": True}),
    ("POST", "/v1/cameras/{}/confirm", None),
    ("POST", "/v1/cameras/{}/bring-back", None),
    ("PUT", "/v1/cameras/{}/listing", {"address": "12 Orchard Way", "contact": "Mara"}),
    ("DELETE", "/v1/cameras/{}/listing", None),
    ("DELETE", "/v1/cameras/{}", None),
)


def mine(who: Neighbour) -> list[dict[str, Any]]:
    """All their cameras."""
    return list(who.get("/v1/cameras")["items"])


def test_a_camera_is_registered_and_read_back(ada: Neighbour, town: Town) -> None:
    """With its block as everybody sees it, active for a year; nothing else of where is told."""
    answer = ada.register()

    told = answer.json()
    assert answer.status_code == 201
    assert told == {
        **CAMERA,
        "id": told["id"],
        "block": {"id": ada.block, "label": "Central, cell 1", "homes": 14},
        "division": {"id": town.central, "name": "Central"},
        "state": "active",
        "confirm_by": told["confirm_by"],
        "listing": None,
    }
    assert told["confirm_by"][:4] == clock.as_text(clock.now() + 365 * clock.DAY)[:4]
    assert ada.get("/v1/cameras") == {"items": [told], "most": 20}


def test_the_same_key_registers_one_camera(ada: Neighbour) -> None:
    """And answers as the first time; another camera under it is refused."""
    first, again = (ada.register(key="key-number-1") for _ in range(2))
    other = ada.register(key="key-number-1", indoor=True)

    assert (first.json(), len(mine(ada))) == (again.json(), 1)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    "wrong",
    [
        {"facing": "up"},
        {"facing": 45},
        {"retention_days": 0},
        {"retention_days": 366},
        {"ask": "phone"},
        {"name": " "},
        {"name": "a" * 41},
        {"block_id": "nowhere"},
        {"lat": 39.1},
        {"street": "Orchard"},
        {"state": "active"},
    ],
)
def test_what_is_no_camera_is_refused(ada: Neighbour, wrong: dict[str, Any]) -> None:
    """By the field, without repeating it; nothing is registered."""
    assert ada.register(**wrong).status_code == 422
    assert mine(ada) == []


def test_a_camera_is_changed_moved_paused_and_resumed(ada: Neighbour, town: Town) -> None:
    """Each change by itself, the rest stays."""
    path, before = f"/v1/cameras/{ada.registered()}", mine(ada)[0]
    said: list[dict[str, Any]] = [
        {"facing": "s", "indoor": True, "retention_days": 3, "ask": "mail", "name": "Yard"},
        {"block_id": town.east_block},
        {"state": "paused"},
        {"state": "active"},
    ]
    answers = [ada.ask("PATCH", path, one).json() for one in said]

    assert answers[0] == {**before, **said[0], "confirm_by": answers[0]["confirm_by"]}
    assert (answers[1]["block"]["id"], answers[1]["division"]["name"]) == (town.east_block, "East")
    assert [answer["state"] for answer in answers] == ["active", "active", "paused", "active"]
    for wrong in ({"state": "asleep"}, {"block_id": "nowhere"}, {"retention_days": 999}, {"address": "12 Orchard"}):
        assert ada.ask("PATCH", path, wrong).status_code == 422
    assert mine(ada) == [answers[3]]


def test_a_camera_that_was_not_confirmed_for_a_year_sleeps_until_it_is(ada: Neighbour, desk: Desk) -> None:
    """One tap, and it is active for a year."""
    camera_id, before = ada.registered(), mine(ada)[0]
    with desk.stores.vault.write(by=OPERATOR) as tx:
        tx.execute(update(rows).values(confirmed_at=rows.c.confirmed_at - 365 * clock.DAY))
    look_after(desk.stores.vault)
    assert mine(ada)[0]["state"] == "asleep"

    answer = ada.ask("POST", f"/v1/cameras/{camera_id}/confirm")

    assert (answer.status_code, answer.json()["state"]) == (200, "active")
    assert answer.json()["confirm_by"] >= before["confirm_by"]


def test_a_retired_camera_is_gone_and_can_be_brought_back(ada: Neighbour) -> None:
    """Retired twice, the second time there is nothing; brought back it is as it was."""
    camera_id, before = ada.registered(), mine(ada)
    path = f"/v1/cameras/{camera_id}"
    retired = [ada.ask("DELETE", path).status_code for _ in range(2)]
    gone = mine(ada)

    back = ada.ask("POST", f"{path}/bring-back")

    assert (retired, gone) == ([204, 404], [])
    then = {**before[0], "confirm_by": back.json()["confirm_by"]}  # which is later: it was said anew
    assert (back.json(), back.status_code) == (then, 200)
    assert mine(ada) == [then]


@pytest.mark.parametrize(("method", "path", "body"), EVERYTHING)
def test_another_s_camera_is_as_one_that_never_was(
    ada: Neighbour, neighbour: NewNeighbour, method: str, path: str, body: dict[str, Any] | None
) -> None:
    """The same bytes for a camera of somebody else's, a retired one of theirs, and an id made up; nothing changes."""
    eve, standing, retired = neighbour("eve"), ada.registered(), ada.registered()
    ada.ask("DELETE", f"/v1/cameras/{retired}")
    before = mine(ada)

    answers = [eve.ask(method, path.format(named), body) for named in (standing, retired, new_id())]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[2].content)}
    assert mine(ada) == before
    assert mine(eve) == []


def test_limits_have_codes_of_their_own(ada: Neighbour, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many cameras, too many new blocks, too many changes."""
    monkeypatch.setattr("storage.identity.residents.residents.CAMERA_MOVES", 2)
    monkeypatch.setattr("storage.identity.cameras.cameras.MOST", 2)
    camera_id = ada.registered()
    ada.registered(block_id=town.blocks[1])

    many = ada.register()
    moved = ada.ask("PATCH", f"/v1/cameras/{camera_id}", {"block_id": town.east_block})
    monkeypatch.setattr(cameras, "CHANGED", Limit("cameras", 0, clock.HOUR))
    often = ada.ask("PATCH", f"/v1/cameras/{camera_id}", {"indoor": True})

    assert [answer.status_code for answer in (many, moved, often)] == [409, 409, 429]
    assert [answer.json()["error"]["code"] for answer in (many, moved, often)] == [
        "too_many_cameras",
        "cameras_moved_too_often",
        "too_often",
    ]
