"""Likely names of people in words that are about to be sent: told to who wrote them alone. Nothing of it is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from workers.redact import names
from workers.redact.text import scrub

Field = Literal["title", "text"]


class NewWords(BaseModel):
    """A comment or a note, before it is sent."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class NameSeen(BaseModel):
    """What is likely a name, and where in the scrubbed words it stands, in characters."""

    model_config = ConfigDict(extra="forbid")
    text: str
    field: Field
    start: int
    end: int


class WordsSeen(BaseModel):
    """The words as others would read them, and what to ask about."""

    model_config = ConfigDict(extra="forbid")
    text: str
    names: list[NameSeen]


def looked_at(words: NewWords) -> WordsSeen:
    """The words scrubbed, with what to ask about."""
    text = scrub(words.text)
    return WordsSeen(text=text, names=names_in("text", text))


def names_in(field: Field, scrubbed: str) -> list[NameSeen]:
    """The likely names of one field."""
    return [
        NameSeen(text=scrubbed[name.start : name.end], field=field, start=name.start, end=name.end)
        for name in names.find(scrubbed)
    ]
