"""A resident's alerts over the API: said, read back, refused where they make no sense; and the devices they come to."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from api.resident.desk import Desk
from storage.identity.schema import alert_wishes, alerts, push_devices, tellings
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour
from tests.servers.push_stand_in import Browser

WANTED: dict[str, Any] = {
    "wishes": {"crime": "around", "kindness": "block"},
    "mail": True,
    "language": "es",
    "quiet": {"begins": "22:00", "until": "07:00"},
    "digest_at": None,
}
ENDPOINT = "https://fcm.googleapis.com/fcm/send/"


def rows(desk: Desk, table: Any) -> list[Any]:
    """All that is in it."""
    with desk.stores.vault.read() as conn:
        return list(conn.execute(select(table)))


def test_what_is_asked_for_is_read_back(ada: Neighbour, town: Town, desk: Desk) -> None:
    """With the block it goes by, how many touch it, and the city's clock; nothing is on before."""
    before = ada.get("/v1/alerts")
    told = ada.ask("PUT", "/v1/alerts", WANTED).json()

    assert (before["wishes"], before["mail"], before["devices"], before["quiet"]) == ({}, False, [], None)
    assert {name: told[name] for name in WANTED} == WANTED
    assert told["block"] == {"id": ada.block, "label": "Central, cell 1", "homes": 14}
    assert (told["around"], told["time_zone"], told["devices"]) == (1, "UTC", [])
    assert len(told["push_key"]) == 87
    assert ada.get("/v1/alerts") == told
    stored = rows(desk, alerts)[0]
    assert b"ada@" not in stored.mail_sealed
    assert {(row.category, row.block_id, row.reach) for row in rows(desk, alert_wishes)} == {
        ("crime", ada.block, "around"),
        ("kindness", ada.block, "block"),
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"wishes": {"gossip": "block"}}, "wishes"),
        ({"wishes": {"crime": "city"}}, "wishes.crime"),
        ({"quiet": {"begins": "22:00", "until": "22:00"}}, "quiet"),
        ({"quiet": {"begins": "24:00", "until": "07:00"}}, "quiet.begins"),
        ({"digest_at": "7:00"}, "digest_at"),
        ({"language": "de"}, "language"),
    ],
)
def test_what_makes_no_sense_is_refused(ada: Neighbour, change: dict[str, Any], field: str) -> None:
    """By the field that is wrong; nothing of it is kept."""
    answer = ada.ask("PUT", "/v1/alerts", {**WANTED, **change})

    assert answer.status_code == 422
    assert field in answer.json()["error"]["fields"]
    assert ada.get("/v1/alerts")["wishes"] == {}


def test_alerts_go_by_the_home_block(neighbour: NewNeighbour, town: Town, desk: Desk) -> None:
    """Without one there are none; who moves takes them along."""
    bob = neighbour("bob", home=None)
    answer = bob.ask("PUT", "/v1/alerts", WANTED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_home")
    assert bob.get("/v1/alerts")["block"] is None

    bob.ask("PUT", "/v1/me/home", {"block_id": town.blocks[0]})
    bob.ask("PUT", "/v1/alerts", WANTED)
    bob.ask("PUT", "/v1/me/home", {"block_id": town.east_block})

    assert bob.get("/v1/alerts")["block"]["id"] == town.east_block
    assert {row.block_id for row in rows(desk, alert_wishes)} == {town.east_block}


def test_a_device_is_added_once_and_taken_away_by_its_owner_alone(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk
) -> None:
    """Its address and keys are sealed; a browser is told for whoever added it last; a log-out takes it along."""
    bob, browser = neighbour("bob"), Browser(f"{ENDPOINT}x1")
    first, again = (ada.ask("PUT", "/v1/alerts/devices", browser.body).json()["id"] for _ in range(2))
    assert first == again
    assert ada.get("/v1/alerts")["devices"] == [first]
    assert b"fcm" not in rows(desk, push_devices)[0].sealed

    assert bob.ask("DELETE", f"/v1/alerts/devices/{first}").status_code == 204
    assert ada.get("/v1/alerts")["devices"] == [first]
    bob.ask("PUT", "/v1/alerts/devices", browser.body)
    assert (ada.get("/v1/alerts")["devices"], bob.get("/v1/alerts")["devices"]) == ([], [first])
    assert bob.ask("DELETE", f"/v1/alerts/devices/{first}").status_code == 204
    assert bob.get("/v1/alerts")["devices"] == []

    ada.ask("PUT", "/v1/alerts/devices", browser.body)
    ada.ask("DELETE", "/v1/log-ins/current")
    assert rows(desk, push_devices) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"endpoint": "https://192.168.1.1/x"}, "unknown_push_service"),
        ({"endpoint": "https://fcm.googleapis.com.evil.org/x"}, "unknown_push_service"),
        ({"endpoint": "http://fcm.googleapis.com/x"}, "unknown_push_service"),
        ({"p256dh": "AAAA"}, "refused"),
        ({"auth": "AAAA"}, "refused"),
        ({"p256dh": "A"}, "refused"),
    ],
)
def test_a_device_that_is_none_is_refused(ada: Neighbour, desk: Desk, change: dict[str, str], code: str) -> None:
    """An address inside, or one that only looks like a push service; keys that no browser has."""
    answer = ada.ask("PUT", "/v1/alerts/devices", {**Browser(f"{ENDPOINT}x1").body, **change})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert rows(desk, push_devices) == []


def test_ten_devices_are_enough(ada: Neighbour) -> None:
    """The eleventh is refused, one of the ten can be added again."""
    for number in range(10):
        assert ada.ask("PUT", "/v1/alerts/devices", Browser(f"{ENDPOINT}{number}").body).status_code == 200

    answer = ada.ask("PUT", "/v1/alerts/devices", Browser(f"{ENDPOINT}10").body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "too_many_devices")
    assert ada.ask("PUT", "/v1/alerts/devices", Browser(f"{ENDPOINT}3").body).status_code == 200


def test_a_test_needs_a_way(ada: Neighbour, desk: Desk) -> None:
    """By mail or to a device; it is left for the program that sends alerts."""
    answer = ada.ask("POST", "/v1/alerts/test")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_way")

    ada.ask("PUT", "/v1/alerts", WANTED)
    assert ada.ask("POST", "/v1/alerts/test").status_code == 202
    assert [(row.kind, row.only) for row in rows(desk, tellings)] == [("test", rows(desk, alerts)[0].id)]


def test_nobody_without_a_log_in_has_alerts(neighbour: NewNeighbour, desk: Desk) -> None:
    """Nothing of them is answered."""
    gone = neighbour("gone")
    gone.ask("DELETE", "/v1/log-ins/current")

    for method, path, body in (
        ("GET", "/v1/alerts", None),
        ("PUT", "/v1/alerts", WANTED),
        ("PUT", "/v1/alerts/devices", Browser(f"{ENDPOINT}1").body),
        ("DELETE", "/v1/alerts/devices/x", None),
        ("POST", "/v1/alerts/test", None),
    ):
        assert gone.ask(method, path, body).status_code == 401
