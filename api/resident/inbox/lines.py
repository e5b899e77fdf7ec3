"""One line of the inbox, whatever kind of thing it stands for."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Kind(StrEnum):
    """What can be asked of a resident."""

    REQUEST = "request"
    QUESTION = "question"
    NOTICE = "notice"


class Line(BaseModel):
    """One thing in the list: about what, in a few words; when it is gone; whether I said nothing to it (`waits`)."""

    model_config = ConfigDict(extra="forbid")
    kind: Kind
    id: str
    about: str
    ends_at: str
    waits: bool
