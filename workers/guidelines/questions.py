"""What may be asked of an unknown author, as data, and the check that reads a question by it.

Does NOT understand anything: it knows words and their neighbours, in English and Spanish. Who asks is told what is
wrong before anything is sent; the airlock asks again and brings nothing that breaks a rule.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from workers.guidelines.check import ENOUGH, plain
from workers.guidelines.contacts import CONTACTS, DATE
from workers.guidelines.looks import marks_in, race_in
from workers.guidelines.rules import Said
from workers.guidelines.word_lists import any_of, word

FILE = Path(__file__).with_name("questions.toml")
_WHO, _CONTACT = word(any_of("asks_who")), word(any_of("asks_contact"))
_PRESSING = word(any_of("asks_pressing"))


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuestionRule(_Closed):
    """One thing that no question may do, and how to ask it better."""

    id: Literal["link", "contact", "who", "pressure", "race_only"]
    title: Said
    hint: Said


class Listed(_Closed):
    """A question that moderators ask often, in every language."""

    id: str = Field(pattern="^[a-z_]{1,24}$")
    text: Said


class Questions(_Closed):
    """All that is in force."""

    version: int = Field(ge=1)
    rules: tuple[QuestionRule, ...] = Field(alias="rule", serialization_alias="rules")
    listed: tuple[Listed, ...] = Field(alias="question", serialization_alias="listed")


QUESTIONS = Questions.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))
IDS_LISTED = frozenset(one.id for one in QUESTIONS.listed)


def check_question(text: str) -> tuple[QuestionRule, ...]:
    """The rules that a question of these words breaks, the first one first; none where it may be asked."""
    words = " ".join(plain(text).split())
    return tuple(rule for rule in QUESTIONS.rules if _BREAKS[rule.id](words))


def holds_contact(text: str) -> bool:
    """Whether there is a link, a number that can be called, a mail address or an account in it."""
    bare = DATE.sub(" ", text)
    return any(pattern.search(bare) for pattern in CONTACTS)


_BREAKS: dict[str, Callable[[str], bool]] = {
    "link": holds_contact,
    "contact": lambda words: _CONTACT.search(words) is not None,
    "who": lambda words: _WHO.search(words) is not None,
    "pressure": lambda words: _PRESSING.search(words) is not None,
    "race_only": lambda words: race_in(words) and marks_in(words) < ENOUGH,
}
