"""What the police may let neighbours know: in words that keep to the guidelines of posts, and lead nowhere."""

from __future__ import annotations

from workers.guidelines.check import check, visible
from workers.guidelines.questions import holds_contact
from workers.guidelines.rules import Rule

MOST_LETTERS = 600


def broken(text: str) -> tuple[Rule, ...]:
    """The guidelines that a notice of these words would break, the first one first."""
    return check("", text, "crime")


def may_be_read(text: str) -> bool:
    """Whether neighbours may be shown these words, whoever wrote the row that holds them."""
    fits = 0 < len(text.strip()) <= len(text) <= MOST_LETTERS
    return fits and text == visible(text) and not broken(text) and not holds_contact(text)
