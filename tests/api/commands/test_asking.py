"""What a command hears from the programs it asks."""

from __future__ import annotations

import httpx
import pytest

from api.commands import asking
from storage.kit.errors import Refused, TooOften


def test_who_asked_too_often_is_told_when_to_come_back() -> None:
    """An hour is longer than a command waits; the program does answer, so nobody is sent to look whether it runs."""
    with pytest.raises(TooOften, match="come back in 3504 seconds"), _answering(429, {"retry-after": "3504"}) as http:
        asking.ask(http, "POST", "/v1/posts")


def test_a_refusal_is_in_the_programs_own_words() -> None:
    """With the fields that it names."""
    with pytest.raises(Refused, match="Some of this") as told, _answering(422, {}) as http:
        asking.ask(http, "POST", "/v1/posts")

    assert told.value.fields == {"title": "This is needed."}


def _answering(status: int, headers: dict[str, str]) -> httpx.Client:
    error = {"code": "refused", "message": "Some of this.", "fields": {"title": "This is needed."}}
    answer = httpx.Response(status, headers=headers, json={"error": error})
    return httpx.Client(base_url="http://127.0.0.1", transport=httpx.MockTransport(lambda _request: answer))
