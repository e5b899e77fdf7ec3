"""A letter as the author of a post reads it."""

from __future__ import annotations

from pydantic import BaseModel

from storage.cases.letters import ANSWERED, Kind
from storage.identity.clips.letters import Arrived
from storage.kit.clock import as_text
from workers.guidelines.questions import QUESTIONS
from workers.guidelines.rules import Said


class Named(BaseModel):
    """The guideline by which something was decided, and the version that says what it means."""

    guideline: str
    version: int


class LetterSeen(BaseModel):
    """What the police (`question`, `helped`) or a moderator (`warning`, `asked`, `decided`) says to who sent the post.

    `listed`: a question in every language, in place of `text`. `crosses_at`: an answer waits until then, and can be put
    otherwise. Nobody is told that a letter was read, nor that it was not answered.
    """

    id: str
    kind: Kind
    text: str
    listed: Said | None
    decided_by: Named | None
    ends_at: str
    may_answer: bool
    answered: bool
    crosses_at: str | None


def letter_seen(letter: Arrived) -> LetterSeen:
    """The letter as it stands."""
    listed = next((one.text for one in QUESTIONS.listed if one.id == letter.listed), None)
    waiting = letter.crosses_at is not None
    return LetterSeen(
        id=letter.id,
        kind=letter.kind,
        text=letter.text,
        listed=listed,
        decided_by=Named(guideline=letter.reason, version=letter.guidelines) if letter.reason else None,
        ends_at=as_text(letter.ends_at),
        may_answer=letter.kind in ANSWERED and (waiting or not letter.answered),
        answered=letter.answered,
        crosses_at=as_text(letter.crosses_at) if letter.crosses_at else None,
    )
