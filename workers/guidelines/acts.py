"""Words for acts, in English and Spanish: what somebody did, told as done, and not as feared, denied or long past."""

from __future__ import annotations

import re

from workers.guidelines.word_lists import any_of, word

ACT = word(any_of("acts"))

# What is not told as done takes the words after it with it: to the end of its clause, or a few of them.
_CLAUSE = r"(?:(?!\band\b|\bbut\b|\bthen\b|\by\b|\bpero\b)[^.!?,;\n])*"
_FEW = r"(?:\s+(?!and\b|but\b|y\b|pero\b)[\w']+){1,3}"
_NOT = r"(?:did|do|does|has|have|had|was|is|were|are|would|could)(?: not|n'?t)"
_DENIED = rf"(?:{_NOT}|no|sin|nothing|nada|nobody|never|without|nunca)"
UNREAL = re.compile(rf"\b(?:{any_of('feared')}\b{_CLAUSE}|{_DENIED}\b{_FEW})")


def acts_in(text: str) -> bool:
    """Whether these words, small and without accents, tell of an act as done."""
    return ACT.search(UNREAL.sub(" ", text)) is not None
