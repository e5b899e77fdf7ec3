"""Where I am logged in: since about when, which is this one, and ending the others."""

from __future__ import annotations

from sqlalchemy import select

from api.resident.desk import Desk
from storage.identity.schema import listening
from storage.kit import clock
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.test_auth import MAIL, mailed


def listed(who: Neighbour) -> list[dict[str, object]]:
    """Their log-ins."""
    return list(who.get("/v1/log-ins")["items"])


def test_each_log_in_is_listed_and_this_one_is_marked(neighbour: NewNeighbour) -> None:
    """By a quarter of an hour, and by nothing of a device; another's are not among them."""
    phone, laptop = neighbour("ada"), neighbour("ada")
    neighbour("eve")

    seen = listed(phone)

    assert [one["is_this"] for one in seen].count(True) == 1
    assert len(seen) == len(listed(laptop)) == 2
    assert {frozenset(one) for one in seen} == {frozenset({"handle", "since", "is_this"})}
    assert {one["since"] for one in seen} <= {
        clock.as_text(clock.rounded(clock.now() - late)) for late in (0, clock.MINUTE)
    }
    assert {one["handle"] for one in seen if one["is_this"]} == {
        one["handle"] for one in listed(laptop) if not one["is_this"]
    }


def test_one_is_ended_and_its_listeners_with_it(neighbour: NewNeighbour, desk: Desk) -> None:
    """Nobody else's can be; an open line to the feed is told to end at once."""
    phone, laptop, eve = neighbour("ada"), neighbour("ada"), neighbour("eve")
    assert laptop.ask("POST", "/v1/feed/tickets").status_code == 200
    (there,) = (one["handle"] for one in listed(phone) if not one["is_this"])
    assert eve.ask("DELETE", f"/v1/log-ins/{there}").status_code == 404

    assert phone.ask("DELETE", f"/v1/log-ins/{there}").status_code == 204

    assert laptop.ask("GET", "/v1/me").status_code == 401
    assert (len(listed(phone)), len(listed(eve))) == (1, 1)
    with desk.stores.vault.read() as conn:
        assert conn.execute(select(listening)).all() == []  # the feed was told


def test_all_others_are_ended_at_once(neighbour: NewNeighbour) -> None:
    """This one stays, and so does everybody else's."""
    phone, *others = (neighbour("ada") for _ in range(3))
    eve = neighbour("eve")

    assert phone.ask("DELETE", "/v1/log-ins/others").status_code == 204

    assert [one.ask("GET", "/v1/me").status_code for one in (phone, *others, eve)] == [200, 401, 401, 200]


def test_who_logs_in_again_in_the_same_browser_has_one_log_in(neighbour: NewNeighbour, desk: Desk) -> None:
    """The new one takes the old one's place: proving again who one is leaves no log-in behind."""
    browser = neighbour("ada.lovelace").client
    browser.post("/v1/log-ins", {"email": MAIL})
    (code,) = mailed(desk)

    token = browser.post("/v1/log-ins/code", {"email": MAIL, "code": code}).json()["token"]

    assert browser.get("/v1/me").status_code == 401
    seen = browser.get("/v1/log-ins", headers={"authorization": f"Bearer {token}"}).json()["items"]
    assert [one["is_this"] for one in seen] == [True]


def test_who_proves_who_they_are_anew_cannot_become_somebody_else(neighbour: NewNeighbour, desk: Desk) -> None:
    """A right code of another address is a wrong one there: nobody leaves an account they did not mean."""
    ada, eve = neighbour("ada"), neighbour("eve")
    ada.client.post("/v1/log-ins", {"email": "eve@example.org"})
    (code,) = mailed(desk)

    answer = ada.client.post("/v1/log-ins/code", {"email": "eve@example.org", "code": code, "same": True})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "wrong_code")
    assert (len(listed(ada)), len(listed(eve))) == (1, 1)
    ada.client.post("/v1/log-ins", {"email": "ada@example.org"})
    mine = next(one for one in mailed(desk) if one != code)
    again = ada.client.post("/v1/log-ins/code", {"email": "ada@example.org", "code": mine, "same": True})
    assert again.status_code == 200
