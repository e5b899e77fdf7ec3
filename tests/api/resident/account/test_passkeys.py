"""Passkeys: added by who has just logged in, opening the door without an address, and telling nobody anything."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from api.resident.desk import Desk
from storage.db import RESIDENT
from storage.identity.schema import log_ins
from storage.kit.clock import HOUR
from tests.api.asking import Client
from tests.api.conftest import NewClient
from tests.api.resident.authenticator import MAKE, Device
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour
from tests.storage.identity.making import bytes_below


@pytest.fixture
def somebody(app: FastAPI, client: NewClient) -> Client:
    """Somebody at the door."""
    return client(app)


def added(who: Neighbour, device: Device, name: str = "Phone") -> str:
    """The id of a passkey that was added."""
    options = who.ask("POST", "/v1/passkeys/options").json()["options"]
    answer = who.ask("POST", "/v1/passkeys", device.makes(options, name))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def options_of(somebody: Client) -> dict[str, Any]:
    """What a browser at the door is to sign."""
    return dict(somebody.post("/v1/log-ins/passkey/options").json()["options"])


def test_a_passkey_opens_the_door_without_an_address(
    ada: Neighbour, somebody: Client, app: FastAPI, client: NewClient
) -> None:
    """The answer is as after a code; the browser is asked for no account, and picks the key by itself."""
    phone = Device()
    added(ada, phone)
    options = options_of(somebody)

    answer = somebody.post("/v1/log-ins/passkey", phone.signs(options))

    assert answer.status_code == 200
    assert client(app, answer.json()["token"]).get("/v1/me").json() == ada.get("/v1/me")
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert (options["rpId"], options["userVerification"]) == ("residents.localhost", "preferred")
    assert not options.get("allowCredentials")


def test_what_is_asked_of_a_new_one(ada: Neighbour) -> None:
    """One the browser finds by itself, no make of the device, and no address of its owner's in it."""
    added(ada, Device())

    options = ada.ask("POST", "/v1/passkeys/options").json()["options"]

    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "preferred"
    assert options["attestation"] == "none"
    assert len(options["excludeCredentials"]) == 1
    assert options["user"]["name"] == "a…@e…"
    assert "ada" not in str(options)


def test_they_are_listed_and_taken_away(ada: Neighbour, somebody: Client) -> None:
    """By the names they were given; one that was taken away opens nothing."""
    phone, laptop = Device(), Device()
    first = added(ada, phone)
    added(ada, laptop, "Laptop")
    assert [one["name"] for one in ada.get("/v1/passkeys")["items"]] == ["Laptop", "Phone"]

    assert ada.ask("DELETE", f"/v1/passkeys/{first}").status_code == 204

    assert [one["name"] for one in ada.get("/v1/passkeys")["items"]] == ["Laptop"]
    assert somebody.post("/v1/log-ins/passkey", phone.signs(options_of(somebody))).status_code == 422
    assert somebody.post("/v1/log-ins/passkey", laptop.signs(options_of(somebody))).status_code == 200
    assert ada.ask("DELETE", f"/v1/passkeys/{first}").status_code == 404


def test_whatever_is_wrong_the_answer_is_the_same(
    ada: Neighbour, somebody: Client, app: FastAPI, client: NewClient
) -> None:
    """A key nobody has, another's signature, another site, an old challenge, one used before, noise: one answer."""
    phone = Device()
    added(ada, phone)
    used = phone.signs(options_of(somebody))
    assert client(app).post("/v1/log-ins/passkey", used).status_code == 200
    wrong = [
        used,
        Device().signs(options_of(somebody)),
        Device(credential=phone.credential).signs(options_of(somebody)),
        Device("http://evil.localhost:8000", phone.key, phone.credential).signs(options_of(somebody)),
        phone.signs(options_of(somebody) | {"rpId": "evil.localhost"}),
        phone.signs(options_of(somebody) | {"challenge": "AAAA"}),
        phone.signs(ada.ask("POST", "/v1/passkeys/options").json()["options"] | {"rpId": "residents.localhost"}),
        dict.fromkeys(used, ""),
        dict.fromkeys(used, "AAAA"),
    ]

    answers = [somebody.post("/v1/log-ins/passkey", each) for each in wrong]

    assert {(one.status_code, one.content) for one in answers} == {(422, answers[0].content)}
    assert answers[0].json()["error"]["code"] == "wrong_passkey"
    assert not [one for one in answers if "set-cookie" in one.headers]


def test_who_proves_who_they_are_anew_cannot_become_somebody_else(ada: Neighbour, neighbour: NewNeighbour) -> None:
    """Another account's passkey is no proof there, one's own is."""
    eve, phone, hers = neighbour("eve"), Device(), Device()
    added(ada, phone)
    added(eve, hers)

    answers = [
        ada.ask("POST", "/v1/log-ins/passkey", device.signs(options_of(ada.client)) | {"same": True})
        for device in (hers, phone)
    ]

    assert [one.status_code for one in answers] == [422, 200]


def test_what_was_not_made_as_asked_is_refused(ada: Neighbour, neighbour: NewNeighbour) -> None:
    """For another account, another site, twice, or nothing that can be read."""
    eve, phone = neighbour("eve"), Device()
    asked = [ada.ask("POST", "/v1/passkeys/options").json()["options"] for _ in range(3)]
    made = phone.makes(asked[0])
    for who, body in (
        (eve, made),
        (ada, Device("http://evil.localhost").makes(asked[1])),
        (ada, made | {"attestation": "AAAA"}),
        (ada, made | {"client_data": ""}),
    ):
        answer = who.ask("POST", "/v1/passkeys", body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "wrong_passkey")

    assert ada.ask("POST", "/v1/passkeys", made).status_code == 201

    assert ada.ask("POST", "/v1/passkeys", made).status_code == 422  # its challenge was used
    again = ada.ask("POST", "/v1/passkeys", phone.makes(asked[2]))
    assert (again.status_code, again.json()["error"]["code"]) == (409, "passkey_known")


def test_who_did_not_just_log_in_adds_none(ada: Neighbour, desk: Desk) -> None:
    """A log-in of half an hour ago may be a stolen one: it shows the keys, and lets nobody add one."""
    with desk.stores.vault.write(by=RESIDENT) as tx:
        tx.execute(update(log_ins).values(ends_at=log_ins.c.ends_at - HOUR))

    for path in ("/v1/passkeys/options", "/v1/passkeys"):
        answer = ada.ask(
            "POST", path, {} if path.endswith("options") else Device().makes({"rp": {"id": "x"}, "challenge": ""})
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "log_in_anew")
    assert ada.get("/v1/passkeys") == {"items": []}


def test_no_log_and_no_file_tells_a_key_or_a_device(
    ada: Neighbour, somebody: Client, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Not the library's log at its most talkative, and no make of device in what is stored."""
    phone = Device()
    with caplog.at_level(logging.DEBUG):
        added(ada, phone)
        somebody.post("/v1/log-ins/passkey", phone.signs(options_of(somebody)))

    assert phone.credential.hex() not in caplog.text
    assert [name for name in caplog.text.split() if "fido2" in name] == []
    stored = bytes_below(desk.identity.folder.parent)
    assert [one for one in (phone.credential, MAKE, phone.credential.hex().encode()) if one in stored] == []
