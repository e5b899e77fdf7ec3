"""What every request passes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from api.doorway import JSON_BYTES
from api.http import new_app
from api.who import anyone
from storage.kit import log, metrics
from tests.api.asking import Client
from tests.api.conftest import NewClient

SECRET = "1600 Elm Street"


@pytest.fixture
def app() -> FastAPI:
    """A program in which things go wrong."""
    app = new_app("resident", feed_address="wss://feed.city.example/v1/feed", large_bodies=("/v1/parts/",))

    @app.get("/v1/broken/{word}", dependencies=[Depends(anyone)])
    def broken(word: str) -> None:
        raise RuntimeError(SECRET)

    @app.get("/v1/half", dependencies=[Depends(anyone)])
    def half() -> StreamingResponse:
        def pieces() -> Iterator[bytes]:
            yield b"half"
            raise RuntimeError(SECRET)

        return StreamingResponse(pieces())

    @app.get("/v1/left", dependencies=[Depends(anyone)])
    async def left() -> None:
        raise ClientDisconnect

    @app.post("/v1/words", dependencies=[Depends(anyone)])
    def words(words: dict[str, str]) -> int:
        return len(words["text"])

    @app.put("/v1/parts/1", dependencies=[Depends(anyone)])
    async def part(request: Request) -> int:
        return len(await request.body())

    return app


@pytest.fixture
def ask(app: FastAPI, client: NewClient) -> Client:
    """Somebody who asks it."""
    return client(app)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """What our log was told."""
    monkeypatch.setattr(logging.getLogger("porchlight"), "propagate", True)
    return caplog


def test_answers_carry_closed_headers(ask: Client) -> None:
    """Nothing from outside, no guessing of types, no referrer, no keeping of answers."""
    headers = ask.get("/v1/health").headers

    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' wss://feed.city.example"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_each_request_has_a_number_of_its_own(ask: Client) -> None:
    """Drawn here; what the asker sends is not taken over."""
    first, second = (ask.get("/v1/health", headers={"x-request-id": "mine"}).headers["x-request-id"] for _ in "ab")

    assert len({"mine", first, second}) == 3


def test_a_fault_is_told_without_its_words(ask: Client, lines: pytest.LogCaptureFixture) -> None:
    """The asker learns nothing of it; our log its class and place, neither its message nor the address asked."""
    answer = ask.get("/v1/broken/elm-street")

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "fault")
    assert answer.headers["content-security-policy"]
    assert "RuntimeError" in lines.text
    assert f"request={answer.headers['x-request-id']}" in lines.text
    assert "route=/v1/broken/{word}" in lines.text
    assert SECRET not in answer.text + lines.text
    assert "elm-street" not in lines.text


def test_a_fault_in_the_middle_of_an_answer_is_logged_alike(ask: Client, lines: pytest.LogCaptureFixture) -> None:
    """The answer ends there, unfinished: a server cuts the connection then (tests/api/test_serving.py)."""
    with pytest.raises(AssertionError):  # the asker's own, about an answer without an end
        ask.get("/v1/half")

    assert "request_failed error=RuntimeError" in lines.text
    assert SECRET not in lines.text


def test_an_asker_who_left_is_no_fault(ask: Client, lines: pytest.LogCaptureFixture) -> None:
    """People close pages."""
    with pytest.raises(AssertionError):  # the asker's own, about no answer at all
        ask.get("/v1/left")

    assert lines.text == ""


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_is_bounded(ask: Client, announced: bool) -> None:
    """Whether its length is told before or not."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"text":"'
        for _ in range(JSON_BYTES // 1024 + 1):
            yield b"a" * 1024
        yield b'"}'

    body = b'{"text":"' + b"a" * JSON_BYTES + b'"}' if announced else pieces()
    answer = ask.ask("POST", "/v1/words", content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_a_body_within_the_bound_is_read(ask: Client) -> None:
    """Up to 64 KiB of JSON."""
    assert ask.post("/v1/words", {"text": "a" * (JSON_BYTES - 100)}).json() == JSON_BYTES - 100


def test_uploads_bound_themselves(ask: Client) -> None:
    """Where the app says so."""
    assert ask.ask("PUT", "/v1/parts/1", content=b"a" * (JSON_BYTES + 1)).json() == JSON_BYTES + 1


def test_our_log_has_a_field_for_each_of_these() -> None:
    """A fault must never fail for its own log line."""
    assert {"request", "method", "route"} <= log.FIELDS


def test_requests_are_measured_by_route_and_never_by_path(ask: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The template, the method, the status; refusals by their code; nothing that was asked for."""
    monkeypatch.setattr(metrics, "_here", metrics._Here())

    ask.get("/v1/broken/elmstreet")
    ask.ask("ELM", "/v1/elmstreet")
    ask.post("/v1/words", {"text": "x"}, headers={"origin": "https://elm.example"})

    seen = {"method": "GET", "route": "/v1/broken/{word}", "status": "500"}
    assert metrics.value_of("request_seconds", **seen) == 1
    assert metrics.value_of("request_seconds", method="?", route="?", status="404") == 1
    assert metrics.value_of("refusals", route="/v1/words", code="cross_site") == 1
    assert "elm" not in metrics.text().decode().lower()
