"""Words in which there is something to read: blanks and characters that nobody sees are none, however many."""

from __future__ import annotations

import unicodedata

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # fillers of Korean, and Braille without a dot: letters of no ink
SEEN = frozenset("LNPS")  # letters, numbers, punctuation, symbols; marks and formats alone stand on nothing


def demand_readable(text: str) -> str:
    """`text` as it is, if somebody would see anything of it; a fault of kind `blank` otherwise."""
    if any(unicodedata.category(one)[0] in SEEN and one not in BLANK for one in text):
        return text
    raise PydanticCustomError("blank", "nothing to read")


READABLE = AfterValidator(demand_readable)
