"""Lists of words and patterns that lie beside this file: alternatives between `|`, each line going on with the last."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "words"
_OTHER = re.compile(r"<([a-z_]+)>")


@cache
def any_of(name: str) -> str:
    """A pattern for any of the list's alternatives; `<other>` in one stands for any of another list's."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    listed = "|".join(line for line in lines if line and not line.startswith("#"))
    return f"(?:{_OTHER.sub(lambda match: any_of(match[1]), listed)})"


def word(pattern: str) -> re.Pattern[str]:
    """`pattern` where it begins and ends with a word."""
    return re.compile(rf"\b(?:{pattern})(?!\w)")
