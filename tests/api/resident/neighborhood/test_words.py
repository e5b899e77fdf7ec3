"""Words that are about to be sent, looked at for names."""

from __future__ import annotations

import pytest

from api.resident.neighborhood import words
from storage.identity.limits import Limit
from storage.kit import clock
from tests.api.resident.neighbour import Neighbour


def test_a_comment_is_looked_at_before_it_is_sent(ada: Neighbour) -> None:
    """Its author reads it scrubbed, with what is likely a name and where it stands."""
    answer = ada.ask("POST", "/v1/names", {"text": "816-555-0142 is Jim Peterson's"})

    assert answer.status_code == 200
    assert answer.json() == {
        "text": "[phone] is Jim Peterson's",
        "names": [{"text": "Jim Peterson", "field": "text", "start": 11, "end": 23}],
    }


def test_words_without_names_ask_nothing(ada: Neighbour) -> None:
    """Streets and shops are no people."""
    assert ada.ask("POST", "/v1/names", {"text": "on Troost by Wendy's"}).json()["names"] == []


def test_only_words_are_taken(ada: Neighbour) -> None:
    """Nothing else may be sent along, and no more than anybody writes; a refusal repeats nothing."""
    long = ada.ask("POST", "/v1/names", {"text": "Marcus " * 400})
    more = ada.ask("POST", "/v1/names", {"text": "Marcus", "post_id": "a" * 26})

    assert (long.status_code, more.status_code) == (422, 422)
    assert "Marcus" not in long.text + more.text


def test_nobody_asks_without_end(ada: Neighbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs the machine something, so it is counted."""
    monkeypatch.setattr(words, "ASKED", Limit("words", 1, clock.MINUTE))
    ada.ask("POST", "/v1/names", {"text": "one"})

    assert ada.ask("POST", "/v1/names", {"text": "two"}).status_code == 429
