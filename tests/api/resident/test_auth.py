"""Log-in of residents: a code that only the mail tells, a token, and a home that is a block."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from api.resident.app import create_app
from api.resident.desk import Desk
from tests.api.asking import HOST, Client
from tests.api.conftest import NewClient
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour

MAIL = "ada.lovelace@example.org"


def mailed(desk: Desk) -> list[str]:
    """The codes in the mails that were sent."""
    files = (desk.identity.folder / "mail").glob("*.eml")
    return [code for file in files for code in re.findall(r"Your code is (\d{6})", file.read_text())]


def _mails(desk: Desk) -> list[tuple[str, str]]:
    texts = [file.read_text() for file in (desk.identity.folder / "mail").glob("*.eml")]
    return [(re.findall(r"To: (\S+)", text)[0], re.findall(r"Your code is (\d{6})", text)[0]) for text in texts]


def _headers(answer: httpx.Response) -> list[tuple[str, str]]:
    return sorted(pair for pair in answer.headers.items() if pair[0] not in ("date", "x-request-id"))


def wrong(code: str) -> str:
    """Another code."""
    return str((int(code) + 1) % 10**6).zfill(6)


@pytest.fixture
def somebody(app: FastAPI, client: NewClient) -> Client:
    """Somebody at the door."""
    return client(app)


def test_a_code_by_mail_lets_one_in(somebody: Client, app: FastAPI, client: NewClient, desk: Desk) -> None:
    """Once: it is in the mail and not in the answer, and its token is known from there on."""
    asked = somebody.post("/v1/log-ins", {"email": MAIL})
    (code,) = mailed(desk)

    answer = somebody.post("/v1/log-ins/code", {"email": f" {MAIL}", "code": code})

    assert (asked.status_code, asked.json()) == (202, {"demo_code": None})
    assert answer.status_code == 200
    told = client(app, answer.json()["token"]).get("/v1/me").json()
    assert len(told.pop("whose")) == 26
    assert told == {
        "email_hint": "a…@e…",
        "home": None,
        "mine_days": 30,
        "listed": False,
        "suspended": None,
        "demo": False,
    }
    again = somebody.post("/v1/log-ins/code", {"email": MAIL, "code": code})
    assert (again.status_code, again.json()["error"]["code"]) == (422, "wrong_code")


@pytest.mark.parametrize(
    ("asked_in", "words"),
    [("es-MX,es;q=0.9", ["Tu código es"]), ("en", ["Your code is"]), ("de", ["Your code is", "Tu código es"])],
)
def test_the_mail_speaks_the_language_of_the_request(
    somebody: Client, desk: Desk, asked_in: str, words: list[str]
) -> None:
    """Ours that it likes best, both otherwise; nothing but the mail knows which it was."""
    somebody.post("/v1/log-ins", {"email": MAIL}, headers={"accept-language": asked_in})

    (mail,) = (desk.identity.folder / "mail").glob("*.eml")
    read = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default).get_body()
    assert read is not None
    text = read.get_content()
    assert [one for one in ("Your code is", "Tu código es") if one in text] == words


def test_a_browser_can_tell_whose_things_it_keeps(desk: Desk, client: NewClient, app: FastAPI) -> None:
    """The same at each log-in of an account, and another for each other account."""
    demo = create_app(replace(desk, settings=replace(desk.settings, demo=True)))
    told = []
    for mail in (MAIL, MAIL, "other@example.org"):
        browser = client(demo)  # each time another, with no cookie of the one before
        code = browser.post("/v1/log-ins", {"email": mail}).json()["demo_code"]
        token = browser.post("/v1/log-ins/code", {"email": mail, "code": code}).json()["token"]
        told.append(client(app, token).get("/v1/me").json()["whose"])

    assert told[0] == told[1] != told[2]


def test_in_a_demo_the_page_may_show_the_code(desk: Desk, client: NewClient) -> None:
    """And says that it is one; nowhere else does an answer hold it."""
    demo = client(create_app(replace(desk, settings=replace(desk.settings, demo=True))))

    code = demo.post("/v1/log-ins", {"email": MAIL}).json()["demo_code"]

    assert mailed(desk) == [code]
    token = demo.post("/v1/log-ins/code", {"email": MAIL, "code": code}).json()["token"]
    assert demo.get("/v1/me", headers={"authorization": f"Bearer {token}"}).json()["demo"] is True


def test_whether_an_address_is_known_cannot_be_asked(somebody: Client, neighbour: NewNeighbour) -> None:
    """The same answer for a resident and for nobody, to the code as well."""
    neighbour("ada")

    answers = [somebody.post("/v1/log-ins", {"email": f"{name}@example.org"}) for name in ("ada", "nobody")]
    guesses = [
        somebody.post("/v1/log-ins/code", {"email": f"{name}@example.org", "code": "x"}) for name in ("ada", "nobody")
    ]

    assert answers[0].content == answers[1].content
    assert guesses[0].content == guesses[1].content
    assert guesses[0].status_code == 422


def test_five_wrong_guesses_spend_a_code(somebody: Client, desk: Desk) -> None:
    """The right one comes too late, and does not say so."""
    somebody.post("/v1/log-ins", {"email": MAIL})
    (code,) = mailed(desk)
    guesses = [somebody.post("/v1/log-ins/code", {"email": MAIL, "code": wrong(code)}) for _ in range(5)]

    late = somebody.post("/v1/log-ins/code", {"email": MAIL, "code": code})

    assert {guess.content for guess in guesses} == {late.content}
    assert late.json()["error"]["code"] == "wrong_code"


def test_how_often_a_code_was_asked_for_cannot_be_asked(somebody: Client, desk: Desk) -> None:
    """Beyond five in a quarter of an hour nothing is mailed, and the answer is the same; others get theirs."""
    answers = [somebody.post("/v1/log-ins", {"email": MAIL}) for _ in range(7)]
    sent = mailed(desk)
    answers.append(somebody.post("/v1/log-ins", {"email": "eve@example.org"}))

    assert {(answer.status_code, answer.content, *_headers(answer)) for answer in answers} == {
        (202, answers[0].content, *_headers(answers[0]))
    }
    assert (len(sent), len(mailed(desk))) == (5, 6)
    assert {file.suffix for file in (desk.identity.folder / "mail").iterdir()} == {".eml"}


def test_how_often_was_guessed_cannot_be_asked(somebody: Client, desk: Desk) -> None:
    """After twenty guesses at one address the right code is answered as a wrong one; another address is not held up."""
    guesses = [somebody.post("/v1/log-ins/code", {"email": MAIL, "code": "1"}) for _ in range(20)]
    for mail in (MAIL, "eve@example.org"):
        somebody.post("/v1/log-ins", {"email": mail})
    (code,) = (found for mail, found in _mails(desk) if mail == MAIL)
    (hers,) = (found for mail, found in _mails(desk) if mail != MAIL)

    late = somebody.post("/v1/log-ins/code", {"email": MAIL, "code": code})

    assert {(told.status_code, told.content) for told in guesses} == {(late.status_code, late.content)}
    assert late.json()["error"]["code"] == "wrong_code"
    assert somebody.post("/v1/log-ins/code", {"email": "eve@example.org", "code": hers}).status_code == 200


@pytest.mark.parametrize("typed", ["", "ada", "a b@c", "ada@x\nBcc: eve@example.org", "x" * 300 + "@example.org", 5])
def test_what_is_no_address_is_refused_unrepeated(somebody: Client, desk: Desk, typed: object) -> None:
    """The field is named, and no mail goes out."""
    answer = somebody.post("/v1/log-ins", {"email": typed})

    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == ["email"]
    if len(str(typed)) > 2:
        assert str(typed)[:20] not in answer.text
    assert not (desk.identity.folder / "mail").exists()


def test_a_browser_gets_a_cookie_that_no_page_can_read(somebody: Client, desk: Desk) -> None:
    """It is enough to read; to change something the page must be ours."""
    somebody.post("/v1/log-ins", {"email": MAIL})
    answer = somebody.post("/v1/log-ins/code", {"email": MAIL, "code": mailed(desk)[0]})

    cookie = answer.headers["set-cookie"].lower()
    assert "porchlight-resident-dev=" in cookie
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert somebody.get("/v1/me").status_code == 200
    for origin, status in ((None, 403), ("http://evil.example", 403), ("null", 403), (HOST, 200)):
        headers = {} if origin is None else {"origin": origin}
        told = somebody.ask("POST", "/v1/previews", json={}, headers=headers).status_code
        assert told == (422 if status == 200 else status), origin


def test_another_site_cannot_log_anybody_in(somebody: Client) -> None:
    """Nor ask for a code in their name."""
    for path in ("/v1/log-ins", "/v1/log-ins/code"):
        answer = somebody.post(path, {"email": MAIL, "code": "1"}, headers={"origin": "http://evil.example"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "cross_site")


def test_logging_out_ends_one_log_in(neighbour: NewNeighbour) -> None:
    """Its token is nobody's from there on; the one on the other device still is."""
    phone, desk_ = neighbour("ada"), neighbour("ada")

    answer = phone.ask("DELETE", "/v1/log-ins/current")

    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert phone.ask("GET", "/v1/me").status_code == 401
    assert desk_.ask("GET", "/v1/me").status_code == 200


