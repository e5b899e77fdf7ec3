"""Why a post begins held."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Held:
    """The guideline that its words would break, and the check's rule that says so."""

    guideline: str
    rule: str
