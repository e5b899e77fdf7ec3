"""A program's pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from api import answers, pages
from tests.api.asking import Client
from tests.api.conftest import NewClient


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A web build: staff has pages, resident has none."""
    folder = tmp_path / "dist"
    (folder / "staff" / "assets").mkdir(parents=True)
    (folder / "staff" / "index.html").write_text("<title>the page</title>")
    (folder / "staff" / "assets" / "a-1f.js").write_text("script")
    (folder / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def ask(built: Path, client: NewClient) -> Client:
    """Somebody with a browser."""
    app = FastAPI()
    answers.install(app)
    pages.install(app, "staff", built)
    return client(app)


@pytest.mark.parametrize("path", ["/", "/posts/abc", "/v1x"])
def test_the_page_finds_its_own_way(ask: Client, path: str) -> None:
    """Every address that is no file and not of the API is the page, asked for anew each time."""
    answer = ask.get(path)

    assert answer.text == "<title>the page</title>"
    assert answer.headers["cache-control"] == "no-cache"


def test_hashed_files_are_kept_for_ever(ask: Client) -> None:
    """Their names change when they do; one that is gone is no page."""
    there, gone = ask.get("/assets/a-1f.js"), ask.get("/assets/b-2e.js")

    assert (there.text, there.headers["cache-control"]) == ("script", pages.FOR_EVER)
    assert gone.status_code == 404


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/anything"])
def test_the_api_is_never_a_page(ask: Client, path: str) -> None:
    """An unknown call is told so."""
    assert ask.get(path).json()["error"]["code"] == "not_there"


@pytest.mark.parametrize("path", ["/..%2fsecret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/a%00b"])
def test_nothing_outside_the_build_is_served(ask: Client, path: str) -> None:
    """However it is written."""
    assert "secret" not in ask.get(path).text


@pytest.mark.parametrize(("path", "status"), [("/" + "a" * 5000, 200), ("/assets/" + "a" * 5000, 404)])
def test_an_address_that_no_file_could_have_is_no_fault(ask: Client, path: str, status: int) -> None:
    """It is the page, or not there, as any other."""
    assert ask.get(path).status_code == status


def test_a_missing_build_is_said_in_a_sentence(built: Path, client: NewClient) -> None:
    """With the remedy."""
    app = FastAPI()
    pages.install(app, "resident", built)

    answer = client(app).get("/")

    assert answer.status_code == 503
    assert "make setup" in answer.text
