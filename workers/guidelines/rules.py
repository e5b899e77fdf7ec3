"""The guidelines of guidelines.toml, read once, as closed types: what is not in them is a fault at start."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FILE = Path(__file__).with_name("guidelines.toml")

RuleId = Literal["pressure", "presence_only", "race_only", "lawful"]
Decision = Literal["hold", "hide", "remove", "dismiss", "restore"]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(_Closed):
    """The same in every language that the pages speak."""

    en: str = Field(min_length=1)
    es: str = Field(min_length=1)


class Rule(_Closed):
    """One thing that the check looks for: where, under which guideline, and how to say it better."""

    id: RuleId
    guideline: str
    categories: tuple[str, ...]
    title: Said
    hint: Said


class Guideline(_Closed):
    """One guideline, as shown to residents and moderators; `decisions` are those that may name it."""

    id: str = Field(pattern="^[a-z_]{1,24}$")  # a flag's reason has no more room
    title: Said
    text: Said
    fine: tuple[Said, ...]
    not_fine: tuple[Said, ...]
    decisions: tuple[Decision, ...]


class Guidelines(_Closed):
    """All that is in force; `items` and `rules` in the order in which they are shown and looked for."""

    version: int = Field(ge=1)
    items: tuple[Guideline, ...] = Field(alias="guideline", serialization_alias="items")
    rules: tuple[Rule, ...] = Field(alias="rule", serialization_alias="rules")

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        known, rules = [one.id for one in self.items], [rule.id for rule in self.rules]
        if len(set(known)) < len(known) or len(set(rules)) < len(rules):
            raise ValueError("an id stands twice")
        if not {rule.guideline for rule in self.rules} <= set(known):
            raise ValueError("a rule names no guideline of these")
        return self


def read(toml: str) -> Guidelines:
    """The guidelines that a file holds; raises ValueError where it says more, less or otherwise than it may."""
    return Guidelines.model_validate(tomllib.loads(toml))


IN_FORCE = read(FILE.read_text(encoding="utf-8"))
IDS = frozenset(one.id for one in IN_FORCE.items)
