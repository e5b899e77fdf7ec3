"""What a larger block is called: by all of its cells, put together as people would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MOST_LETTERS = 200  # of a label, as of a cell's
RANGE = re.compile(r"(\d+)-(\d+) ([^,]+)")
NUMBERED = re.compile(r"(.+), cell (\d+)")


def label_of(labels: Iterable[str], taken: set[str]) -> str:
    """`2400-2800 Park Ave and Elm St, cells 3 and 4`; never one that is `taken` by another block."""
    plain = sorted(labels)
    short = _short(_joined(plain))
    return short if short not in taken else _short(plain)


def _joined(labels: Sequence[str]) -> list[str]:
    """Ranges of a street that meet as one, cells of one name side by side; what is neither as it is."""
    ranges: dict[str, list[tuple[int, int]]] = {}
    numbers: dict[str, list[int]] = {}
    others = []
    for label in labels:
        if found := RANGE.fullmatch(label):
            ranges.setdefault(found[3], []).append((int(found[1]), int(found[2])))
        elif found := NUMBERED.fullmatch(label):
            numbers.setdefault(found[1], []).append(int(found[2]))
        else:
            others.append(label)
    parts = [f"{low}-{high} {street}" for street in sorted(ranges) for low, high in _met(ranges[street])]
    parts += [
        f"{stem}, cell{'s' * (len(cells) > 1)} {_listed([str(n) for n in sorted(cells)])}"
        for stem, cells in sorted(numbers.items())
    ]
    return [*parts, *others]


def _met(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    met: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if met and low <= met[-1][1]:
            met[-1] = (met[-1][0], max(high, met[-1][1]))
        else:
            met.append((low, high))
    return met


def _short(parts: Sequence[str]) -> str:
    """As many as there is room for."""
    whole = _listed(parts)
    for kept in range(len(parts) - 1, 0, -1):
        if len(whole) <= MOST_LETTERS:
            break
        whole = _listed([*parts[:kept], "around"])
    return whole[:MOST_LETTERS]


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
