"""Why a post begins held, or is held by itself later."""

from __future__ import annotations

from dataclasses import dataclass

# What the check finds beside words; the rules of words have names of their own (workers/guidelines).
KNOWN_BAD, RETURNED, PREMODERATED = "known_bad", "returned", "premoderated"


@dataclass(frozen=True)
class Held:
    """The guideline that it would break, and what was found: the check's rule, or one of the names above."""

    guideline: str
    rule: str

    @property
    def code(self) -> str:
        """As its author is told of it: without the name of a list."""
        return self.rule.partition(" ")[0]
