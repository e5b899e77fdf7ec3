"""Lists of words that lie beside this file: of names, streets and brands. Read once, no network."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "words"


def words(name: str) -> frozenset[str]:
    """All words of a list; `_` stands for a blank inside one."""
    return frozenset(word.replace("_", " ") for line in _lines(name) for word in line.split())


def phrases(name: str) -> tuple[str, ...]:
    """The lines of a list, longest first."""
    return tuple(sorted(_lines(name), key=len, reverse=True))


def _lines(name: str) -> list[str]:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip().casefold() for line in lines if line.strip() and not line.startswith("#")]
