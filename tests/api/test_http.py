"""What every HTTP program has from the beginning."""

from __future__ import annotations

import pytest
from fastapi import Depends, FastAPI

from api.http import new_app
from api.who import anyone
from tests.api.conftest import NewClient


@pytest.fixture
def app() -> FastAPI:
    """A program with one route of its own."""
    made = new_app("staff", feed_address="ws://127.0.0.1:8002/v1/feed")

    @made.get("/v1/thing", dependencies=[Depends(anyone)])
    def thing() -> dict[str, str]:
        """Does a <thing>."""
        return {}

    return made


def test_health_says_that_it_answers(app: FastAPI, client: NewClient) -> None:
    """Whoever asks."""
    answer = client(app).get("/v1/health")

    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def test_the_contract_is_described(app: FastAPI, client: NewClient) -> None:
    """OpenAPI lists the API, and nothing but the API."""
    described = client(app).get("/openapi.json").json()

    assert set(described["paths"]) == {"/v1/health", "/v1/thing"}


def test_a_refusal_is_described_as_it_is_told(app: FastAPI, client: NewClient) -> None:
    """Our shape, and not the framework's."""

    @app.get("/v1/taking", dependencies=[Depends(anyone)])
    def taking(number: int) -> dict[str, str]:
        return {}

    described = client(app).get("/openapi.json").json()

    answers = described["paths"]["/v1/taking"]["get"]["responses"]
    assert (set(answers), "HTTPValidationError" in described["components"]["schemas"]) == ({"200", "default"}, False)


def test_nobody_is_sent_on_to_another_address(app: FastAPI, client: NewClient) -> None:
    """One slash too many is not there: behind a proxy the address to go to would be one in clear."""
    answer = client(app).get("/v1/thing/", follow_redirects=False)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_there")


def test_the_documentation_asks_nobody_outside(app: FastAPI, client: NewClient) -> None:
    """One page of our own, with no script and no address but ours."""
    page = client(app).get("/docs").text

    assert "/v1/thing" in page
    assert "Does a &lt;thing&gt;." in page
    assert "<script" not in page
    assert "http" not in page.replace("https://", "").split("<h1>")[1]
