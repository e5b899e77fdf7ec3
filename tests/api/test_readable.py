"""What nobody can see is no word."""

from __future__ import annotations

import pytest
from pydantic_core import PydanticCustomError

from api.readable import demand_readable


@pytest.mark.parametrize("text", ["a", "?", "5", "🚐", "\u200bé", "日本", "\u202eא", "👩\u200d👧"])
def test_whatever_is_seen_is_let_through_as_it_is(text: str) -> None:
    """In every script, also among characters that are not seen."""
    assert demand_readable(text) == text


@pytest.mark.parametrize(
    "text", ["\u200b\u200b", "\u202e\u202c", "\u2060", "\u3164", "\u2800 \u2800", "\ufe0f", "\u0301"]
)
def test_what_nobody_sees_is_refused(text: str) -> None:
    """Invisible characters, fillers, and marks that stand on nothing."""
    with pytest.raises(PydanticCustomError):
        demand_readable(text)
