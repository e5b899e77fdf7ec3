"""Reads the words of a request for footage: do they press, describe by race alone, gather people, announce, lead away?

Does NOT understand anything, as `check` does not. Stricter than it, for it speaks for the police: what is found is not
sent, and a detective says it otherwise. The airlock looks again, so that a row nobody checked goes nowhere.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from workers.guidelines.check import ENOUGH, plain
from workers.guidelines.looks import marks_in, race_in
from workers.guidelines.rules import Said
from workers.guidelines.word_lists import any_of

FILE = Path(__file__).with_name("requests.toml")
# "Buscamos a un hombre": who is sought is nobody it was done to, as `race_in` would take it.
_SOUGHT = re.compile(r"\b(?:busc|identific|grab|recono|vi|ve)\w* a\b")
RuleId = Literal["pressure", "race_only", "assembly", "announcement", "elsewhere"]


class RequestRule(BaseModel):
    """One thing that a request may not do, and how to say it better."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: RuleId
    title: Said
    hint: Said


class RequestGuidelines(BaseModel):
    """All that is in force, in the order in which it is looked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: int = Field(ge=1)
    rules: tuple[RequestRule, ...] = Field(alias="rule", serialization_alias="rules")


def read(toml: str) -> RequestGuidelines:
    """The guidelines that a file holds; raises ValueError where it says more, less or otherwise than it may."""
    found = RequestGuidelines.model_validate(tomllib.loads(toml))
    if [rule.id for rule in found.rules] != list(_BREAKS):
        raise ValueError("the rules are not those that are looked for")
    return found


def check_request(text: str) -> tuple[RequestRule, ...]:
    """The rules that a request of these words breaks, the first one first; none where it may go out."""
    words = plain(text)
    return tuple(rule for rule in IN_FORCE.rules if _BREAKS[rule.id](words))


def _begins(listed: str) -> Callable[[str], bool]:
    """Finds any of the list where a word begins; it may end inside one."""
    pattern = re.compile(rf"(?<!\w)(?:{listed})")
    return lambda words: pattern.search(words) is not None


_DESCENT = _begins(any_of("asks_looks"))
_BREAKS: dict[RuleId, Callable[[str], bool]] = {
    "pressure": _begins(any_of("asks_pressure")),
    "race_only": lambda words: (_DESCENT(words) or race_in(_SOUGHT.sub(" ", words))) and marks_in(words) < ENOUGH,
    "assembly": _begins(any_of("asks_assembly")),
    "announcement": _begins(any_of("asks_announcement")),
    "elsewhere": _begins(any_of("asks_elsewhere")),
}
IN_FORCE = read(FILE.read_text(encoding="utf-8"))
