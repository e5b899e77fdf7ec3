"""How many texts of the corpus that break a guideline are held, rule by rule, and how many that break none.

    python -m bench.guidelines [--missed]

The corpus lies in tests/workers/guidelines: corpus.txt, by which the lists of words were changed, and
corpus_held_out.txt, which nobody looked at meanwhile. A text is caught when any rule holds it: its author is asked to
reword it. `--missed` prints those of corpus.txt that come out otherwise than expected.
"""

from __future__ import annotations

import argparse
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from workers.guidelines.check import check
from workers.guidelines.rules import RuleId

FOLDER = Path(__file__).parents[1] / "tests/workers/guidelines"
TUNED, HELD_OUT = FOLDER / "corpus.txt", FOLDER / "corpus_held_out.txt"
FINE = "fine"
OUTCOMES = (*get_args(RuleId), FINE)
LINE = re.compile(r"(?P<outcome>\w+) (?P<language>en|es) (?P<category>\w+): (?P<title>.*?)(?: // (?P<text>.*))?")


@dataclass(frozen=True)
class Text:
    """What somebody typed, what ought to become of it, and which rules hold it."""

    outcome: str
    language: str
    title: str
    text: str
    found: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether it is held where it ought to be, or goes out where it ought to."""
        return bool(self.found) != (self.outcome == FINE)


@dataclass(frozen=True)
class Row:
    """Of so many texts so many are held, and so many by the rule that was expected."""

    texts: int
    held: int
    named: int


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--missed", action="store_true")
    asked = words.parse_args()
    began = time.perf_counter()
    parts = [read(TUNED), read(HELD_OUT)]
    took = (time.perf_counter() - began) / sum(map(len, parts))
    print("| | held | by that rule | held out: held | by that rule |\n|---|---|---|---|---|")
    for outcome in OUTCOMES:
        rows = [row(part, outcome) for part in parts]
        print(f"| {outcome} | {' | '.join(f'{one.held} of {one.texts} | {one.named}' for one in rows)} |")
    for name, part in zip(("tuned", "held out"), parts, strict=True):
        for language in ("en", "es"):
            print(f"{name}, {language}: {shares([one for one in part if one.language == language])}")
        print(f"{name}: {shares(part)}")
    print(f"{took * 1000:.2f} ms a text")
    for one in parts[0] if asked.missed else ():
        if not one.right or (one.outcome != FINE and one.outcome not in one.found):
            print(f"{one.outcome}, found {', '.join(one.found) or 'nothing'}: {one.title} // {one.text}")


def read(file: Path) -> list[Text]:
    """The texts of a file, checked."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("# ")]
    return [_looked_at(line) for line in lines]


def row(texts: list[Text], outcome: str) -> Row:
    """The figures of one expected outcome."""
    of = [one for one in texts if one.outcome == outcome]
    return Row(len(of), sum(bool(one.found) for one in of), sum(outcome in one.found for one in of))


def shares(texts: list[Text]) -> str:
    """The share that is caught, and the share that is held wrongly, as counted."""
    fine = row(texts, FINE)
    broken = [one for one in texts if one.outcome != FINE]
    caught = sum(one.right for one in broken)
    return f"caught {caught} of {len(broken)} ({caught / len(broken):.2f}), wrongly held {fine.held} of {fine.texts}"


def _looked_at(line: str) -> Text:
    match = LINE.fullmatch(line)
    assert match is not None, line
    title, text = match["title"], match["text"] or ""
    found = tuple(rule.id for rule in check(title, text, match["category"]))
    return Text(match["outcome"], match["language"], title, text, found)


if __name__ == "__main__":
    main()
