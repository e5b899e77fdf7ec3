"""How many of the telling words of the corpus are found, kind by kind, and how often innocent words are taken for some.

    python -m bench.words [--missed]

The corpus lies in tests/workers/redact: words.txt; words_held_out.txt, sentences nobody looked at while the patterns
were changed; words_afterwards.txt, longer ones, written when they were done. An item is found when no word of it is
left; of names, when somebody would be asked about all of it. `--missed` prints what is missed and what is taken
wrongly, of words.txt alone.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workers.redact import names
from workers.redact.text import scrub

FOLDER = Path(__file__).parents[1] / "tests/workers/redact"
TUNED, HELD_OUT, AFTERWARDS = (FOLDER / f"words{part}.txt" for part in ("", "_held_out", "_afterwards"))
KINDS = ("phone", "email", "address", "plate", "handle", "link", "number", "name")
ITEM = re.compile(r"\{([a-z]+): ([^}]+)\}")
MARK = re.compile(r"\[([a-z]+)\]")


@dataclass(frozen=True)
class Sentence:
    """What somebody typed, and of which kind each of its telling words is."""

    typed: str
    items: tuple[tuple[str, str], ...]
    beside: str  # what is left when they are gone


@dataclass(frozen=True)
class Seen:
    """One sentence after scrubbing and asking."""

    sentence: Sentence
    words: str  # as they would be posted when all that is asked about is a name
    found: tuple[bool, ...]
    alarms: tuple[str, ...]  # kinds found in an innocent sentence
    lost: tuple[str, ...]  # innocent words of a telling one


@dataclass(frozen=True)
class Row:
    """The figures of one kind."""

    items: int
    found: int
    alarms: int

    @property
    def recall(self) -> float:
        """The share of the items that is found."""
        return self.found / self.items


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--missed", action="store_true")
    asked = words.parse_args()
    parts = [[look(one) for one in read(file)] for file in (TUNED, HELD_OUT, AFTERWARDS)]
    print(
        "| kind | found | held out | afterwards | false alarms | held out | afterwards |\n|---|---|---|---|---|---|---|"
    )
    tables = [rows(part) for part in parts]
    for kind in KINDS:
        three = [table[kind] for table in tables]
        found = [f"{row.found} of {row.items} ({row.recall:.2f})" for row in three]
        print(f"| {' | '.join([kind, *found, *(str(row.alarms) for row in three)])} |")
    print(f"\ninnocent sentences: {[innocents(part) for part in parts]}", end="; ")
    print(f"innocent words lost beside telling ones: {[lost(part) for part in parts]}")
    for seen in parts[0] if asked.missed else ():
        if not all(seen.found) or seen.alarms or seen.lost:
            print(f"{seen.sentence.typed}\n    {seen.words}")


def read(file: Path) -> list[Sentence]:
    """The sentences of a file."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("# ")]
    return [Sentence(ITEM.sub(r"\2", line), tuple(ITEM.findall(line)), ITEM.sub(" ", line)) for line in lines]


def look(sentence: Sentence) -> Seen:
    """What becomes of a sentence."""
    words = without_names(scrub(sentence.typed))
    beside = Counter(_words(sentence.beside))
    left = Counter(_words(MARK.sub(" ", words)))
    telling = left - beside
    found = tuple(not any(word in telling for word in _words(item)) for _, item in sentence.items)
    alarms = () if sentence.items else tuple(MARK.findall(words))
    lost = tuple((beside - left).elements()) if sentence.items else ()
    return Seen(sentence, words, found, alarms, lost)


def without_names(text: str) -> str:
    """`text` when whoever is asked about a likely name says yes each time."""
    for name in reversed(names.find(text)):
        text = f"{text[: name.start]}[name]{text[name.end :]}"
    return text


def rows(seen: Iterable[Seen]) -> dict[str, Row]:
    """The figures of every kind."""
    items, found, alarms = Counter[str](), Counter[str](), Counter[str]()
    for one in seen:
        kinds = [kind for kind, _ in one.sentence.items]
        items.update(kinds)
        found.update(kind for kind, there in zip(kinds, one.found, strict=True) if there)
        alarms.update(set(one.alarms))
    return {kind: Row(items[kind], found[kind], alarms[kind]) for kind in KINDS}


def innocents(seen: Iterable[Seen]) -> int:
    """How many sentences hold nothing that tells."""
    return sum(not one.sentence.items for one in seen)


def lost(seen: Iterable[Seen]) -> int:
    """How many innocent words went with telling ones."""
    return sum(len(one.lost) for one in seen)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


if __name__ == "__main__":
    main()
