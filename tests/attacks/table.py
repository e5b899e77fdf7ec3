"""What the attacks came to, as `make attacks` prints it: which, how often tried, whether it held."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Tried = Callable[[int], None]  # told by an attack how often it tried, or how much it looked at
ATTACK = re.compile(r"test_a(\d{2,3})_")
WORDS = {"passed": "held", "failed": "SUCCEEDED", "error": "NOT TRIED", "skipped": "not tried"}
COUNTED: dict[str, int] = {}  # by the world, when it ends


def lines(reports: Mapping[str, Iterable[Any]]) -> Iterator[str]:
    """A row for each attack, in the order of their numbers; then how much was looked at."""
    rows = {}
    for outcome in WORDS:
        for report in reports.get(outcome, ()):
            found = ATTACK.search(report.nodeid)
            if found and (report.when == "call" or outcome in ("error", "skipped")):
                rows[report.nodeid] = (found[1], dict(report.user_properties), outcome)
    yield "\n| attack | what is true if it held | tried | result |\n|---|---|---|---|"
    for number, told, outcome in sorted(rows.values(), key=lambda row: int(row[0])):
        yield f"| A{number} | {told.get('fact', '')} | {told.get('tried', '')} | {WORDS[outcome]} |"
    attacks, held = {row[0] for row in rows.values()}, [row for row in rows.values() if row[2] == "passed"]
    yield f"\n{len(attacks)} attacks in {len(rows)} forms, of which {len(held)} held"
    yield ", ".join(f"{what}: {count:,}" for what, count in COUNTED.items())