def test_a_home_is_a_block_of_the_map(neighbour: NewNeighbour, town: Town) -> None:
    """Told with its division; what is not on the map is refused, and its id is not repeated."""
    ada = neighbour("ada", home=None)
    assert ada.get("/v1/me")["home"] is None

    answer = ada.ask("PUT", "/v1/me/home", {"block_id": town.blocks[1]})
    refused = ada.ask("PUT", "/v1/me/home", {"block_id": "39.0997,-94.5786"})

    home = {
        "id": town.blocks[1],
        "label": "Central, cell 2",
        "homes": 14,
        "division": {"id": town.central, "name": "Central"},
    }
    assert answer.json() == {"home": home}
    assert ada.get("/v1/me")["home"] == home
    assert refused.status_code == 422
    assert "39.0997" not in refused.text


def test_a_home_moves_twice_in_thirty_days(ada: Neighbour, town: Town) -> None:
    """The third move is a conflict with a reason."""
    for block in (town.blocks[1], town.east_block):
        assert ada.ask("PUT", "/v1/me/home", {"block_id": block}).status_code == 200

    answer = ada.ask("PUT", "/v1/me/home", {"block_id": town.blocks[0]})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "home_changed_too_often")


def test_nothing_but_the_mail_with_a_code_asks_which_language_a_browser_speaks(desk: Desk) -> None:
    """So no post, correction, preview or reason can differ by it: no other route of residents is told."""
    told = create_app(desk).openapi()["paths"]
    asks = [
        (method, path)
        for path, methods in told.items()
        for method, route in methods.items()
        if any(one["name"].lower() == "accept-language" for one in route.get("parameters", []))
    ]

    assert asks == [("post", "/v1/log-ins")]
