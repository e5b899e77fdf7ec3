"""Errors to answers."""

from __future__ import annotations

from typing import Annotated, Literal

import httpx
import pytest
from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http import new_app
from api.who import anyone
from storage.kit.errors import Conflict, NotLoggedIn, TooOften, Unavailable
from tests.api.asking import Client
from tests.api.conftest import NewClient

SECRET = "1600 Elm Street"


class Words(BaseModel):
    """Something a person typed."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=5)]
    kind: Literal["a", "b"] = "a"
    many: Annotated[list[int], Field(max_length=1)] = []


@pytest.fixture
def ask(client: NewClient) -> Client:
    """Somebody who asks a program that refuses."""
    app = new_app("staff")

    @app.post("/v1/words", dependencies=[Depends(anyone)])
    def words(words: Words, limit: Annotated[int, Query(ge=1)] = 1) -> dict[str, str]:
        return {}

    @app.get("/v1/refusals/{which}", dependencies=[Depends(anyone)])
    def refuse(which: str) -> None:
        raise {
            "conflict": Conflict("It moved on.", code="moved", fields={"state": "gone"}),
            "often": TooOften("Wait.", retry_after=7),
            "who": NotLoggedIn("Log in."),
            "away": Unavailable("It does not answer."),
        }[which]

    return client(app)


def fields(answer: httpx.Response) -> dict[str, str]:
    """What is wrong with which field."""
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "refused"
    found: dict[str, str] = answer.json()["error"]["fields"]
    return found


def test_an_error_tells_code_message_and_fields(ask: Client) -> None:
    """With its own status."""
    answer = ask.get("/v1/refusals/conflict")

    assert answer.status_code == 409
    assert answer.json() == {"error": {"code": "moved", "message": "It moved on.", "fields": {"state": "gone"}}}


def test_too_often_says_when_to_come_back(ask: Client) -> None:
    """In seconds."""
    answer = ask.get("/v1/refusals/often")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


def test_a_fault_of_ours_that_may_pass_says_when_to_come_back(ask: Client) -> None:
    """Programs wait so long by themselves."""
    answer = ask.get("/v1/refusals/away")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")


def test_who_must_log_in_is_told_how(ask: Client) -> None:
    """By bearer."""
    answer = ask.get("/v1/refusals/who")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_field_is_named_with_a_sentence_and_never_its_value(ask: Client) -> None:
    """Too long, not a choice, too many, missing, too small: each says so."""
    wrong = ask.post("/v1/words?limit=0", {"title": SECRET, "kind": SECRET, "many": [1, 2]})
    missing = ask.post("/v1/words", {})

    assert fields(wrong) == {
        "title": "This is too long: at most 5.",
        "kind": "This is not one of the choices: 'a' or 'b'.",
        "many": "This has too many entries: at most 1.",
        "limit": "This must be at least 1.",
    }
    assert fields(missing) == {"title": "This is needed."}
    assert SECRET not in wrong.text


def test_a_field_that_is_not_known_is_not_repeated(ask: Client) -> None:
    """Its name is the sender's own words."""
    answer = ask.post("/v1/words", {"title": "x", SECRET: 1})

    assert fields(answer) == {"body": "There is a field here that is not known."}
    assert SECRET not in answer.text


def test_what_no_sentence_was_written_for_is_still_refused_in_our_words(ask: Client) -> None:
    """A number where words should be."""
    assert fields(ask.post("/v1/words", {"title": 7})) == {"title": "This cannot be used as it is."}


def test_a_body_that_is_not_json_is_malformed(ask: Client) -> None:
    """400, without quoting it."""
    answer = ask.ask("POST", "/v1/words", content=f"{{{SECRET}", headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")
    assert SECRET not in answer.text


def test_a_body_that_does_not_say_it_is_json_is_of_the_wrong_type(ask: Client) -> None:
    """A form of another site cannot pass for JSON."""
    answer = ask.ask("POST", "/v1/words", content='{"title":"x"}', headers={"content-type": "text/plain"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "wrong_type")


def test_unknown_addresses_and_methods_answer_in_the_same_shape(ask: Client) -> None:
    """404 and 405 of the API are JSON too."""
    nowhere, wrong = ask.get("/v1/nowhere"), ask.ask("PUT", "/v1/words")

    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (404, "not_there")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "wrong_method")
    assert wrong.headers["allow"] == "POST"
