"""Reads the words of a post by the guidelines' rules: which of them would it break?

Does NOT understand anything: it knows words and their neighbours, in English and Spanish. What it finds is shown to the
author before sending and to a moderator after it; it never drops a post, and says nothing about who wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from workers.guidelines.acts import acts_in
from workers.guidelines.calls import LAWFUL, PRESSURE
from workers.guidelines.looks import marks_in, race_in
from workers.guidelines.people import HERE, SOMEBODY, SUSPECTED
from workers.guidelines.rules import IN_FORCE, Rule

ENOUGH = 2  # marks beside race, from which on it is a description
_ACCENT = re.compile(r"[\u0300-\u036f]")
# Signs that nobody sees between letters, or that turn round what is read. Pasted text is full of them.
_UNSEEN = re.compile(r"[\u00ad\u180e\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_JOINERS = re.compile(r"[\u200c-\u200f]")  # which some scripts and emoji are written with
_QUOTE = str.maketrans("’‘´`“”«»", "''''\"\"\"\"")


def check(title: str, text: str, category: str) -> tuple[Rule, ...]:
    """The rules that a post of these words and this category breaks, the first one first; none where it is fine."""
    words = plain(f"{title}\n{text}")
    return tuple(rule for rule in IN_FORCE.rules if category in rule.categories and _BREAKS[rule.id](words))


def plain(text: str) -> str:
    """What every check of words reads: small letters, no accents, blanks alone between words; lines stay lines."""
    letters = _JOINERS.sub("", visible(text)).translate(_QUOTE)
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", letters))
    return "\n".join(" ".join(line.split()) for line in bare.casefold().splitlines())


def visible(text: str) -> str:
    """The text without signs that nobody sees: what was checked is then what is read."""
    return _UNSEEN.sub("", text).strip()


def _presence_only(words: str) -> bool:
    there = SOMEBODY.search(words) is not None and (HERE.search(words) or SUSPECTED.search(words)) is not None
    return there and not acts_in(words) and LAWFUL.search(words) is None


def _race_only(words: str) -> bool:
    return race_in(words) and marks_in(words) < ENOUGH


def _lawful(words: str) -> bool:
    return LAWFUL.search(words) is not None and not acts_in(words)


_BREAKS: dict[str, Callable[[str], bool]] = {
    "pressure": lambda words: PRESSURE.search(words) is not None,
    "presence_only": _presence_only,
    "race_only": _race_only,
    "lawful": _lawful,
}
