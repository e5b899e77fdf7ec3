"""Likely names of people in what a resident is about to send, to be asked about. Nothing of it is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.resident.desk import Asking, AtDesk
from storage.identity import limits
from storage.identity.limits import Limit
from storage.kit import clock
from workers.redact import names
from workers.redact.text import scrub

router = APIRouter(tags=["words"])

ASKED = Limit("words of one resident looked at for names", 120, clock.MINUTE)

Field = Literal["title", "text"]


class NewWords(BaseModel):
    """A comment or a note, before it is sent."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class NameSeen(BaseModel):
    """What is likely a name, and where in the scrubbed words it stands, in characters."""

    text: str
    field: Field
    start: int
    end: int


class WordsSeen(BaseModel):
    """The words as others would read them, and what to ask about."""

    text: str
    names: list[NameSeen]


@router.post("/v1/names")
def look(body: NewWords, asking: Asking, desk: AtDesk) -> WordsSeen:
    """What of a comment or a note is likely a name: asked before it is sent, and answered to its author alone."""
    limits.count(desk.stores.vault, ASKED, asking)
    text = scrub(body.text)
    return WordsSeen(text=text, names=names_in("text", text))


def names_in(field: Field, scrubbed: str) -> list[NameSeen]:
    """The likely names of one field."""
    return [
        NameSeen(text=scrubbed[name.start : name.end], field=field, start=name.start, end=name.end)
        for name in names.find(scrubbed)
    ]
