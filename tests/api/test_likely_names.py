"""Likely names, told to who wrote them before anything is sent."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from api.likely_names import NewWords, looked_at, names_in


def test_a_name_is_told_where_it_stands_in_the_scrubbed_words() -> None:
    """Places count characters of the words as others would read them."""
    seen = looked_at(NewWords(text="  Call 816-555-0142. It was Marta Gonzalez next door. "))

    (name,) = seen.names
    assert "0142" not in seen.text
    assert (name.text, name.field) == (seen.text[name.start : name.end], "text")
    assert name.text.startswith("Marta")


def test_words_without_a_name_are_told_as_they_are() -> None:
    """Nothing is asked about."""
    seen = looked_at(NewWords(text="A grey van, twice."))

    assert (seen.text, seen.names, names_in("title", "A grey van")) == ("A grey van, twice.", [], [])


def test_no_more_is_read_than_a_comment_may_have() -> None:
    """Nor anything beside the words."""
    for said in ({"text": "a" * 2001}, {"text": "a", "post": "x"}):
        with pytest.raises(ValidationError):
            NewWords(**said)
