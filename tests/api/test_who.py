"""Who is asking."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response

from api.http import new_app
from api.who import Declared, TokenCookie, Who, anyone, declared
from tests.api.asking import HOST
from tests.api.conftest import NewClient

COOKIE = TokenCookie("staff", secure=False)


class Holder(Who):
    """Whoever has a token."""

    name = "holder"

    def __call__(self, request: Request) -> str:
        """The token."""
        return COOKIE.token(request) or "none"


Token = Annotated[str, Depends(Holder())]


@pytest.fixture
def app() -> FastAPI:
    """A program that tells everyone their token."""
    app = new_app("staff")

    @app.api_route("/v1/token", methods=["GET", "POST", "DELETE"])
    def token(token: Token) -> str:
        return token

    @app.post("/v1/log-ins", dependencies=[Depends(anyone)])
    def log_in(response: Response) -> None:
        COOKIE.put(response, "secret", seconds=60)

    @app.delete("/v1/log-ins", dependencies=[Depends(anyone)])
    def log_out(response: Response) -> None:
        COOKIE.drop(response)

    return app


def test_every_route_is_listed_with_who_may_call_it(app: FastAPI) -> None:
    """Roles count that come by parameter, by route, or with the router; a route without any stands out."""
    inner = APIRouter()
    inner.add_api_route("/inner", lambda: None, methods=["GET"])
    outer = APIRouter(prefix="/v1")
    outer.include_router(inner)
    app.include_router(outer, dependencies=[Depends(Holder())])
    app.add_api_route("/v1/forgotten", lambda: None, methods=["GET"])

    found = declared(app)

    assert Declared("DELETE", "/v1/token", ("holder",)) in found
    assert Declared("POST", "/v1/log-ins", ("anyone",)) in found
    assert Declared("GET", "/v1/inner", ("holder",)) in found
    assert [one.path for one in found if not one.who] == ["/v1/forgotten"]


def test_a_mounted_app_stands_out_too(app: FastAPI) -> None:
    """Whatever is behind it names nobody to us."""
    app.mount("/v1/other", FastAPI())

    assert [one.path for one in declared(app) if not one.who] == ["/v1/other"]


def test_a_program_sends_its_token_as_bearer(app: FastAPI, client: NewClient) -> None:
    """From wherever it runs, for reading and changing; the word in any case."""
    ask = client(app)

    assert (
        ask.post("/v1/token", headers={"authorization": "bearer abc", "origin": "http://evil.example"}).json() == "abc"
    )
    assert ask.get("/v1/token", headers={"authorization": "Bearer "}).json() == "none"
    assert ask.get("/v1/token", headers={"authorization": "Basic abc"}).json() == "none"


def test_a_browser_keeps_its_token_where_no_page_can_read_it(app: FastAPI, client: NewClient) -> None:
    """HttpOnly, for this site alone, until the log-in ends or is ended."""
    ask = client(app)

    given = ask.post("/v1/log-ins").headers["set-cookie"]
    kept = ask.get("/v1/token").json()
    ask.ask("DELETE", "/v1/log-ins")

    assert kept == "secret"
    assert {"HttpOnly", "SameSite=strict", "Max-Age=60", "Path=/"} <= set(given.split("; "))
    assert ask.get("/v1/token").json() == "none"


def test_under_tls_the_cookie_is_bound_to_its_host() -> None:
    """`__Host-`, Secure, no domain."""
    response = Response()

    TokenCookie("staff", secure=True).put(response, "secret", seconds=60)

    given = response.headers["set-cookie"].split("; ")
    assert given[0] == "__Host-porchlight-staff=secret"
    assert {"Secure", "Path=/"} <= set(given)
    assert not any(part.startswith("Domain") for part in given)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (HOST, 200),
        (HOST.upper(), 200),
        ("http://evil.example", 403),
        (f"{HOST}.evil.example", 403),
        (f"{HOST}:8001", 403),
        ("null", 403),
        (None, 403),
    ],
)
def test_a_change_by_cookie_comes_from_our_own_pages(
    app: FastAPI, client: NewClient, origin: str | None, status: int
) -> None:
    """Reading needs no origin; another site gets no answer that it could read."""
    ask = client(app)
    ask.post("/v1/log-ins")
    headers = {} if origin is None else {"origin": origin}

    change, look = ask.post("/v1/token", headers=headers), ask.get("/v1/token", headers=headers)

    assert change.status_code == status
    assert look.json() == "secret"
    if status == 403:
        assert change.json()["error"]["code"] == "cross_site"


def test_another_site_cannot_log_anybody_in(app: FastAPI, client: NewClient) -> None:
    """A log-in nobody meant would show somebody else's account."""
    ask = client(app)

    assert ask.post("/v1/log-ins", headers={"origin": "http://evil.example"}).status_code == 403
    assert ask.post("/v1/log-ins", headers={"origin": HOST}).status_code == 200
